package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// canAsk reports whether the program can prompt.
func (p *program) canAsk() bool {
	return p.terminal && !p.json && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
}

// Tell writes the messages of a use case to standard error.
func (p *program) Tell(diagnostics ...diag.Diagnostic) {
	for _, d := range diagnostics {
		if d.Code == app.Chosen {
			p.note([]string{d.Message})
		} else {
			p.say(d)
		}
	}
}

// Ask shows what a question is about, and accepts only a typed yes; no flag can answer
// it.
func (p *program) Ask(ctx context.Context, q app.Question) (bool, error) {
	if !p.canAsk() {
		return false, app.ErrNobody
	}
	if d := q.Download; d != nil {
		place := d.By.At.File
		if d.By.At.Line > 0 {
			place = fmt.Sprintf("%s:%d", place, d.By.At.Line)
		}
		if _, err := fmt.Fprintf(p.stderr, "%s of this project wants a download:\n\n  %s\n  from  %s\n  set in  %s\n\n",
			diag.Escape(d.By.What, false), diag.Escape(d.Ref, false), diag.Escape(d.Host, false), diag.Escape(place, false)); err != nil {
			return false, err
		}
		return p.ask(ctx, "Download it, and use it for this project from now on?")
	}
	page := words.Page{More: "insomnia trust show " + q.Grants.Argument() + " --full", Hosts: q.Hosts, Paint: p.err}
	if _, err := io.WriteString(p.stderr, words.Grants(q.Grants, page)+"\n"); err != nil {
		return false, err
	}
	p.say(resolve.GrantWarnings(q.Grants.Manifest)...)
	return p.ask(ctx, "\nDo you consent to all of it?")
}

// ask asks a question; any answer but yes counts as no.
func (p *program) ask(ctx context.Context, question string) (bool, error) {
	line, _, err := p.askLine(ctx, question+" [y/N] ")
	switch strings.ToLower(line) {
	case "y", "yes":
		return err == nil, err
	}
	return false, err
}

// askLine shows a prompt and reads a line, without surrounding spaces. ended is set if
// the input ends.
func (p *program) askLine(ctx context.Context, prompt string) (line string, ended bool, err error) {
	interrupted := ctx.Done() // installs the handlers before the prompt
	if _, err := io.WriteString(p.stderr, diag.Escape(prompt, true)); err != nil {
		return "", false, err
	}
	if p.typed == nil {
		p.typed = bufio.NewReader(os.Stdin)
	}
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := p.typed.ReadString('\n')
		answers <- answer{line, err}
	}()
	select {
	case <-interrupted:
		io.WriteString(p.stderr, "\n")
		return "", false, ctx.Err()
	case a := <-answers:
		return strings.TrimSpace(a.line), a.err != nil, nil
	}
}
