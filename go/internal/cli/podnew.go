package cli

import (
	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) podNewCommand() *cli.Command {
	return &cli.Command{
		Name:      "new",
		Usage:     "create a Pod from a profile, and start it",
		ArgsUsage: "[REF]",
		Description: "REF is a profile, as for `insomnia resolve`; without it, it is the default one. The Pod keeps the\n" +
			"manifest that the profile resolves to now. Name, workspace, runtime and first prompt are given\n" +
			"here and belong to the Pod alone. With --manifest or --from-resolved a file takes the place of\n" +
			"the profile. The name of the Pod is printed. Creating a Pod needs no trust; starting it may.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the Pod; without it, it is named after the profile"},
			&cli.StringFlag{Name: "workspace", Usage: "let it work in the folder `DIR`, instead of the one here"},
			&cli.StringFlag{Name: "prompt", Usage: "begin the session with `TEXT`"},
			&cli.StringFlag{Name: "runtime", Usage: "run it in the agent program `NAME`"},
			&cli.StringFlag{Name: "manifest", Usage: "take the manifest in `FILE` (.toml or .json) instead of a profile"},
			&cli.StringFlag{Name: "from-resolved", Usage: "take the envelope in `FILE`, as `insomnia pod export --format resolved` writes it"},
			&cli.BoolFlag{Name: "no-start", Usage: "save it, and do not start it"},
		}, append(profileFlags(), downloadFlags()...)...),
		Action:       p.podNew,
		BashComplete: p.completeNames,
	}
}

func (p *program) podNew(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	draft, err := a.Draft(c.Context, what(c), options,
		manifest.Inputs{Name: c.String("name"), Workspace: c.String("workspace"), Runtime: c.String("runtime"), Prompt: c.String("prompt")})
	if err != nil {
		return err
	}
	if !p.json {
		p.losses(draft.Losses)
	}
	p.say(append(a.Warnings(c.Context, what(c), draft.Resolved, options), unknownRuntime(c.String("runtime"))...)...)
	s, err := a.Create(c.Context, draft)
	if err != nil {
		return err
	}
	started := false
	if c.Bool("no-start") {
		p.inform("the Pod `%s` is saved, and not started: insomnia pod resume %s", s.Pod.Name, s.Pod.Name)
	} else if started, err = p.start(c.Context, a, s); err != nil {
		return err
	}
	if !c.Bool("json") {
		return p.write([]byte(s.Pod.Name + "\n"))
	}
	report := reportOf(s)
	report.Started, report.Losses = &started, draft.Losses
	return p.printJSON(report)
}
