package cli

import (
	"os"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// startFlags returns the flags of commands that start a Pod.
func startFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "print", Usage: "start it without a terminal: print the program's events as JSON, and end"},
		&cli.BoolFlag{Name: "any-version", Usage: "start a version of the agent program that has not been tried"},
		&cli.StringSliceFlag{Name: "allow-unenforced", Usage: "start although `FIELD` of the manifest cannot be enforced here"},
	}
}

// ahead begins the part of a start that does not depend on the profile. The caller closes
// it.
func ahead(c *cli.Context) *app.Ahead {
	if !c.Bool("print") && !atTerminal() {
		return nil // such a start is refused
	}
	return app.StartAhead(c.Context)
}

// prepare determines whether a snapshot can start in this terminal.
func (p *program) prepare(c *cli.Context, a *app.App, s *app.Snapshot, ahead *app.Ahead) (*app.Ready, error) {
	headless := c.Bool("print")
	if !headless && !atTerminal() {
		return nil, diag.Errorf(diag.ExitUsage, "not-a-terminal", "the agent program needs a terminal").
			Hintf("start it without one: --print --prompt TEXT; or save it: insomnia pod new --no-start")
	}
	return a.Prepare(c.Context, s, app.StartOptions{
		Runtime: c.String("runtime"), AnyVersion: c.Bool("any-version"), Headless: headless, Prompt: c.String("prompt"),
		Unenforced: c.StringSlice("allow-unenforced"), Bindings: func() (*secret.Bindings, error) { return p.bindings(c) },
		Ahead: ahead, Terminal: sessionTerminal(),
	})
}

// start starts a Pod and returns the exit status of its session.
func (p *program) start(c *cli.Context, a *app.App, s *app.Snapshot, ready *app.Ready) error {
	result, err := a.Start(c.Context, ready)
	if err != nil && ready.Unsaved() {
		return err
	}
	if err != nil {
		p.inform("created Pod `%s` (not started); to start it: insomnia pod resume %s", s.Pod.Name, s.Pod.Name)
		return err
	}
	return p.sessionEnded(s.Pod.Name, *result)
}

func atTerminal() bool {
	return isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())
}
