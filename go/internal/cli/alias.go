package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// aliasCommand returns the group of commands about your own names for profiles.
func (p *program) aliasCommand() *cli.Command {
	return group("alias", "name profiles, and settle what a name means",
		&cli.Command{
			Name: "set", Usage: "set what a name means", ArgsUsage: "NAME REF",
			Description: "Writes the alias to local.toml of the user, or of the project with --project. It comes before the\n" +
				"profiles of that name, so it settles an ambiguous one. REF is a profile, as for `insomnia resolve`; a\n" +
				"name becomes the qualified reference that it means now. A profile that does not exist is refused; one\n" +
				"that cannot be checked without a download is set with a warning. For example:\n\n" +
				"    insomnia alias set coder builtin:coder --project",
			Flags:        append(scopeFlags("set it"), listFlags()...),
			Action:       p.aliasSet,
			BashComplete: p.completeNames,
		},
		&cli.Command{
			Name: "rm", Usage: "remove an alias", ArgsUsage: "NAME",
			Description: "Removes it from local.toml. An alias in config.toml is yours to remove. For example:\n\n" +
				"    insomnia alias rm coder --project",
			Flags:        scopeFlags("remove it"),
			Action:       p.aliasRemove,
			BashComplete: p.completeAliases,
		},
		&cli.Command{
			Name: "list", Usage: "list the aliases and what they resolve to",
			Description: "Nothing is downloaded. The project's aliases come before the user's of the same name.\n" +
				"An alias that resolves to nothing is shown with the reason, and the exit code is 1 then.",
			Flags:  scopeFlags("list them"),
			Action: p.aliasList,
		},
	)
}

func (p *program) aliasSet(c *cli.Context) error {
	const usage = "NAME REF"
	if c.NArg() < 2 {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: %s", parametersOf(usage)[c.NArg()]).
			Hintf("usage: %s [flags] %s", commandName(c), usage)
	}
	name, text := c.Args().Get(0), c.Args().Get(1)
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	r := a.Catalog(options)
	to, dir, err := scope(c, r, config.User)
	if err != nil {
		return err
	}
	if err := config.Check(to, "aliases", name, "builtin:coder"); err != nil {
		return err
	}
	chosen, err := a.Choose(c.Context, text, options)
	if err != nil {
		return err
	}
	ref, err := a.Storable(c.Context, r, chosen, to, options)
	if err != nil {
		return err
	}
	if err := config.Set(dir, to, "aliases", name, ref); err != nil {
		return err
	}
	file := filepath.Join(dir, config.LocalName)
	p.note([]string{fmt.Sprintf("set the alias %s to %s for the %s, in %s", diag.Quote(name), diag.Name(ref), to, diag.NewText().Place(diag.Position{File: file}))})
	if to == config.User && r.Project != nil {
		if set, ok := r.Project.Aliases[name]; ok {
			p.projectFirst(set)
		}
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.alias/v1", "name": name, "ref": ref, "scope": to, "file": file})
	}
	return nil
}

