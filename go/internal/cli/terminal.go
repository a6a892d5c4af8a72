package cli

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/halt"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// longestLine is the most that a terminal keeps of a line; it drops the rest.
const longestLine = 4095

// askHidden asks for a line at the terminal of this process, whatever standard input is,
// and does not show the typed text. ctrl-C restores the terminal.
func askHidden(ctx context.Context, prompt string) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, secret.ErrNoTerminal
	}
	defer tty.Close()
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, secret.ErrNoTerminal
	}
	interrupted := ctx.Done() // installs the handlers before the prompt
	fmt.Fprintf(tty, "%s (not shown): ", diag.Escape(prompt, false))
	defer fmt.Fprintln(tty)
	restore := func() { _ = term.Restore(fd, before) }
	defer halt.Before(restore)()
	type result struct {
		line []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		read <- result{line, err}
	}()
	select {
	case <-interrupted:
		restore()
		return nil, ctx.Err()
	case r := <-read:
		if r.err != nil {
			return nil, diag.Errorf(diag.ExitRefused, "no-answer", "nothing was entered")
		}
		why := ""
		if moreTyped(fd) {
			why = "more than one line was entered"
		} else if len(r.line) >= longestLine {
			why = "the line is as long as a terminal takes, and may have been cut"
		}
		if why != "" {
			clear(r.line)
			return nil, diag.Errorf(diag.ExitRefused, "secret-lines", "%s", why).
				Hintf("give such a value by standard input: insomnia secret set NAME < FILE")
		}
		return r.line, nil
	}
}
