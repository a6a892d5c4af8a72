package cli

import (
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

func scopeFlags(what string) []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "user", Usage: what + " for the user"},
		&cli.BoolFlag{Name: "project", Usage: what + " for the project"},
	}
}

// scope is what --user and --project say; fallback where they say nothing.
func scope(c *cli.Context, r *catalog.Catalog, fallback config.Scope) (config.Scope, string, error) {
	if c.Bool("user") && c.Bool("project") {
		return "", "", diag.Errorf(diag.ExitUsage, "usage", "--user and --project exclude each other")
	}
	switch {
	case c.Bool("user"):
		fallback = config.User
	case c.Bool("project"):
		fallback = config.Project
	}
	if fallback == config.User {
		if r.User.Dir == "" {
			return "", "", diag.Errorf(diag.ExitNotFound, "no-home", "there is no folder for the user's config").Hintf("set HOME or XDG_CONFIG_HOME")
		}
		return fallback, r.User.Dir, nil
	}
	if r.Refused != nil {
		return "", "", r.Refused
	}
	if r.Root == "" {
		return "", "", diag.Errorf(diag.ExitNotFound, "no-project", "there is no project here").
			Hintf("a project is a git work tree, or a folder with .insomnia or flake.nix: mkdir .insomnia")
	}
	return fallback, r.Project.Dir, nil
}

func (p *program) profileDefaultCommand() *cli.Command {
	return &cli.Command{
		Name:      "default",
		Usage:     "print or set the profile that is used when none is named",
		ArgsUsage: "[REF]",
		Description: "Without REF the reference of the default is printed. With REF it is set, in local.toml of the\n" +
			"user, or of the project with --project; a name becomes the qualified reference that it means\n" +
			"now. The project's default comes before the user's.",
		Flags:        append(scopeFlags("set it"), listFlags()...),
		Action:       p.profileDefault,
		BashComplete: p.completeNames,
	}
}

func (p *program) profileDefault(c *cli.Context) error {
	if err := arguments(c, 1, "[REF]"); err != nil {
		return err
	}
	options, err := evaluationOptions(c)
	if err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	text := c.Args().First()
	chosen, err := a.Choose(c.Context, text, options)
	if err != nil {
		return err
	}
	r := a.Catalog(options)
	if text == "" {
		if c.Bool("user") || c.Bool("project") {
			return diag.Errorf(diag.ExitUsage, "usage", "which profile is to be the default?").Expectedf("insomnia profile default REF --user or --project")
		}
		p.note(chosen.Notes)
		if c.Bool("json") {
			set := r.Default()
			return p.printJSON(map[string]any{"schema": "insomnia.default/v1", "ref": chosen.Ref, "name": chosen.Name, "set": set.At})
		}
		return p.write([]byte(chosen.Ref + "\n"))
	}
	to, dir, err := scope(c, r, config.User)
	if err != nil {
		return err
	}
	if err := r.Check(chosen); err != nil {
		return err
	}
	ref := chosen.Ref
	target, err := reference.Parse(chosen.Target, r.Dir)
	if err != nil {
		return err
	}
	if chosen.Source == "" && target.Dir() != "" {
		ref = r.Portable(chosen.Target, to)
	}
	if chosen.Source == "" {
		if err := r.Inside(to, target); err != nil {
			return err
		}
	}
	if err := config.Set(dir, to, "", "default", ref); err != nil {
		return err
	}
	p.note([]string{ref + " is the default of the " + string(to) + " now, in " + diag.NewText().Place(diag.Position{File: filepath.Join(dir, config.LocalName)})})
	if to == config.User && r.Project != nil && r.Project.Default != nil {
		at := r.Project.Default.At
		p.note([]string{"here the project's comes first: " + r.Project.Default.Value + ", from " +
			diag.NewText().Place(diag.Position{File: at.File, Line: at.Line})})
	}
	return nil
}
