package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// styles say what things look like: the sixteen colours that follow the
// terminal's own theme, and marks and words for where there is no colour.
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

// mark puts the pointer before the line that the keys are about.
func (s styles) mark(text string, at bool, otherwise lipgloss.Style) string {
	if at {
		return s.chosen.Render(pointer + text)
	}
	return otherwise.Render(beside + text)
}

// rule separates a list from what is said about the row under the pointer.
func (s styles) rule(width int) string {
	return s.dim.Render(strings.Repeat("─", max(0, width)))
}
