package cli

import (
	"encoding/json"

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
	store, it, err := p.namedPod(c, 1, "POD")
	if err != nil {
		return err
	}
	e, err := store.Envelope(it, 0)
	if err != nil {
		return err
	}
	started := false
	if !c.Bool("dry-run") {
		if started, err = p.start(c.Context, store, it, e); err != nil {
			return err
		}
		if !c.Bool("json") {
			return nil
		}
	}
	a, err := snapshot(it, e)
	if err != nil {
		return err
	}
	if a.Started = &started; c.Bool("json") {
		if c.Bool("dry-run") {
			a.Manifest = json.RawMessage(e.Manifest)
		}
		return p.printJSON(a)
	}
	return p.write(podPage(a, a.facts()))
}
