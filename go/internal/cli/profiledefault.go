package cli

import (
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func scopeFlags(what string) []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "user", Usage: what + " for the user"},
		&cli.BoolFlag{Name: "project", Usage: what + " for the project"},
	}
}

// scope returns the scope from --user or --project, or fallback without these flags.
func scope(c *cli.Context, r *catalog.Catalog, fallback config.Scope) (config.Scope, string, error) {
	if c.Bool("user") && c.Bool("project") {
		return "", "", diag.Errorf(diag.ExitUsage, "usage", "--user and --project cannot be used together")
	}
	switch {
	case c.Bool("user"):
		fallback = config.User
	case c.Bool("project"):
		fallback = config.Project
	}
	dir, err := r.ConfigDir(fallback)
	return fallback, dir, err
}

func (p *program) profileDefaultCommand() *cli.Command {
	return &cli.Command{
		Name:      "default",
		Usage:     "print, set or remove the profile that is used when none is named",
		ArgsUsage: "[REF]",
		Description: "Without REF the reference of the default is printed. With REF it is set, in local.toml of the\n" +
			"user, or of the project with --project; a name becomes the qualified reference that it means\n" +
			"now. The project's default comes before the user's. A profile that does not exist is refused; one\n" +
			"that cannot be checked without a download is set with a warning. For example:\n\n" +
			"    insomnia profile default builtin:reviewer --project\n" +
			"    insomnia profile default --unset --project",
		Flags: append(append([]cli.Flag{
			&cli.BoolFlag{Name: "unset", Usage: "remove the default from local.toml of the user, or of the project with --project"},
		}, scopeFlags("set it")...), listFlags()...),
		Action:       p.profileDefault,
		BashComplete: p.completeNames,
	}
}

func (p *program) profileDefault(c *cli.Context) error {
	text := c.Args().First()
	switch {
	case c.Bool("unset") && text != "":
		return diag.Errorf(diag.ExitUsage, "usage", "--unset and REF cannot be used together").
			Hintf("usage: insomnia profile default --unset [--project]")
	case text == "" && !c.Bool("unset") && (c.Bool("user") || c.Bool("project")):
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: REF").
			Expectedf("insomnia profile default REF --user or --project").Hintf("to remove it: insomnia profile default --unset --user or --project")
	}
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	if c.Bool("unset") {
		return p.unsetDefault(c, a.Catalog(options))
	}
	chosen, err := a.Choose(c.Context, text, options)
	if err != nil {
		return err
	}
	r := a.Catalog(options)
	if text == "" {
		p.note(words.Steps(chosen))
		if c.Bool("json") {
			set := r.Default()
			return p.printJSON(map[string]any{"schema": "insomnia.default/v1", "ref": chosen.Ref.String(), "name": chosen.Name, "set": set.At})
		}
		return p.write([]byte(chosen.Ref.String() + "\n"))
	}
	to, dir, err := scope(c, r, config.User)
	if err != nil {
		return err
	}
	ref, err := a.Storable(c.Context, r, chosen, to, options)
	if err != nil {
		return err
	}
	if err := config.Set(dir, to, "", "default", ref); err != nil {
		return err
	}
	p.note([]string{ref + " is the default of the " + string(to) + " now, in " + diag.NewText().Place(diag.Position{File: filepath.Join(dir, config.LocalName)})})
	if to == config.User && r.Project != nil && r.Project.Default != nil {
		p.projectFirst(*r.Project.Default)
	}
	return nil
}

// projectFirst notes that the project's setting overrides the one just set for the user.
func (p *program) projectFirst(set config.Setting) {
	p.note([]string{"here the project's comes first: " + diag.Name(set.Value) + ", from " +
		diag.NewText().Place(diag.Position{File: set.At.File, Line: set.At.Line})})
}

func (p *program) unsetDefault(c *cli.Context, r *catalog.Catalog) error {
	of, dir, err := scope(c, r, config.User)
	if err != nil {
		return err
	}
	set := configOf(r, of).Default
	if set == nil {
		if err := config.Problem(r.Problems); err != nil {
			return err // it may be set in a config that cannot be read
		}
		return diag.Errorf(diag.ExitNotFound, "default-not-set", "default not found: none is set for the %s", of).
			Hintf("see which one counts: insomnia profile default")
	}
	if err := catalog.Removable(*set, "the default "+diag.Quote(set.Value)); err != nil {
		return err
	}
	if err := config.Set(dir, of, "", "default", ""); err != nil {
		return err
	}
	now := catalog.Open(r.Dir, r.Library).Default()
	note := "removed the default of the " + string(of) + ": " + diag.Name(set.Value) + "; the default is " + diag.Name(now.Value) + " now"
	if now.At.File != "" {
		note += ", from " + diag.NewText().Place(diag.Position{File: now.At.File, Line: now.At.Line})
	}
	p.note([]string{note})
	return nil
}

// configOf returns the config of a scope that exists.
func configOf(r *catalog.Catalog, scope config.Scope) *config.Config {
	if scope == config.Project {
		return r.Project
	}
	return r.User
}
