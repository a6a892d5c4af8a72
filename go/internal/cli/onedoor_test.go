//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// door is a command that takes a reference.
type door struct {
	name string
	// args returns its arguments for a reference; nil if there is nothing to run.
	args func(ref string) []string
	// name of the profile that was selected, of what the command printed as data.
	selected func(t *testing.T, stdout string) string
	after    []string // puts the world back
	// differs returns the expected answer if this command intentionally differs from
	// resolve; otherwise it is empty.
	differs func(row doorRow, resolve string) string
}

type doorRow struct {
	ref  string
	want string // name of the profile, or `!` and the code of the error
	// whole is the content of a flake if no profile is named: resolve requires one.
	whole string
	file  string // the profile of a manifest file, for the commands that read one too
	part  bool   // visibly not a whole flake, which source add rejects unseen
	// codeOnly is set for input that is rejected before it is parsed as a reference, with
	// the command's own message.
	codeOnly bool
}

// One reference has one answer: the same profile, or the same error, whatever
// command takes it.
func TestOneDoor(t *testing.T) {
	world := t.TempDir()
	if real, err := filepath.EvalSymlinks(world); err == nil {
		world = real
	}
	project := makeDoorWorld(t, world)

	rows := []doorRow{
		{ref: "own", want: "own"},
		{ref: "user:own", want: "own"},
		{ref: "coder", want: "coder"},
		{ref: "builtin:coder", want: "coder"},
		{ref: "mine", want: "mine"},
		{ref: "project:mine", want: "mine"},
		{ref: "both", want: "!name-ambiguous"},
		{ref: "user:both", want: "users"},
		{ref: "project:both", want: "projects"},
		{ref: "inflake", want: "inflake"},
		{ref: "project:inflake", want: "inflake"},
		{ref: ".#inflake", want: "inflake"},
		{ref: "#inflake", want: "inflake"},
		{ref: ".?ref=main#inflake", want: "inflake"},
		{ref: "git+file://" + project + "#inflake", want: "inflake"},
		{ref: ".", want: "!profile-ambiguous", whole: "inflake second"},
		{ref: "./dirs/a b", want: "space", whole: "space"},
		{ref: "./dirs/a b#space", want: "space"},
		{ref: "path:dirs/a%20b#space", want: "space"},
		{ref: "./dirs/a#b#hash", want: "hash"},
		{ref: "./dirs/a?b#question", want: "question"},
		{ref: "./dirs/a%20b#percent", want: "percent"},
		{ref: "./dirs/größe#umlaut", want: "umlaut"},
		{ref: project + "/dirs/größe#umlaut", want: "umlaut"},
		{ref: "./dirs/one file.nix", want: "file"},
		{ref: project + "/dirs/one file.nix", want: "file"},
		{ref: "dirs/one file.nix", want: "file"},
		{ref: "team:lead", want: "lead"},
		{ref: "to-mine", want: "mine"},
		{ref: "to-flake", want: "inflake"},

		{ref: "to-nothing", want: "!profile-not-found"},
		{ref: "to-itself", want: "!alias-cycle"},
		{ref: "nowhere", want: "!profile-not-found"},
		{ref: "user:none", want: "!profile-not-found"},
		{ref: "project:none", want: "!profile-not-found"},
		{ref: "builtin:none", want: "!profile-not-found", part: true},
		{ref: "team:none", want: "!profile-not-found"},
		{ref: "none:coder", want: "!source-unknown"},
		{ref: "./none.nix", want: "!profile-not-found", part: true},
		{ref: "./none", want: "!flake-not-found"},
		{ref: ".#none", want: "!profile-not-found", part: true},
		{ref: "~", want: "!no-flake"},
		{ref: "nixpkgs#none", want: "!flake-not-found", part: true},
		{ref: "github:o/r#x", want: "!offline", part: true},
		{ref: "GITHUB:o/r#x", want: "!offline", part: true},
		{ref: "git+https://example.org/r#x", want: "!offline", part: true},
		{ref: "https://example.org/a.tar.gz#x", want: "!offline", part: true},

		{ref: ".?bogus=1#inflake", want: "!reference-unreadable"},
		{ref: ".?dir=../x#inflake", want: "!reference-unreadable"},
		{ref: ".?rev=abc#inflake", want: "!reference-unreadable"},
		{ref: "path:.?ref=main#inflake", want: "!reference-unreadable"},
		{ref: "./flake.nix", want: "!reference-unreadable"},
		{ref: "./dirs/one file.nix#x", want: "!reference-unreadable"},
		{ref: "builtin:", want: "!reference-unreadable"},
		{ref: "user:", want: "!reference-unreadable"},
		{ref: "user:../own", want: "!profile-not-found"},
		{ref: "foo+bar:x", want: "!source-unknown"},
		{ref: "https://", want: "!reference-unreadable"},
		{ref: "github:o", want: "!reference-unreadable"},
		{ref: "two\nlines", want: "!reference-unreadable"},
		{ref: "esc\x1b[31m", want: "!reference-unreadable"},
		{ref: "a//b", want: "!reference-unreadable"},
		{ref: ".#a..b", want: "!reference-unreadable"},
		{ref: strings.Repeat("a", 5000), want: "!profile-not-found"},
		{ref: "m.json", want: "!profile-not-found", file: "coder"},
		{ref: "./m.json", want: "!flake-not-found", file: "coder"},
		{ref: "", want: "!empty-argument", codeOnly: true},
		{ref: "-x", want: "!unknown-flag", codeOnly: true},
	}

	// What a command prints that does not name the profile is told by its digest.
	names := map[string]string{}
	digest := func(t *testing.T, stdout string) string {
		var out struct {
			Digest string
			Pod    struct{ Profile struct{ Name string } }
			To     string
		}
		fromJSON(t, stdout, &out)
		for _, d := range []string{out.Digest, out.To} {
			if d != "" {
				return names[d]
			}
		}
		return out.Pod.Profile.Name
	}
	shown, grants := "", "sha256-none" // of the last trust show
	manifestToo := func(row doorRow, _ string) string { return row.file }
	doors := []door{
		{name: "resolve", args: func(ref string) []string { return []string{"resolve", "--provenance", "--offline", ref} }, selected: func(t *testing.T, stdout string) string {
			var out struct {
				Digest  string
				Profile struct{ Name string }
			}
			fromJSON(t, stdout, &out)
			names[out.Digest] = out.Profile.Name
			return out.Profile.Name
		}},
		{name: "verify", args: func(ref string) []string { return []string{"verify", "--offline", ref} }, selected: func(t *testing.T, stdout string) string {
			var out struct {
				Profiles []struct{ Digest, Name string }
			}
			fromJSON(t, stdout, &out)
			var all []string
			for _, p := range out.Profiles {
				name := names[p.Digest]
				if name == "" {
					name = p.Name // resolve has not seen it
				}
				all = append(all, name)
			}
			return strings.Join(all, " ")
		}, differs: func(row doorRow, _ string) string { return row.whole }},
		{name: "profile show", args: func(ref string) []string { return []string{"profile", "show", "--offline", ref} }, selected: digest},
		{name: "profile explain", args: func(ref string) []string {
			return []string{"profile", "explain", "--offline", ref, "profile.name"}
		}, selected: func(t *testing.T, stdout string) string {
			var out struct{ Profile struct{ Name string } }
			fromJSON(t, stdout, &out)
			return out.Profile.Name
		}},
		{name: "profile diff", args: func(ref string) []string { return []string{"profile", "diff", "--offline", "builtin:coder", ref} }, selected: func(t *testing.T, stdout string) string {
			var patch []struct {
				Path  string
				Value any
			}
			fromJSON(t, stdout, &patch)
			for _, change := range patch {
				if change.Path == "/profile/name" {
					return fmt.Sprint(change.Value)
				}
			}
			return "coder"
		}, differs: manifestToo},
		{name: "pod new", args: func(ref string) []string {
			return []string{"pod", "new", "--offline", "--no-start", "--name", "it", ref}
		}, selected: digest},
		// Of the Pod that was made just before.
		{name: "pod reload", args: func(string) []string { return []string{"pod", "reload", "--offline", "it", "--dry-run"} }, selected: digest, after: []string{"pod", "rm", "it", "--yes"}},
		{name: "trust show", args: func(ref string) []string { return []string{"trust", "show", "--offline", ref} }, selected: func(t *testing.T, stdout string) string {
			var out struct{ Digest string }
			fromJSON(t, stdout, &out)
			shown, grants = granted(t, stdout), out.Digest
			return shown
		}, differs: manifestToo},
		// Consent is to the digest that was just shown: of another profile it is refused.
		{name: "permissions test", args: func(ref string) []string { return []string{"permissions", "test", "--offline", ref, "make"} }, selected: digest, differs: manifestToo},
		{name: "trust grant", args: func(ref string) []string {
			return []string{"trust", "grant", "--offline", ref, "--grants", grants}
		}, selected: func(*testing.T, string) string { return shown }, differs: manifestToo},
		{name: "trust revoke", args: func(ref string) []string { return []string{"trust", "revoke", "--offline", ref} }, selected: func(*testing.T, string) string { return shown }, differs: func(row doorRow, resolve string) string {
			if slices.Contains([]string{"coder", "own", "users"}, resolve) {
				return "!consent-not-found" // built in, or the user's own: nothing was asked
			}
			return row.file
		}},
		{name: "secret check", args: func(ref string) []string { return []string{"secret", "check", "--offline", ref} }, selected: func(t *testing.T, stdout string) string {
			var out struct{ Profile string }
			fromJSON(t, stdout, &out)
			return out.Profile
		}},
		{name: "profile default", args: func(ref string) []string { return []string{"profile", "default", ref, "--user"} }, selected: func(t *testing.T, _ string) string {
			return resolvedName(t)
		}, after: []string{"profile", "default", "--unset", "--user"}, differs: unchecked},
		{name: "alias set", args: func(ref string) []string { return []string{"alias", "set", "short", ref, "--user"} }, selected: func(t *testing.T, _ string) string {
			return resolvedName(t, "short")
		}, after: []string{"alias", "rm", "short", "--user"}, differs: unchecked},
		{name: "source add", args: func(ref string) []string { return []string{"source", "add", "one", "--offline", ref} }, selected: func(t *testing.T, _ string) string {
			return "pinned"
		}, after: []string{"source", "rm", "one"}, differs: func(row doorRow, resolve string) string {
			switch {
			case row.whole != "":
				return "pinned"
			case row.part, !strings.HasPrefix(resolve, "!"):
				return "!not-a-flake"
			}
			return ""
		}},
	}
	for _, row := range rows {
		t.Run(fmt.Sprintf("%.40q", row.ref), func(t *testing.T) {
			answer := ""
			for _, d := range doors {
				if d.name == "pod reload" && strings.HasPrefix(answer, "!") {
					continue // there is no Pod
				}
				got := d.answer(t, row)
				if d.name == "resolve" {
					answer = got
					if code, _, _ := strings.Cut(got, ": "); code != row.want {
						t.Errorf("resolve: %s, want %s", got, row.want)
					}
					continue
				}
				want := answer
				if d.differs != nil {
					if other := d.differs(row, answer); other != "" {
						want = other
					}
				}
				if !strings.Contains(want, ": ") {
					got, _, _ = strings.Cut(got, ": ")
				}
				if got != want {
					t.Errorf("%s: %s\nwant %s", d.name, got, want)
				}
			}
		})
	}
}

