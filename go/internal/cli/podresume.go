package cli

import (
	"context"
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/urfave/cli/v2"
)

func (p *program) podResumeCommand() *cli.Command {
	return &cli.Command{
		Name:      "resume",
		Usage:     "start a Pod from its snapshot",
		ArgsUsage: "POD",
		Description: "What starts is the manifest that the Pod keeps, checked against its digest, whatever has become of\n" +
			"the profile since. Nothing is evaluated or downloaded, and Nix is not needed.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "show what would start, and start nothing"},
		},
		Action:       p.podResume,
		BashComplete: p.completePods,
	}
}

func (p *program) podResume(c *cli.Context) error {
	a, s, err := p.snapshot(c)
	if err != nil {
		return err
	}
	dry, started := c.Bool("dry-run"), false
	if !dry {
		if started, err = p.start(c.Context, a, s); err != nil {
			return err
		}
	}
	switch {
	case c.Bool("json"):
		report := reportOf(s)
		if report.Started = &started; dry {
			report.Manifest = json.RawMessage(s.Envelope.Manifest)
		}
		return p.printJSON(report)
	case dry:
		return p.write(podPage(s))
	}
	return nil
}

// start starts a Pod, or says why it does not.
func (p *program) start(ctx context.Context, a *app.App, s *app.Snapshot) (started bool, err error) {
	if started, err = a.Start(ctx, s); err == nil && !started {
		p.inform("%s", words.NotStarted(s.Pod))
	}
	return started, err
}
