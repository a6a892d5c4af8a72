package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// styles define the look: the sixteen colors of the terminal's theme, and marks and words
// for terminals without color.
type styles struct {
	plain, title, dim, chosen, broken, warn, good, key lipgloss.Style
}

func newStyles() styles {
	plain := lipgloss.NewStyle()
	return styles{
		plain:  plain,
		title:  plain.Bold(true),
		dim:    plain.Faint(true),
		chosen: plain.Bold(true).Foreground(lipgloss.Cyan),
		broken: plain.Foreground(lipgloss.Red),
		warn:   plain.Foreground(lipgloss.Yellow),
		good:   plain.Foreground(lipgloss.Green),
		key:    plain.Bold(true),
	}
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
