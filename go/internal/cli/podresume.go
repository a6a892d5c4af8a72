package cli

import (
	"encoding/json"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
)

func (p *program) podResumeCommand() *cli.Command {
	return &cli.Command{
		Name:      "resume",
		Usage:     "start a Pod from its snapshot",
		ArgsUsage: "POD",
		Description: "What starts is the manifest that the Pod keeps, checked against its digest, whatever has become of\n" +
			"the profile since. The conversation goes on where it was. Nothing is evaluated or downloaded, and\n" +
			"Nix is not needed. For example:\n\n" +
			"    insomnia pod resume fix-login --dry-run",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "show what would start without starting it"},
			&cli.StringFlag{Name: "prompt", Usage: "next prompt `TEXT` of the session"},
			&cli.StringFlag{Name: "runtime", Usage: "run it in the agent program `NAME`: claude-code, codex or opencode"},
		}, startFlags()...),
		Action:       p.podResume,
		BashComplete: p.completePods,
	}
}

func (p *program) podResume(c *cli.Context) error {
	var begun *app.Ahead
	if !c.Bool("dry-run") {
		begun = ahead(c)
		defer begun.Close()
	}
	a, s, err := p.snapshot(c)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		if !c.Bool("json") {
			return p.write(podPage(s))
		}
		report, started := reportOf(s), false
		report.Started, report.Manifest = &started, json.RawMessage(s.Envelope.Manifest)
		return p.printJSON(report)
	}
	begun.Announce(s.Envelope.Manifest)
	ready, err := p.prepare(c, a, s, begun)
	if err != nil {
		return err
	}
	return p.start(c, a, s, ready)
}
