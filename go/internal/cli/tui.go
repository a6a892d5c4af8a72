package cli

import (
	"os"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/tui"
)

// accessibleVariable is the environment variable that selects the line-by-line interface.
const accessibleVariable = "INSOMNIA_ACCESSIBLE"

// alone runs `insomnia` without a command: it opens the TUI at a terminal, and otherwise
// prints the help.
func (p *program) alone(c *cli.Context) error {
	accessible := os.Getenv(accessibleVariable) != "" && os.Getenv(accessibleVariable) != "0"
	dumb := os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == ""
	out, ours := p.stdout.(*os.File)
	if !ours || !isatty.IsTerminal(out.Fd()) || !isatty.IsTerminal(os.Stdin.Fd()) || dumb && !accessible {
		return cli.ShowAppHelp(c)
	}
	backend, err := p.screens(c)
	if err != nil {
		return err
	}
	return tui.Run(c.Context, backend, tui.Options{In: os.Stdin, Out: out, Accessible: accessible, Paint: p.out})
}

// screens returns the backend of the TUI. It prints and asks nothing itself: the screens
// show the results and ask the questions.
func (p *program) screens(c *cli.Context) (*tui.Backend, error) {
	a, err := p.open(c)
	if err != nil {
		return nil, err
	}
	a.User = app.Nobody{}
	a.Resolver.Nix = &nix.Nix{CacheDir: a.Resolver.CacheDir} // its messages would overwrite the screen
	options := resolve.Options{Evaluator: resolve.Embedded, Timeout: app.ListTimeout}
	if err := applyUserConfig(c, &options); err != nil {
		options.Evaluator = resolve.Embedded // the list of profiles shows the problems of the config
	}
	return tui.Work(a, options), nil
}
