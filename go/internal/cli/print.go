package cli

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// write prints data; a full disk or a closed pipe is an error like any other.
func (p *program) write(data []byte) error {
	if _, err := p.stdout.Write(data); err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return diag.Errorf(diag.ExitInternal, "output-failed", "cannot write to standard output: %v", err)
	}
	return nil
}

// printJSON prints data as one line of JSON.
func (p *program) printJSON(v any) error {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	return p.write([]byte(b.String()))
}

// say prints messages apart from the data, as a line of JSON if errors are JSON too.
func (p *program) say(diagnostics ...diag.Diagnostic) {
	if len(diagnostics) == 0 {
		return
	}
	e := &diag.Error{Exit: diag.ExitDone, Diagnostics: diagnostics}
	if p.json {
		diag.WriteJSON(p.stderr, e)
	} else {
		p.text().Write(p.stderr, e)
	}
}

// note prints which profile was chosen and why, and what was done.
func (p *program) note(notes []string) {
	for _, note := range notes {
		if p.json {
			p.say(diag.Diagnostic{Severity: diag.SeverityNote, Code: app.Chosen, Message: note, Positions: []diag.Position{}})
		} else {
			io.WriteString(p.stderr, diag.Escape(note, false)+"\n")
		}
	}
}

// inform prints what was done. It prints nothing with --json, since this is not data.
func (p *program) inform(format string, args ...any) {
	if !p.json {
		io.WriteString(p.stderr, diag.Escape(diag.Sprintf(format, args...), true)+"\n")
	}
}

// losses prints what is lost in the conversion of a legacy manifest. It does not quote
// lines of the file, because their values may be private.
func (p *program) losses(losses []diag.Diagnostic) {
	switch {
	case len(losses) == 0:
	case p.json:
		p.say(losses...)
	default:
		text := p.text()
		text.Bare = true
		text.Write(p.stderr, &diag.Error{Diagnostics: losses})
	}
}

// warn prints warnings; with --strict it returns them as an error.
func (p *program) warn(c *cli.Context, warnings []diag.Diagnostic) error {
	if len(warnings) == 0 {
		return nil
	}
	if c.Bool("strict") {
		return &diag.Error{Exit: diag.ExitInvalid, Diagnostics: resolve.Strict(warnings)}
	}
	p.say(warnings...)
	return nil
}

func strictFlag() cli.Flag {
	return &cli.BoolFlag{Name: "strict", Usage: "treat warnings as errors"}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return diag.Cell(s)
}
