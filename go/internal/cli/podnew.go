package cli

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) podNewCommand() *cli.Command {
	return &cli.Command{
		Name:      "new",
		Usage:     "create and start a Pod from a profile",
		ArgsUsage: "[REF]",
		Description: "REF is a profile, as for `insomnia resolve`; without it, it is the default one. The Pod keeps the\n" +
			"manifest that the profile resolves to now. Name, workspace, runtime and first prompt are given\n" +
			"here and belong to the Pod alone. With --manifest or --from-resolved a file takes the place of\n" +
			"the profile. Then the agent program starts in this terminal; ctrl-] detaches from it, and\n" +
			"`insomnia pod attach` returns. With --print there is no terminal: it works on --prompt and prints its\n" +
			"events as JSON. The exit code is that of the program. With --no-start the name of the Pod is printed,\n" +
			"and nothing starts. Creating a Pod needs no trust; starting it may. For example:\n\n" +
			"    insomnia pod new builtin:coder --no-start",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the Pod; without it, it is named after the profile"},
			&cli.StringFlag{Name: "workspace", Usage: "workspace directory `DIR`, instead of the working directory"},
			&cli.StringFlag{Name: "prompt", Usage: "first prompt `TEXT` of the session"},
			&cli.StringFlag{Name: "runtime", Usage: "run it in the agent program `NAME`: claude-code, codex or opencode"},
			&cli.StringFlag{Name: "manifest", Usage: "`FILE` with a manifest to use instead of a profile (.toml or .json, - for standard input)"},
			&cli.StringFlag{Name: "from-resolved", Usage: "`FILE` with an envelope to use, as `insomnia pod export --format resolved` writes it"},
			expectFlag(),
			&cli.BoolFlag{Name: "no-start", Usage: "save it, and do not start it"},
		}, append(startFlags(), append(profileFlags(), downloadFlags()...)...)...),
		Action:       p.podNew,
		BashComplete: p.completeNames,
	}
}

func (p *program) podNew(c *cli.Context) error {
	var begun *app.Ahead
	if !c.Bool("no-start") {
		begun = ahead(c)
		defer begun.Close()
	}
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	expected, err := expectation(c)
	if err != nil {
		return err
	}
	draft, err := a.Draft(c.Context, what(c), options,
		manifest.Inputs{Name: c.String("name"), Workspace: c.String("workspace"), Runtime: c.String("runtime"), Prompt: c.String("prompt")})
	if err != nil {
		return err
	}
	if expected != "" {
		if err := a.Expect(draft.Resolved, expected); err != nil {
			return err
		}
	}
	begun.Announce(draft.New.Envelope.Manifest)
	if !p.json {
		p.losses(draft.Losses)
	}
	p.say(a.Warnings(c.Context, what(c), draft.Resolved, options)...)
	if c.Bool("no-start") {
		s, err := a.Create(c.Context, draft)
		if err != nil {
			return err
		}
		p.inform("created Pod `%s` (not started); to start it: insomnia pod resume %s", s.Pod.Name, s.Pod.Name)
		if !c.Bool("json") {
			return p.write([]byte(s.Pod.Name + "\n"))
		}
		report, started := reportOf(s), false
		report.Started, report.Losses = &started, draft.Losses
		return p.printJSON(report)
	}
	// Check whether it can start first, so that a failure leaves no Pod behind.
	planned, err := draft.Snapshot()
	if err != nil {
		return err
	}
	ready, err := p.prepare(c, a, planned, begun)
	if err != nil {
		return err
	}
	draft.New.ID = ready.ID()
	creation, err := a.Creating(c.Context, draft, planned)
	if err != nil {
		return err
	}
	if err := ready.Created(creation); err != nil {
		return errors.Join(err, creation.Saved())
	}
	return p.start(c, a, creation.Snapshot, ready)
}
