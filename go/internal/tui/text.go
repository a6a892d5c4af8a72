package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// clean makes untrusted text safe for one line of the screen.
func clean(s string) string { return diag.Cell(strings.TrimSpace(s)) }

// cut shortens a line to a width in cells and marks that with an ellipsis.
func cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, "…")
}

// fill cuts or pads a line to an exact width.
func fill(s string, width int) string {
	s = cut(s, width)
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// wrapped breaks text into lines of at most a width. It breaks between words, and within
// a word only if the word is longer than a line. It keeps newlines and indentation.
func wrapped(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	for text := range strings.SplitSeq(s, "\n") {
		bare := strings.TrimLeft(text, " ")
		indent := text[:min(len(text)-len(bare), width/2)]
		line, used := indent, len(indent)
		for i, word := range strings.Fields(bare) {
			w := ansi.StringWidth(word)
			if i > 0 && used+1+w > width {
				lines = append(lines, line)
				line, used = indent, len(indent)
			} else if i > 0 {
				line, used = line+" ", used+1
			}
			for used+w > width { // only at the start of a line
				room := max(1, width-used)
				piece := ansi.Truncate(word, room, "")
				if piece == "" { // a wide character on too narrow a line
					piece = word
				}
				lines = append(lines, line+piece)
				word = word[len(piece):]
				line, used, w = indent, len(indent), ansi.StringWidth(word)
			}
			line, used = line+word, used+w
		}
		lines = append(lines, line)
	}
	return lines
}

// grantsPage returns the lines of a page of grants, each already safe to show.
func grantsPage(grants func(width int) string, width int) []string {
	lines := strings.Split(strings.TrimRight(grants(width), "\n"), "\n")
	for i := range lines {
		lines[i] = cut(lines[i], width) // if the screen is too narrow for a word
	}
	return lines
}

// window returns the part of lines that fits, including the line `at`.
func window(lines []string, at, height int) []string {
	first := firstLine(len(lines), at, height)
	return lines[first:min(len(lines), first+max(0, height))]
}

// firstLine returns the start of a window of that height, with `at` near its middle.
func firstLine(count, at, height int) int {
	return max(0, min(at-height/2, count-height))
}

// report renders an error for a page.
func report(err error) string {
	var b strings.Builder
	diag.NewText().Write(&b, diag.From(err))
	return strings.TrimRight(b.String(), "\n")
}