func (p *program) aliasRemove(c *cli.Context) error {
	name := c.Args().First()
	if name == "" {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: NAME").Hintf("usage: %s [flags] NAME", commandName(c))
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	r := a.Catalog(resolve.Options{})
	of, dir, err := p.aliasScope(c, r, name)
	if err != nil {
		return err
	}
	set := configOf(r, of).Aliases[name]
	if err := catalog.Removable(set, "the alias "+diag.Quote(name)); err != nil {
		return err
	}
	if err := config.Set(dir, of, "aliases", name, ""); err != nil {
		return err
	}
	note := fmt.Sprintf("removed the alias %s of the %s: %s", diag.Quote(name), of, diag.Name(set.Value))
	for _, a := range catalog.Open(r.Dir, r.Library).Aliases() {
		if a.Name == name {
			note += fmt.Sprintf("; it means %s now, from %s", diag.Name(a.Value), diag.NewText().Place(diag.Position{File: a.At.File, Line: a.At.Line}))
		}
	}
	p.note([]string{note})
	return nil
}

// aliasScope returns the scope named by a flag, or the only scope that has an alias.
func (p *program) aliasScope(c *cli.Context, r *catalog.Catalog, name string) (config.Scope, string, error) {
	_, user := r.User.Aliases[name]
	project := false
	if r.Project != nil {
		_, project = r.Project.Aliases[name]
	}
	fallback := config.User
	switch {
	case user && project && !c.Bool("user") && !c.Bool("project"):
		return "", "", diag.Errorf(diag.ExitUsage, "usage", "the alias %s is set for the user and for the project", diag.Quote(name)).
			Hintf("name one of them: --user or --project")
	case project:
		fallback = config.Project
	}
	of, dir, err := scope(c, r, fallback)
	if err != nil {
		return "", "", err
	}
	if _, ok := configOf(r, of).Aliases[name]; ok {
		return of, dir, nil
	}
	if err := config.Problem(r.Problems); err != nil {
		return "", "", err // it may be set in a config that cannot be read
	}
	var names []string
	for _, b := range r.Bindings() {
		if b.Alias != "" {
			names = append(names, b.Alias)
		}
	}
	e := diag.Errorf(diag.ExitNotFound, "alias-not-found", "alias not found: %s", diag.Quote(name)).Hintf("list them: insomnia alias list")
	if near := resolve.Closest(name, names); near != "" {
		e.Hintf("did you mean %s?", near)
	}
	return "", "", e
}

// listedAlias is one line of `alias list`.
type listedAlias struct {
	Name        string            `json:"name"`
	Ref         string            `json:"ref"`
	Scope       config.Scope      `json:"scope"`
	Set         diag.Position     `json:"set"`
	Ok          bool              `json:"ok"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
}

func (p *program) aliasList(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	r := a.Catalog(resolve.Options{})
	if c.Bool("user") || c.Bool("project") {
		if _, _, err := scope(c, r, config.User); err != nil {
			return err
		}
	}
	if err := config.Problem(r.Problems); err != nil {
		return err
	}
	aliases := []listedAlias{}
	problems := &diag.Error{Exit: diag.ExitDifference}
	var b bytes.Buffer
	w := p.list(&b)
	w.row("NAME", "REFERENCE", "SCOPE", "FILE")
	for _, a := range r.Bindings() {
		if a.Alias == "" || c.Bool("user") && a.Scope != config.User || c.Bool("project") && a.Scope != config.Project {
			continue
		}
		one := listedAlias{Name: a.Alias, Ref: a.Value, Scope: a.Scope, Set: a.At, Diagnostics: []diag.Diagnostic{}}
		if err := r.Dangling(c.Context, a); err != nil {
			one.Diagnostics = diag.From(err).Diagnostics
			problems.Diagnostics = append(problems.Diagnostics, one.Diagnostics...)
		}
		one.Ok = len(one.Diagnostics) == 0
		aliases = append(aliases, one)
		w.row(diag.Name(a.Alias), diag.Name(a.Value), string(a.Scope), diag.NewText().Place(diag.Position{File: a.At.File, Line: a.At.Line}))
	}
	switch {
	case c.Bool("json"):
		err = p.printJSON(map[string]any{"schema": "insomnia.aliases/v1", "aliases": aliases})
	case len(aliases) == 0:
		p.inform("no aliases yet; to set one: insomnia alias set NAME REF")
	default:
		w.flush()
		err = p.write(b.Bytes())
	}
	if err != nil || len(problems.Diagnostics) == 0 {
		return err
	}
	if c.Bool("json") {
		problems.Diagnostics = nil // the data contains them
	}
	return problems
}

// completeAliases completes the names of aliases.
func (p *program) completeAliases(c *cli.Context) {
	dir, err := os.Getwd()
	if err != nil {
		return
	}
	for _, a := range catalog.Open(dir, insomnia.Library).Aliases() {
		offer(c.App.Writer, a.Name, "")
	}
}
