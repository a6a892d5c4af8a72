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
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// sourceCommand returns the group of commands about named sources.
func (p *program) sourceCommand() *cli.Command {
	return group("source", "name flakes whose profiles can be chosen by name",
		&cli.Command{
			Name: "add", Usage: "name a flake and pin it", ArgsUsage: "NAME FLAKEREF",
			Description: "Writes the name to local.toml of the user, or of the project with --project, and pins the\n" +
				"flake as it is now in sources.lock next to it. Its profiles are NAME:PROFILE from then on.",
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
			Name: "rm", Usage: "remove a source", ArgsUsage: "NAME",
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
	if c.NArg() < 2 {
		return diag.Errorf(diag.ExitUsage, "usage", "a source has a name and a flake").Hintf("usage: %s %s", commandName(c), usage)
	}
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	to, _, err := scope(c, a.Catalog(options), config.User)
	if err != nil {
		return err
	}
	changed, err := a.AddSource(c.Context, c.Args().Get(0), c.Args().Get(1), to, options)
	if err != nil {
		return err
	}
	return p.sourceChanged(changed)
}

// sourceChanged prints which profiles were added, removed or changed.
func (p *program) sourceChanged(s app.SourceChange) error {
	var b strings.Builder
	names := map[string]bool{}
	for _, profiles := range []map[string]string{s.Before.Profiles, s.After.Profiles} {
		for profile := range profiles {
			names[profile] = true
		}
	}
	for _, profile := range slices.Sorted(maps.Keys(names)) {
		old, was := s.Before.Profiles[profile]
		now, is := s.After.Profiles[profile]
		what := ""
		switch {
		case !was:
			what = "new"
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
		fmt.Fprintf(&b, "%s:%s  %s\n", diag.Name(s.Name), diag.Name(profile), what)
	}
	p.note([]string{s.Name + " is pinned to " + s.After.URL})
	p.say(s.Shared...)
	return p.write([]byte(b.String()))
}

func (p *program) sourceList(c *cli.Context) error {
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
	w := p.list(&b)
	w.row("NAME", "FLAKE", "SCOPE", "PROFILES", "PIN")
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
	if len(sources) == 0 {
		p.inform("%s", noSources)
		return nil
	}
	w.flush()
	return p.write(b.Bytes())
}

const noSources = "no sources yet; to add one: insomnia source add NAME FLAKE"

func (p *program) sourceUpdate(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	if r := a.Catalog(options); c.NArg() == 0 && len(r.Sources()) == 0 && len(r.Problems) == 0 {
		p.inform("%s", noSources)
	}
	return a.UpdateSources(c.Context, c.Args().First(), options, p.sourceChanged)
}

func (p *program) sourceRemove(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	return a.RemoveSource(c.Args().First(), func(of config.Scope) bool {
		return !(c.Bool("user") && of != config.User || c.Bool("project") && of != config.Project)
	})
}
