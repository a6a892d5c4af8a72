package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// world writes files and opens the catalog in `project`. Files below `user` are
// the user's own configuration. The project's flake has the profiles of names.
func world(t *testing.T, files map[string]string, names ...string) *Catalog {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", filepath.Join(root, "home"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(root, "config"))
	for _, dir := range []string{"home", "config/insomnia", "project/.git"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		name = filepath.Join(root, strings.Replace(name, "user/", "config/insomnia/", 1))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(text, "ROOT", root)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library := fstest.MapFS{"profiles/coder/profile.nix": {}, "profiles/reviewer/profile.nix": {}, "profiles/base.nix": {}}
	c := Open(filepath.Join(root, "project"), library)
	c.FlakeNames = func(context.Context, Flake) ([]Defined, error) {
		var defined []Defined
		for _, name := range names {
			defined = append(defined, Defined{Name: name})
		}
		return defined, nil
	}
	return c
}

// selected is SOURCE and target of a reference, or the code of the error.
func selected(t *testing.T, c *Catalog, text string) string {
	t.Helper()
	ref := reference.Reference{}
	if text != "" {
		var err error
		if ref, err = reference.Parse(text, c.Dir); err != nil {
			return "unparsed: " + err.Error()
		}
	}
	s, err := c.Select(t.Context(), ref)
	var ambiguous *Ambiguous
	switch {
	case errors.As(err, &ambiguous):
		return "ambiguous: " + strings.Join(refs(ambiguous.Candidates), " ")
	case err != nil:
		return diag.From(err).Diagnostics[0].Code
	}
	return strings.ReplaceAll(s.Source+" "+s.Target.String(), filepath.Dir(c.Dir), "ROOT")
}

const pinned = `{"schema":"insomnia.sources/v1","sources":{"team":{"ref":"github:o/r",
	"url":"github:o/r/0123456789012345678901234567890123456789?narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
	"narHash":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","profiles":{"lead":"sha256-x"}}}}`

const pinnedURL = "github:o/r/0123456789012345678901234567890123456789?narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D"

// What a reference means, by what is where.
func TestSelect(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		flake []string
		wants map[string]string // by reference
	}{
		{"nothing but the program", nil, nil, map[string]string{
			"": "builtin builtin:coder", "coder": "builtin builtin:coder", "builtin:coder": " builtin:coder",
			"base": "profile-not-found", "user:coder": "profile-not-found", "team:lead": "source-unknown", "project:x": "profile-not-found",
		}},
		{"files of the user and of the project", map[string]string{
			"user/profiles/mine.nix": "", "user/profiles/folder/profile.nix": "", "user/profiles/empty/other.nix": "", "user/profiles/.hidden.nix": "",
			"project/.insomnia/profiles/ours.nix": "",
		}, nil, map[string]string{
			"mine": "user ROOT/config/insomnia/profiles/mine.nix", "user:mine": "user ROOT/config/insomnia/profiles/mine.nix",
			"folder": "user ROOT/config/insomnia/profiles/folder/profile.nix", "empty": "profile-not-found", ".hidden": "profile-not-found",
			"ours": "project ROOT/project/.insomnia/profiles/ours.nix", "project:ours": "project ROOT/project/.insomnia/profiles/ours.nix",
			"project:mine": "profile-not-found", "user:ours": "profile-not-found",
		}},
		{"a name in several places is nobody's", map[string]string{
			"user/profiles/coder.nix": "", "user/profiles/both.nix": "", "user/profiles/both/profile.nix": "", "project/.insomnia/profiles/coder.nix": "", "project/flake.nix": "{}",
		}, []string{"coder", "reviewer", "own"}, map[string]string{
			"coder":         "ambiguous: builtin:coder user:coder ./.insomnia/profiles/coder.nix .#coder",
			"user:coder":    "user ROOT/config/insomnia/profiles/coder.nix",
			"project:coder": "ambiguous: ./.insomnia/profiles/coder.nix .#coder",
			"both":          "ambiguous: ../config/insomnia/profiles/both/profile.nix ../config/insomnia/profiles/both.nix",
			"reviewer":      "ambiguous: builtin:reviewer project:reviewer", "own": "project ROOT/project#own",
		}},
		{"an alias settles it, the project's before the user's", map[string]string{
			"user/profiles/coder.nix": "", "user/config.toml": "default = \"q\"\n[aliases]\ncoder = \"user:coder\"\nq = \"coder\"\nmine = \"./mine.nix\"\ngone = \"./gone.nix\"\n",
			"project/.insomnia/config.toml": "[aliases]\nq = \"builtin:reviewer\"\n", "user/mine.nix": "",
		}, nil, map[string]string{
			"coder": "user ROOT/config/insomnia/profiles/coder.nix", "q": " builtin:reviewer", "": " builtin:reviewer",
			"mine": " ROOT/config/insomnia/mine.nix", "gone": "profile-not-found",
		}},
		{"aliases in a circle, to nothing, and to a name alone", map[string]string{
			"user/profiles/coder.nix": "",
			"user/config.toml":        "[aliases]\na = \"b\"\nb = \"c\"\nc = \"a\"\nself = \"self\"\nnone = \"user:none\"\nmany = \"coder\"\nfar = \"team:lead\"\n",
		}, nil, map[string]string{
			"a": "alias-cycle", "c": "alias-cycle", "self": "alias-cycle", "none": "profile-not-found", "many": "name-unqualified", "far": "source-unknown",
		}},
		{"a pinned source", map[string]string{
			"user/config.toml": "default = \"team:lead\"\n[sources]\nteam = \"github:o/r\"\nbare = \"github:o/other\"\n", "user/sources.lock": pinned,
		}, nil, map[string]string{
			"team:lead": "team " + pinnedURL + "#lead", "lead": "team " + pinnedURL + "#lead", "": "team " + pinnedURL + "#lead",
			"team:other": "profile-not-found", "bare:lead": "source-not-pinned", "teem:lead": "source-unknown",
		}},
		{"a pin of another reference pins nothing", map[string]string{
			"user/config.toml": "[sources]\nteam = \"github:o/moved\"\n", "user/sources.lock": pinned,
		}, nil, map[string]string{"team:lead": "source-not-pinned", "lead": "profile-not-found"}},
		{"discovery switched off", map[string]string{
			"user/profiles/coder.nix": "", "user/config.toml": "[discovery]\nbuiltin = false\nflake = false\n", "project/flake.nix": "{}",
		}, []string{"coder"}, map[string]string{
			"coder": "user ROOT/config/insomnia/profiles/coder.nix", "builtin:coder": " builtin:coder", "reviewer": "profile-not-found", "project:coder": "project ROOT/project#coder",
		}},
		{"a config that is wrong stops names and nothing else", map[string]string{"user/config.toml": "default = 3\n", "user/profiles/x.nix": ""}, nil, map[string]string{
			"x": "type", "": "type", "builtin:coder": " builtin:coder", "user:x": "user ROOT/config/insomnia/profiles/x.nix",
		}},
		{"names that could pass for others", map[string]string{
			"user/profiles/c\u043eder.nix": "", "user/profiles/a b.nix": "", "user/profiles/-x.nix": "", "user/profiles/a\nb.nix": "",
		}, nil, map[string]string{"coder": "builtin builtin:coder", "user:c\u043eder": "profile-name", "user:-x": "profile-name"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := world(t, c.files, c.flake...)
			for text, want := range c.wants {
				if got := selected(t, catalog, text); got != want {
					t.Errorf("%q: %s, want %s", text, got, want)
				}
			}
		})
	}
}