// unchecked is for the commands that write a reference into a config: they warn about
// what they cannot check offline, and set it.
func unchecked(row doorRow, _ string) string {
	if row.want == "!offline" {
		return "!offline set"
	}
	return ""
}

func (d door) answer(t *testing.T, row doorRow) string {
	t.Helper()
	exit, stdout, stderr := runCommand(append([]string{"--json"}, d.args(row.ref)...))
	if exit != int(diag.ExitDone) && exit != int(diag.ExitDifference) {
		var report diag.Report
		last := strings.TrimSpace(stderr)
		last = last[strings.LastIndexByte(last, '\n')+1:]
		if err := json.Unmarshal([]byte(last), &report); err != nil || len(report.Diagnostics) == 0 {
			t.Fatalf("%s: exit %d, %s", d.name, exit, stderr)
		}
		first := report.Diagnostics[0]
		if row.codeOnly {
			return "!" + first.Code
		}
		return "!" + first.Code + ": " + first.Message
	}
	defer func() {
		if d.after != nil {
			if exit, _, stderr := runCommand(d.after); exit != 0 {
				t.Fatalf("%v: %s", d.after, stderr)
			}
		}
	}()
	if strings.Contains(stderr, "cannot check") {
		return "!offline set"
	}
	return d.selected(t, stdout)
}

