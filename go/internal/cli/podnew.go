package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
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
			&cli.StringFlag{Name: "root", Usage: "let a profile file read what is below `FOLDER`, instead of its git work tree or folder"},
		}, append(evaluationFlags(), downloadFlags()...)...),
		Action:       p.podNew,
		BashComplete: p.completeNames,
	}
}

func (p *program) podNew(c *cli.Context) error {
	if err := arguments(c, 1, "[REF]"); err != nil {
		return err
	}
	for _, name := range []string{"name", "workspace", "runtime", "manifest", "from-resolved"} {
		if c.IsSet(name) && c.String(name) == "" {
			return diag.Errorf(diag.ExitUsage, "usage", "--%s is empty", name)
		}
	}
	request := app.Request{Ref: c.Args().First(), Manifest: c.String("manifest"), FromResolved: c.String("from-resolved"),
		Inputs: manifest.Inputs{Name: c.String("name"), Workspace: c.String("workspace"), Runtime: c.String("runtime"), Prompt: c.String("prompt")}}
	var err error
	if request.Options, err = downloadOptions(c); err != nil {
		return err
	}
	request.Options.Root = c.String("root")
	maker, err := p.maker(c, request.Options)
	if err != nil {
		return err
	}
	draft, err := maker.Draft(c.Context, request)
	if err != nil {
		return err
	}
	if !p.json {
		p.losses(draft.Losses)
	}
	p.say(resolve.Hidden(draft.New.Envelope.Manifest)...)
	created, err := maker.Create(c.Context, draft)
	if err != nil {
		return err
	}
	e := *draft.New.Envelope
	e.Inputs.Name = created.Name

	started := false
	if c.Bool("no-start") {
		p.inform("the Pod `%s` is saved, and not started: insomnia pod resume %s", created.Name, created.Name)
	} else if started, err = p.start(c.Context, maker.Store, created, &e); err != nil {
		return err
	}
	if !c.Bool("json") {
		return p.write([]byte(created.Name + "\n"))
	}
	a, err := snapshot(created, &e)
	if err != nil {
		return err
	}
	a.Started, a.Losses = &started, draft.Losses
	return p.printJSON(a)
}

// maker makes Pods from what is selected here, and says what was chosen.
func (p *program) maker(c *cli.Context, options resolve.Options) (*app.Maker, error) {
	resolver, err := p.resolver(c)
	if err != nil {
		return nil, err
	}
	store, err := p.pods()
	if err != nil {
		return nil, err
	}
	choose := func(ctx context.Context, ref string) (*catalog.Selection, error) {
		chosen, err := p.selectRef(ctx, resolver, ref, options)
		if err == nil {
			p.note(chosen.Notes)
		}
		return chosen, err
	}
	chooseIn := func(ctx context.Context, dir, ref string) (*catalog.Selection, error) {
		there := *resolver
		there.Dir = dir
		return p.selectRef(ctx, &there, ref, options)
	}
	return &app.Maker{Resolver: resolver, Store: store, Select: choose, SelectIn: chooseIn, Downloads: p.downloadsFor}, nil
}