// A flake that cannot be evaluated is no reason to take another profile of the name.
func TestSelectWithABrokenFlake(t *testing.T) {
	c := world(t, map[string]string{"project/flake.nix": "{"})
	c.FlakeNames = func(context.Context, Flake) ([]Defined, error) {
		return nil, diag.Errorf(diag.ExitEvaluation, "evaluation", "a syntax error")
	}
	for text, want := range map[string]string{"coder": "evaluation", "project:coder": "evaluation", "": "builtin builtin:coder", "builtin:coder": " builtin:coder"} {
		if got := selected(t, c, text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// The choice says why it was made, and whose word it was.
func TestSelectionSteps(t *testing.T) {
	c := world(t, map[string]string{
		"user/config.toml":              "[aliases]\nmine = \"builtin:reviewer\"\n",
		"project/.insomnia/config.toml": "default = \"q\"\n[aliases]\nq = \"mine\"\n",
	})
	s, err := c.Select(t.Context(), reference.Reference{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Steps {
		if strings.HasPrefix(s.Steps[i].Place, "/") {
			s.Steps[i].Place = "" // the user's config has another path at each run
		}
	}
	want := []Step{{Name: "mine", Default: true, Place: ".insomnia/config.toml:1"}, {Name: "q", Ref: "mine", Place: ".insomnia/config.toml:3"}, {Name: "mine", Ref: "builtin:reviewer"}}
	if want[0].Name = s.Steps[0].Name; !slices.Equal(s.Steps, want) {
		t.Errorf("%+v, want %+v", s.Steps, want)
	}
	if s.By == nil || s.By.What != "the default" || s.By.Root != c.Root {
		t.Errorf("by %+v", s.By)
	}
	if s, err = c.Select(t.Context(), reference.OfBuiltin("coder")); err != nil || s.By != nil || len(s.Steps) > 0 {
		t.Errorf("a typed reference: %+v, %v", s, err)
	}
}

// Chains of aliases end: at their target, or in an error that names the first.
func TestAliasChains(t *testing.T) {
	for length, want := range map[int]string{1: " builtin:coder", longestChain: " builtin:coder", longestChain + 1: "alias-chain", 100: "alias-chain"} {
		text := "[aliases]\n"
		for i := range length - 1 {
			text += fmt.Sprintf("a%d = \"a%d\"\n", i, i+1)
		}
		text += fmt.Sprintf("a%d = \"builtin:coder\"\n", length-1)
		if got := selected(t, world(t, map[string]string{"user/config.toml": text}), "a0"); got != want {
			t.Errorf("%d aliases: %s, want %s", length, got, want)
		}
	}
}

// Whatever the project's flake calls its profiles, a name leads to one that has it, or to none,
// and a reference that is offered leads to the profile that it is offered for.
func TestOfferedReferencesLeadBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.OneOf(rapid.StringMatching(`[a-z]{1,3}`), rapid.String()), 1, 6, rapid.ID).Draw(r, "names")
		c := &Catalog{Dir: "/nowhere", Root: "/nowhere"}
		flake := Flake{Source: Project, Ref: reference.InDirectory("/nowhere"), File: "/nowhere/flake.nix"}
		flake.paste = flake.Ref.Written(".")
		for _, name := range names {
			candidate := flake.Candidate(Defined{Name: name})
			back, err := reference.Parse(candidate.Ref.String(), c.Dir)
			if err != nil {
				if CheckName(name, "") == nil {
					r.Fatalf("%q is offered as %q: %v", name, candidate.Ref, err)
				}
				continue // it cannot be typed, and is refused by its name
			}
			switch {
			case back.Kind == reference.Qualified && (back.Source != Project || back.Name != name):
				r.Fatalf("%q is offered as %q, which is %s:%s", name, candidate.Ref, back.Source, back.Name)
			case back.Kind != reference.Qualified && CheckName(name, "") == nil && back.Key() != candidate.Target.Key():
				r.Fatalf("%q is offered as %q, which is %q", name, candidate.Ref, back.Key())
			}
		}
	})
}

// What a lock says is not believed: names in it are judged like those of files, and a
// pin that is no whole flake, or not of the reference, pins nothing.
func TestHostileLocks(t *testing.T) {
	for name, c := range map[string]struct{ lock, ref, want string }{
		"a name that looks like another": {strings.Replace(pinned, `"lead"`, `"c\u043eder"`, 1), "team:c\u043eder", "profile-name"},
		"a name that looks like a flag":  {strings.Replace(pinned, `"lead"`, `"-rf"`, 1), "team:-rf", "profile-name"},
		"a profile of the flake as URL":  {strings.Replace(pinned, `%3D"`, `%3D#lead"`, 1), "team:lead", "source-not-pinned"},
		"a builtin as URL":               {strings.Replace(pinned, pinnedURL, "builtin:coder", 1), "team:lead", "source-not-pinned"},
		"no URL":                         {strings.Replace(pinned, pinnedURL, "", 1), "team:lead", "source-not-pinned"},
		"another version":                {strings.Replace(pinned, "sources/v1", "sources/v2", 1), "team:lead", "lock-unreadable"},
		"no JSON":                        {"<<<<<<< HEAD\n" + pinned, "team:lead", "lock-unreadable"},
	} {
		catalog := world(t, map[string]string{"user/config.toml": "[sources]\nteam = \"github:o/r\"\n", "user/sources.lock": c.lock})
		if got := selected(t, catalog, c.ref); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := selected(t, catalog, "builtin:coder"); got != " builtin:coder" {
			t.Errorf("%s: builtin:coder is %s", name, got)
		}
	}
	// A project's lock must not lead out of the project.
	for _, url := range []string{"path:/etc", "git+file:///etc", "/etc", "/"} {
		catalog := world(t, map[string]string{"project/.insomnia/config.toml": "[sources]\nteam = \"github:o/r\"\n",
			"project/.insomnia/sources.lock": strings.Replace(pinned, pinnedURL, url, 1)})
		if got := selected(t, catalog, "team:lead"); strings.Contains(got, "etc") || strings.HasPrefix(got, "team ") {
			t.Errorf("%s: %s", url, got)
		}
	}
}