func fromJSON(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// resolvedName is the name of what a reference resolves to.
func resolvedName(t *testing.T, ref ...string) string {
	t.Helper()
	exit, stdout, stderr := runCommand(append([]string{"resolve"}, ref...))
	if exit != 0 {
		t.Fatalf("resolve %v: %s", ref, stderr)
	}
	var out struct{ Profile struct{ Name string } }
	fromJSON(t, stdout, &out)
	return out.Profile.Name
}

// turns are the limit by which a list of grants tells the profiles of the world apart.
var turns = []string{"coder", "own", "mine", "users", "projects", "inflake", "second", "space", "hash", "question", "percent", "umlaut", "file", "lead"}

func granted(t *testing.T, stdout string) string {
	t.Helper()
	var out struct {
		Grants []struct{ Pointer, Value string }
	}
	fromJSON(t, stdout, &out)
	for _, g := range out.Grants {
		if g.Pointer != "/limits/maxTurns" {
			continue
		}
		var n int
		fmt.Sscan(strings.Trim(g.Value, `"`), &n)
		if n -= 200; n >= 0 && n < len(turns) {
			return turns[n]
		}
	}
	return "no limit of turns in " + stdout
}

// makeDoorWorld makes a home and a project with profiles in every place, and returns
// the project, which is the working directory from then on.
func makeDoorWorld(t *testing.T, world string) string {
	t.Helper()
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	home, project := filepath.Join(world, "home"), filepath.Join(world, "project")
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	put := func(path, text string) {
		path = filepath.Join(world, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("project/x", "")
	t.Chdir(project)
	exit, coder, stderr := runCommand([]string{"resolve", "builtin:coder"})
	if exit != 0 {
		t.Fatal(stderr)
	}
	named := func(name, manifest string) string {
		return fmt.Sprintf(`(let m = builtins.fromJSON (builtins.readFile %s); in m // { profile = m.profile // { name = %q; }; limits = m.limits // { maxTurns = %d; }; })`,
			manifest, name, 200+slices.Index(turns, name))
	}
	flake := func(manifest string, names ...string) string {
		text := "{ outputs = { self }: {"
		for _, name := range names {
			text += fmt.Sprintf(" insomniaProfiles.%s = %s;", name, named(name, manifest))
		}
		return text + " }; }\n"
	}
	put("project/m.json", coder)
	put("project/flake.nix", flake("./m.json", "inflake", "second"))
	put("project/.insomnia/profiles/mine.nix", "_: "+named("mine", "../../m.json"))
	put("project/.insomnia/profiles/both.nix", "_: "+named("projects", "../../m.json"))
	put("project/.insomnia/config.toml", "[aliases]\nto-mine = \"project:mine\"\nto-flake = \".#inflake\"\nto-nothing = \"user:none\"\nto-itself = \"to-itself\"\n")
	put("project/dirs/a b/m.json", coder) // path: takes this directory alone
	put("project/dirs/a b/flake.nix", flake("./m.json", "space"))
	for dir, name := range map[string]string{"a#b": "hash", "a?b": "question", "a%20b": "percent", "größe": "umlaut"} {
		put("project/dirs/"+dir+"/flake.nix", flake("../../m.json", name))
	}
	put("project/dirs/one file.nix", "_: "+named("file", "../m.json"))
	put("home/.config/insomnia/profiles/m.json", coder)
	put("home/.config/insomnia/profiles/own.nix", "_: "+named("own", "./m.json"))
	put("home/.config/insomnia/profiles/both.nix", "_: "+named("users", "./m.json"))
	put("team/m.json", coder)
	put("team/flake.nix", flake("./m.json", "lead"))
	for _, dir := range []string{"project", "team"} {
		for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "x"}} {
			cmd := exec.Command("git", args...)
			cmd.Dir = filepath.Join(world, dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git %v: %v\n%s", args, err, out)
			}
		}
	}
	if exit, _, stderr := runCommand([]string{"source", "add", "team", "../team", "--user"}); exit != 0 {
		t.Fatal(stderr)
	}
	return project
}
