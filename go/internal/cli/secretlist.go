package cli

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) secretListCommand() *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "list secrets: where they are kept, who may get them and which profiles use them",
		Description: "Names that are bound, that the store holds, or that a profile here refers to. The profiles are those\n" +
			"of `insomnia profile list`; nothing is downloaded. No value is read.",
		Flags:  listFlags(),
		Action: p.secretList,
	}
}

// secretRow is one secret in a list.
type secretRow struct {
	Name string `json:"name"`
	// Backend is age, env, file, mount, exec or login; empty if the name is not bound.
	Backend string `json:"backend,omitempty"`
	// Place names what the backend reads: an entry, a variable, a path or a program.
	Place    string   `json:"place,omitempty"`
	Hosts    []string `json:"hosts"`
	Commands []string `json:"commands"`
	// Stored reports whether your store has a value, for names bound to the store.
	Stored *bool `json:"stored,omitempty"`
	// LoggedIn reports whether the program is logged in, for names bound to a login.
	LoggedIn *bool `json:"loggedIn,omitempty"`
	// Profiles are the references of the profiles that use it.
	Profiles []string `json:"profiles"`
	// Set is the place of the binding.
	Set *diag.Position `json:"set,omitempty"`
	// Problems are bound commands that no profile can match.
	Problems []diag.Diagnostic `json:"problems,omitempty"`
}

func (p *program) secretList(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	bindings, err := p.bindings(c)
	if err != nil {
		return err
	}
	stored, err := bindings.Store.Names()
	if err != nil {
		return err
	}
	rows := map[string]*secretRow{}
	row := func(name string) *secretRow {
		if rows[name] == nil {
			rows[name] = &secretRow{Name: name, Hosts: []string{}, Commands: []string{}, Profiles: []string{}}
		}
		return rows[name]
	}
	leads := map[string]bool{}
	for _, bound := range bindings.All() {
		r := row(bound.Name)
		r.Backend, r.Place, r.Set = bound.Backend(), bound.Shown(), &bound.At
		r.Problems = bound.Problems()
		r.Hosts, r.Commands = append(r.Hosts, bound.Hosts...), append(r.Commands, bound.Commands...)
		if bound.IsLogin() {
			r.Hosts, r.Commands = []string{bound.LoginHost()}, []string{}
			has := bound.LoggedIn()
			r.LoggedIn = &has
		}
		if r.Backend == "age" {
			has := slices.Contains(stored, bound.Entry())
			r.Stored = &has
			leads[bound.Entry()] = true
		}
	}
	for _, name := range stored {
		if !leads[name] && rows[name] == nil {
			has := true
			row(name).Stored = &has
		}
	}
	users, err := p.secretUsers(c)
	if err != nil {
		return err
	}
	for name, profiles := range users {
		row(name).Profiles = profiles
	}
	var list []secretRow
	failed := &diag.Error{Exit: diag.ExitDifference}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		list = append(list, *rows[name])
		failed.Diagnostics = append(failed.Diagnostics, rows[name].Problems...)
	}
	if c.Bool("json") {
		if list == nil {
			list = []secretRow{}
		}
		err = p.printJSON(map[string]any{"schema": "insomnia.secrets/v1", "secrets": list})
	} else {
		err = p.write(p.secretTable(list))
	}
	if err != nil || len(failed.Diagnostics) == 0 {
		return err
	}
	if c.Bool("json") {
		failed.Diagnostics = nil // the data contains them
	}
	return failed
}

// secretUsers returns the profiles that use each secret.
func (p *program) secretUsers(c *cli.Context) (map[string][]string, error) {
	a, options, err := p.evaluating(c)
	if err != nil {
		return nil, err
	}
	profiles, err := a.Profiles(c.Context, options, nil)
	if err != nil {
		return nil, err
	}
	p.say(profiles.Passed...)
	users := map[string][]string{}
	for _, profile := range profiles.Rows {
		m, problems := manifest.DecodeForm(profile.Manifest)
		if len(problems) > 0 {
			continue // `profile list` reports broken profiles
		}
		for _, name := range secret.Names(secret.Uses(m)) {
			users[name] = append(users[name], profile.Ref)
		}
	}
	for _, refs := range users {
		slices.Sort(refs)
	}
	return users, nil
}

func (p *program) secretTable(list []secretRow) []byte {
	var b bytes.Buffer
	if len(list) == 0 {
		return []byte("no secrets\n")
	}
	w := p.list(&b)
	w.row("NAME", "LOCATION", "MAY GO TO", "USED BY")
	for _, r := range list {
		kept := r.Backend + ":" + r.Place
		switch {
		case r.Backend == "" && r.Stored != nil:
			kept = "the store, not bound"
		case r.Backend == "":
			kept = "not bound"
		case r.Backend == "exec":
			kept += " …"
		case r.Stored != nil && !*r.Stored:
			kept += ", not set"
		case r.LoggedIn != nil && !*r.LoggedIn:
			kept += ", not logged in"
		}
		w.row(r.Name, diag.Cell(kept), orDash(strings.Join(append(r.Hosts, r.Commands...), ", ")),
			orDash(few(r.Profiles)))
	}
	w.flush()
	return b.Bytes()
}

// few returns the first names of a list, because the built-in roles alone would fill
// three lines.
func few(names []string) string {
	const shown = 2
	if more := len(names) - shown; more > 1 {
		return fmt.Sprintf("%s, and %d more", strings.Join(names[:shown], ", "), more)
	}
	return strings.Join(names, ", ")
}
