package cli

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// sourceCommand is the group of commands about named sources.
func (p *program) sourceCommand() *cli.Command {
	return group("source", "name flakes whose profiles can be chosen by name",
		&cli.Command{
			Name: "add", Usage: "name a flake and pin it", ArgsUsage: "NAME FLAKEREF",
			Description: "Writes the name to local.toml of the user, or of the project with --project, and what the flake\n" +
				"is now to sources.lock beside it. Its profiles are NAME:PROFILE from then on.",
			Flags:  append(scopeFlags("name it"), sourceFlags()...),
			Action: p.sourceAdd,
		},
		&cli.Command{
			Name: "list", Usage: "list the named sources and what they are pinned to",
			Action: p.sourceList,
		},
		&cli.Command{
			Name: "update", Usage: "pin sources to what their flakes are now", ArgsUsage: "[NAME]",
			Description: "Without NAME all of them. Prints which profiles came, went or changed.",
			Flags:       sourceFlags(),
			Action:      p.sourceUpdate,
		},
		&cli.Command{
			Name: "rm", Usage: "forget a source", ArgsUsage: "NAME",
			Description: "Takes it out of local.toml and the lock. A source in config.toml is yours to take out.",
			Flags:       scopeFlags("forget it"),
			Action:      p.sourceRemove,
		},
	)
}

func sourceFlags() []cli.Flag {
	return append(append([]cli.Flag{offlineFlag()}, downloadFlags()...), listFlags()...)
}

func (p *program) sourceAdd(c *cli.Context) error {
	const usage = "NAME FLAKEREF"
	if err := arguments(c, 2, usage); err != nil {
		return err
	}
	if c.NArg() < 2 {
		return diag.Errorf(diag.ExitUsage, "usage", "a source has a name and a flake").Hintf("usage: %s %s", commandName(c), usage)
	}
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	r := a.Catalog(options)
	to, dir, err := scope(c, r, config.User)
	if err != nil {
		return err
	}
	name := c.Args().Get(0)
	chosen, options, err := a.Select(c.Context, c.Args().Get(1), options)
	if err != nil {
		return err
	}
	if err := resolve.RequireFlake(chosen.Target, "a source is a flake"); err != nil {
		return err
	}
	if err := r.Inside(to, chosen.Target); err != nil {
		return err
	}
	ref := chosen.Target.String()
	if chosen.Target.Dir() != "" {
		ref = chosen.Target.Lasting() // it is the same from everywhere
	}
	for _, s := range r.Sources() {
		if s.Name == name && s.Scope == to && s.Set.Value != ref {
			return diag.Errorf(diag.ExitState, "source-exists", "there is a source `%s` already: %s", name, s.Set.Value).At(s.Set.At).
				Hintf("choose another name, or: insomnia source rm %s", name)
		}
	}
	if err := config.Check(to, "sources", name, ref); err != nil {
		return err
	}
	locked, err := a.Pin(c.Context, ref, chosen.Target, options)
	if err != nil {
		return err
	}
	if err := config.Set(dir, to, "sources", name, ref); err != nil {
		return err
	}
	if err := catalog.Pin(dir, to, name, &locked); err != nil {
		return err
	}
	return p.sourceChanges(a, name, catalog.Locked{}, locked)
}

// sourceChanges prints which profiles came, went or changed.
func (p *program) sourceChanges(a *app.App, name string, before, after catalog.Locked) error {
	var b strings.Builder
	var added []string
	names := map[string]bool{}
	for _, profiles := range []map[string]string{before.Profiles, after.Profiles} {
		for profile := range profiles {
			names[profile] = true
		}
	}
	for _, profile := range slices.Sorted(maps.Keys(names)) {
		old, was := before.Profiles[profile]
		now, is := after.Profiles[profile]
		what := ""
		switch {
		case !was:
			what, added = "new", append(added, profile)
		case !is:
			what = "gone"
		case old != now:
			what = "changed"
		default:
			continue
		}
		if is && now == "" {
			what += ", broken"
		}
		fmt.Fprintf(&b, "%s:%s  %s\n", diag.Name(name), diag.Name(profile), what)
	}
	p.note([]string{name + " is pinned to " + after.URL})
	p.say(a.Shared(name, added)...)
	return p.write([]byte(b.String()))
}

