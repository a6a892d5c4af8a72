package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/insomnia-pods/insomnia/go/internal/look"
)

// styles define the look: the sixteen colors of the terminal's theme, and marks and words
// for terminals without color.
type styles struct {
	plain, title, dim, chosen, broken, warn, good, key lipgloss.Style
}

func newStyles(paint look.Paint) styles {
	styled := func(s look.Style) lipgloss.Style { return styled(s, paint) }
	return styles{
		plain:  styled(look.Plain),
		title:  styled(look.Title),
		dim:    styled(look.Dim),
		chosen: styled(look.Chosen),
		broken: styled(look.Broken),
		warn:   styled(look.Warn),
		good:   styled(look.Good),
		key:    styled(look.Key),
	}
}

func styled(s look.Style, paint look.Paint) lipgloss.Style {
	style := lipgloss.NewStyle()
	if s.Bold {
		style = style.Bold(true)
	}
	if s.Faint {
		style = style.Faint(true)
	}
	if s.Color != look.Default && bool(paint) {
		style = style.Foreground(ansi.BasicColor(s.Color.ANSI()))
	}
	return style
}

const (
	pointer = "› "
	beside  = "  "
)

// mark adds the pointer to the selected line.
func (s styles) mark(text string, at bool, otherwise lipgloss.Style) string {
	if at {
		return s.chosen.Render(pointer + text)
	}
	return otherwise.Render(beside + text)
}

// rule separates a list from the description of the selected row.
func (s styles) rule(width int) string {
	return s.dim.Render(strings.Repeat("─", max(0, width)))
}
