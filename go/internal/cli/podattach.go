package cli

import (
	"os"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

func (p *program) podAttachCommand() *cli.Command {
	return &cli.Command{
		Name:      "attach",
		Usage:     "show the program of a running Pod in this terminal",
		ArgsUsage: "POD",
		Description: "The terminal that shows it now, if any, is detached. ctrl-] detaches this one: the Pod goes on\n" +
			"without a terminal. The exit code is that of the program, and 0 after a detach. For example:\n\n" +
			"    insomnia pod attach fix-login",
		Action:       p.podAttach,
		BashComplete: p.completePods,
	}
}

func (p *program) podAttach(c *cli.Context) error {
	a, _, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	result, err := a.Attach(c.Context, it, sessionTerminal())
	if err != nil {
		return err
	}
	return p.sessionEnded(it.Name, result)
}

// sessionTerminal returns the terminal of this process for a session, which then receives
// its signals.
func sessionTerminal() supervise.Terminal {
	return supervise.Terminal{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Signals: func() { signalsAreTheCommands.Store(true) }}
}

// sessionEnded prints how a session of a Pod has ended and returns the matching exit
// status.
func (p *program) sessionEnded(name string, r supervise.Result) error {
	switch {
	case r.Sentence != "":
		p.inform("%s", r.Sentence)
	case r.State == live.Ended:
		p.inform("the Pod `%s` has ended; to continue: insomnia pod resume %s", name, name)
	}
	if r.Exit == 0 {
		return nil
	}
	return exitOf(r.Exit)
}