func (p *program) sourceList(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	r := a.Catalog(resolve.Options{})
	if err := config.Problem(r.Problems); err != nil {
		return err
	}
	type source struct {
		Name     string   `json:"name"`
		Ref      string   `json:"ref"`
		Scope    string   `json:"scope"`
		URL      string   `json:"url,omitempty"`
		Profiles []string `json:"profiles"`
	}
	sources := []source{}
	var b bytes.Buffer
	w := newTable(&b)
	w.row("NAME", "FLAKE", "OF THE", "PROFILES", "PINNED TO")
	for _, s := range r.Sources() {
		one := source{Name: s.Name, Ref: s.Set.Value, Scope: string(s.Scope), Profiles: []string{}}
		pinned := "not pinned: insomnia source update " + s.Name
		if s.Locked != nil {
			one.URL, one.Profiles = s.Locked.URL, s.Locked.Names()
			if pinned = s.Locked.Rev; pinned == "" {
				pinned = s.Locked.NarHash
			}
		}
		sources = append(sources, one)
		w.row(diag.Name(s.Name), diag.Name(s.Set.Value), string(s.Scope), strconv.Itoa(len(one.Profiles)), diag.Cell(pinned))
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.sources/v1", "sources": sources})
	}
	w.flush()
	return p.write(b.Bytes())
}

// scopeDir is the folder of a source's config.
func scopeDir(r *catalog.Catalog, s catalog.Source) string {
	if s.Scope == config.Project {
		return r.Project.Dir
	}
	return r.User.Dir
}

func (p *program) sourceUpdate(c *cli.Context) error {
	if err := arguments(c, 1, "[NAME]"); err != nil {
		return err
	}
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	r := a.Catalog(options)
	if err := config.Problem(r.Problems); err != nil {
		return err
	}
	wanted, done := c.Args().First(), 0
	for _, s := range r.Sources() {
		if wanted != "" && s.Name != wanted {
			continue
		}
		done++
		options.Downloads.Theirs = s.Scope == config.Project
		ref, err := r.Meant(s)
		if err != nil {
			return err
		}
		locked, err := a.Pin(c.Context, s.Set.Value, ref, options)
		if err != nil {
			return err
		}
		before := catalog.Locked{}
		if s.Locked != nil {
			before = *s.Locked
		}
		if err := catalog.Pin(scopeDir(r, s), s.Scope, s.Name, &locked); err != nil {
			return err
		}
		if err := p.sourceChanges(a, s.Name, before, locked); err != nil {
			return err
		}
	}
	if wanted != "" && done == 0 {
		return noSource(wanted)
	}
	return nil
}

func noSource(name string) error {
	return diag.Errorf(diag.ExitNotFound, "source-unknown", "there is no source `%s`", name).
		Hintf("insomnia source list shows what there is")
}

func (p *program) sourceRemove(c *cli.Context) error {
	if err := arguments(c, 1, "NAME"); err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	r := a.Catalog(resolve.Options{})
	name := c.Args().First()
	for _, s := range r.Sources() {
		if s.Name != name || c.Bool("user") && s.Scope != config.User || c.Bool("project") && s.Scope != config.Project {
			continue
		}
		if !strings.HasSuffix(s.Set.At.File, config.LocalName) {
			return diag.Errorf(diag.ExitRefused, "config-not-ours", "the source `%s` stands in a file that commands do not write", name).
				At(s.Set.At).Hintf("take it out there")
		}
		dir := scopeDir(r, s)
		if err := config.Set(dir, s.Scope, "sources", name, ""); err != nil {
			return err
		}
		return catalog.Pin(dir, s.Scope, name, nil)
	}
	return noSource(name)
}
