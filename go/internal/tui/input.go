package tui

import (
	"strings"
	"unicode"

	"charm.land/bubbles/v2/textarea"
	"charm.land/bubbles/v2/textinput"
	"charm.land/lipgloss/v2"
)

// newInput returns a one-line text field. Its cursor does not blink, and it runs no
// program to paste, because terminals paste by themselves.
func newInput(placeholder string) textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.Placeholder = placeholder
	in.CharLimit = 4096
	in.KeyMap.Paste.SetEnabled(false)
	plain, faint := lipgloss.NewStyle(), lipgloss.NewStyle().Faint(true)
	state := textinput.StyleState{Text: plain, Placeholder: faint, Suggestion: faint, Prompt: plain}
	look := textinput.Styles{Focused: state, Blurred: state}
	in.SetStyles(look)
	return in
}

// shown returns what was typed without invisible characters and those that reverse text.
// They stay in the value, where they are intended or harmless.
func shown(view string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && r != '\u200d' {
			return -1
		}
		return r
	}, view)
}

// newText returns a field for a few lines; enter leaves it, ctrl-j starts a new line.
func newText(placeholder string, maximum int) textarea.Model {
	in := textarea.New()
	in.Prompt = ""
	in.Placeholder = placeholder
	in.CharLimit = maximum
	in.MaxHeight = 0
	in.ShowLineNumbers = false
	in.KeyMap.Paste.SetEnabled(false)
	in.KeyMap.CopySelection.SetEnabled(false)
	in.KeyMap.InsertNewline.SetKeys("ctrl+j", "alt+enter", "shift+enter")
	plain, faint := lipgloss.NewStyle(), lipgloss.NewStyle().Faint(true)
	state := textarea.StyleState{Base: plain, Text: plain, CursorLine: plain, CursorLineNumber: plain,
		LineNumber: plain, EndOfBuffer: plain, Prompt: plain, Placeholder: faint, Selection: plain.Reverse(true)}
	in.SetStyles(textarea.Styles{Focused: state, Blurred: state})
	return in
}
