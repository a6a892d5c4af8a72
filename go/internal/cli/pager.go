package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// toTerminal reports whether the output goes to a terminal.
func (p *program) toTerminal() bool {
	out, ours := p.stdout.(*os.File)
	return ours && isatty.IsTerminal(out.Fd())
}

// page prints a page, through a pager if it is longer than the terminal.
func (p *program) page(c *cli.Context, text string) error {
	out, ours := p.stdout.(*os.File)
	if !ours || c.Bool("no-pager") || !isatty.IsTerminal(out.Fd()) || !isatty.IsTerminal(os.Stdin.Fd()) {
		return p.write([]byte(text))
	}
	_, height, err := term.GetSize(int(out.Fd()))
	if err != nil || strings.Count(text, "\n") < height {
		return p.write([]byte(text))
	}
	argv := pagerCommand(os.Getenv)
	if len(argv) == 0 {
		return p.write([]byte(text))
	}
	path, err := exec.LookPath(argv[0]) // does not accept a program in the working directory
	if err != nil {
		return p.write([]byte(text))
	}
	switch {
	case !bool(p.out):
	case filepath.Base(path) == "less":
		argv = append(argv, "-R") // shows colors
	default:
		text = ansi.Strip(text)
	}
	cmd := exec.CommandContext(c.Context, path, argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), out, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) || c.Context.Err() != nil {
		return c.Context.Err() // the page was shown, whatever the pager's exit status
	}
	return p.write([]byte(text))
}

// pagerCommand returns the user's pager as words; no shell runs. `cat` or an empty value
// means no pager.
func pagerCommand(getenv func(string) string) []string {
	for _, name := range []string{"INSOMNIA_PAGER", "PAGER"} {
		line := strings.TrimSpace(getenv(name))
		if line == "" {
			continue
		}
		argv, err := secret.SplitWords(line)
		if err != nil || len(argv) == 0 || argv[0] == "cat" {
			return nil
		}
		return argv
	}
	return []string{"less", "-FX"}
}
