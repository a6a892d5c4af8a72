package cli

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// canAsk tells whether somebody is there to answer.
func (p *program) canAsk() bool {
	return p.terminal && !p.json && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
}

// ask puts a question that is answered with yes or no; anything but a yes is no.
func (p *program) ask(ctx context.Context, question string) (bool, error) {
	interrupted := ctx.Done() // the handlers are set before anything is asked
	if _, err := io.WriteString(p.stderr, diag.Escape(question, true)+" [y/N] "); err != nil {
		return false, err
	}
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		answer <- line
	}()
	select {
	case <-interrupted:
		io.WriteString(p.stderr, "\n")
		return false, ctx.Err()
	case line := <-answer:
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return true, nil
		}
		return false, nil
	}
}
