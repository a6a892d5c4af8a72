package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/look"
)

// example begins the lines of examples, which are not broken.
const example = "       "

// widestHelp is the widest line of help in cells.
const widestHelp = 100

// printHelp prints help in lines that fit the terminal, with colored headings.
func (p *program) printHelp(w io.Writer, template string, data any) {
	var b bytes.Buffer
	cli.HelpPrinterCustom(&b, template, data, nil)
	width := p.width()
	var out strings.Builder
	for _, line := range paragraphs(b.String(), width) {
		if width > 0 {
			line = folded(line, min(width, widestHelp))
		}
		if isHeading(line) {
			line = p.out.Text(look.Title, line)
		}
		out.WriteString(line + "\n")
	}
	io.WriteString(w, out.String())
}

// isHeading reports whether a line begins a section.
func isHeading(line string) bool {
	return strings.HasSuffix(line, ":") && strings.ToUpper(line) == line && !strings.HasPrefix(line, " ")
}

// hanging returns the indent of the lines that a line is broken into: the width of the name
// of a flag or command with the spaces that follow it, or of the spaces at the beginning.
func hanging(line string) int {
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	if name, _, ok := strings.Cut(text, "  "); ok {
		rest := text[len(name):]
		indent += len(name) + len(rest) - len(strings.TrimLeft(rest, " "))
	}
	return indent
}

// paragraphs returns the lines of a help text. In the description, it joins lines that
// were broken for a wider terminal.
func paragraphs(text string, width int) []string {
	const full = 70 // a shorter line ends a paragraph
	var out []string
	described, open := false, false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if isHeading(line) {
			described = line == "DESCRIPTION:"
		}
		prose := described && width > 0 && width < widestHelp && hanging(line) == 3
		if prose && open {
			out[len(out)-1] += " " + line[3:]
		} else {
			out = append(out, line)
		}
		open = prose && ansi.StringWidth(line) >= full
	}
	return out
}

// folded breaks a line of help between words.
func folded(line string, width int) string {
	indent := hanging(line)
	if ansi.StringWidth(line) <= width || strings.HasPrefix(line, example) || indent > width/2 {
		return line
	}
	return line[:indent] + strings.ReplaceAll(ansi.Wordwrap(line[indent:], width-indent, " "), "\n", "\n"+strings.Repeat(" ", indent))
}
