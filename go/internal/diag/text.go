package diag

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/look"
)

// Text renders diagnostics for people.
//
// A line that begins with `error:` or `warning:` describes the problem, after the path
// of the field if there is one. Indented lines below it show the place, with the source
// line and a caret if the position has a source, and what was expected. A line that
// begins with `hint:` suggests what to do. A problem with a secret is never shown with
// its source line, and neither is any line that contains a secret.
//
// `hint:` at the left edge is the program's own voice. A suggestion of a profile begins
// with `profile hint:`, and the continuation lines of any text are indented.
type Text struct {
	// Dir is the directory that file names are shown relative to.
	Dir string
	// Bare quotes no source lines.
	Bare bool
	// Paint colors the words at the left edge and the carets.
	Paint look.Paint
}

// NewText renders relative to the working directory.
func NewText() *Text {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	return &Text{Dir: dir}
}

const maxExcerpts = 4

// Write renders the whole error.
func (t *Text) Write(w io.Writer, e *Error) error {
	var b strings.Builder
	// Lines with secrets count as quoted already, as do those quoted before.
	quoted := veiledLines(e.Diagnostics)
	shown, omitted := bounded(e.Diagnostics)
	for i, d := range shown {
		if i > 0 && len(d.Positions)+len(shown[i-1].Positions) > 0 {
			b.WriteByte('\n')
		}
		t.diagnostic(&b, d, quoted)
	}
	if omitted > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", omitted)
	}
	if e.Summary != "" {
		fmt.Fprintf(&b, "\n%s\n", Escape(keyform.Mask(e.Summary), false))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Text) diagnostic(b *strings.Builder, d Diagnostic, quoted map[string]bool) {
	subject := ""
	for _, part := range []string{d.Profile, d.Path} {
		if part != "" {
			subject += Cell(part) + ": "
		}
	}
	fmt.Fprintf(b, "%s %s%s\n", t.Paint.Text(severityStyle(d.Severity), string(d.Severity)+":"), subject, indentRest(Escape(strings.TrimSpace(d.Message), true)))
	for i, p := range d.Positions {
		fmt.Fprintf(b, "  %s", t.Place(p))
		if p.Note != "" {
			fmt.Fprintf(b, " (%s)", Cell(p.Note))
		}
		b.WriteByte('\n')
		if key := lineKey(p); i < maxExcerpts && !t.Bare && !quoted[key] {
			quoted[key] = true
			t.excerpt(b, p)
		}
	}
	if d.Expected != "" {
		fmt.Fprintf(b, "  expected: %s\n", indentRest(Escape(d.Expected, true)))
	}
	if d.Hint != "" {
		label := "hint"
		if d.By == ByProfile {
			label = "profile hint"
		}
		fmt.Fprintf(b, "%s %s\n", t.Paint.Text(look.Hint, label+":"), indentRest(Escape(d.Hint, true)))
	}
}

func severityStyle(s Severity) look.Style {
	switch s {
	case SeverityError:
		return look.Failure
	case SeverityWarning:
		return look.Caution
	}
	return look.Title
}

// Place is file:line:column, relative to Dir where the file lies below it.
func (t *Text) Place(p Position) string {
	name := p.File
	if t.Dir != "" && filepath.IsAbs(name) {
		if rel, err := filepath.Rel(t.Dir, name); err == nil && filepath.IsLocal(rel) {
			name = rel
		}
	}
	if name != "" {
		name = Name(name)
	}
	if p.Line > 0 {
		name += ":" + strconv.Itoa(p.Line)
		if p.Column > 0 {
			name += ":" + strconv.Itoa(p.Column)
		}
	}
	return name
}

func (t *Text) excerpt(b *strings.Builder, p Position) {
	line, ok := p.Source.line(p.Line)
	if !ok || strings.TrimSpace(line) == "" {
		return
	}
	line, column := window(line, p.Column)
	number := strconv.Itoa(p.Line)
	fmt.Fprintf(b, "    %s | %s\n", number, line)
	if column > 0 {
		fmt.Fprintf(b, "    %s | %s%s\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", column-1), t.Paint.Text(look.Failure, "^"))
	}
}

// veiledLines are the places of problems with secrets: nothing there is quoted,
// whichever problem asks for it.
func veiledLines(diagnostics []Diagnostic) map[string]bool {
	veiled := map[string]bool{}
	for _, d := range diagnostics {
		if d.Code != "secret-literal" && !d.Veiled {
			continue
		}
		for _, p := range d.Positions {
			veiled[lineKey(p)] = true
		}
	}
	return veiled
}

func lineKey(p Position) string { return p.File + ":" + strconv.Itoa(p.Line) }

func indentRest(s string) string { return strings.ReplaceAll(s, "\n", "\n  ") }
