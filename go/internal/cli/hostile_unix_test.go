//go:build unix

package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A project that wants to see what is not its own: every way to name a file
// outside (positions, contexts, reads, imports, links, locks) in every command
// that resolving, listing and creating consist of. No value that stands outside
// the project, in its .git or in what git ignores comes out.
func TestHostileProject(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(path string) string { return filepath.Join(top, path) }
	for name, value := range map[string]string{
		"HOME": at("home"), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": "",
		"GIT_CONFIG_GLOBAL": "/dev/null", "CANARY_VARIABLE": "cAnArY-variable",
	} {
		t.Setenv(name, value)
	}
	outside := map[string]string{
		"home/.ssh/id_rsa":         "cAnArY-key\n",
		"home/.netrc":              "cAnArY-netrc = \"\n",
		"home/nix/secret.nix":      "{ cAnArY-nix = ;\n",
		"etc/shadow":               "cAnArY-shadow:x\n",
		"etc/config.toml":          "cAnArY-toml = 1\n",
		"etc/sources.lock":         "{\"cAnArY-lock\": }\n",
		"etc/flake.lock":           "{\"cAnArY-flake-lock\": }\n",
		"etc/profile.nix":          "cAnArY-profile\n",
		"other/.insomnia/own.nix":  "cAnArY-other\n",
		"project/.env":             "cAnArY-env\n",
		"project/private/key.json": "{\"cAnArY-ignored\": 1}\n",
	}
	put := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(at(path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range outside {
		put(path, text)
	}
	places := []string{"/etc/passwd", "/proc/self/environ", at("project/.git/config"), "../home/.netrc", "../../etc/shadow"}
	for path := range outside {
		places = append(places, at(path))
	}
	slices.Sort(places)
	quoted := `[ "` + strings.Join(places, `" "`) + `" ]`
	positions := `builtins.concatMap (file: map (line: { inherit file line; column = 1; note = ""; }) [ 1 2 3 ]) ` + quoted
	profiles := map[string]string{
		"positions": `_: { _type = "insomnia.profile"; name = "a"; manifest = null; problems = map (p: { code = "x"; message = "m"; positions = [ p ]; }) (` + positions + `); }`,
		"one":       `_: { _type = "insomnia.profile"; name = "a"; manifest = null; problems = [ { code = "x"; message = "m"; positions = ` + positions + `; } ]; }`,
		"contexts":  `_: builtins.foldl' (value: file: builtins.addErrorContext "insomnia-at=${file}:1:1" (builtins.addErrorContext "insomnia-layer=${file}" value)) (throw "stop") ` + quoted,
		"explained": `{ insomnia }: insomnia.lib.mkProfile { name = "a"; model.ref = "anthropic/claude-sonnet-4-5"; } // { explain."profile.name" = { value = "a"; default = false; preset = null; overrode = [ ]; definitions = map (p: p // { priority = 100; value = "a"; }) (` + positions + `); }; }`,
	}
	for i, place := range places {
		n := string(rune('a' + i))
		profiles["read-"+n] = `_: throw (builtins.readFile (/. + "` + place + `"))`
		profiles["import-"+n] = `{ insomnia }: insomnia.lib.mkProfile { name = "a"; imports = [ (/. + "` + place + `") ]; }`
		profiles["tried-"+n] = `_: throw (builtins.toJSON (builtins.tryEval (builtins.pathExists (/. + "` + place + `"))) + builtins.toJSON (builtins.readDir (/. + "` + filepath.Dir(place) + `")))`
		profiles["link-"+n] = `_: throw (builtins.readFile ../../links/` + n + `)`
		if err := os.MkdirAll(at("project/links"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(place, at("project/links/"+n)); err != nil {
			t.Fatal(err)
		}
	}
	outputs := ""
	for name, text := range profiles {
		put("project/.insomnia/profiles/"+name+".nix", text+"\n")
		outputs += "  insomniaProfiles." + name + " = let f = import ./.insomnia/profiles/" + name + ".nix; in f { insomnia = { lib.mkProfile = x: builtins.deepSeq (map import (x.imports or [ ])) x; }; };\n"
	}
	put("project/flake.nix", "{ outputs = _: {\n"+outputs+"}; }\n")
	put("project/.gitignore", ".env\nprivate/\n")
	for _, name := range []string{"netrc", "secret"} {
		target := map[string]string{"netrc": at("home/.netrc"), "secret": "../../../home/nix/secret.nix"}[name]
		if err := os.Symlink(target, at("project/.insomnia/profiles/linked-"+name+".nix")); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", at("project")}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	git("init", "-q")
	git("add", "-A")
	git("config", "user.cAnArY-git", "cAnArY-git")

	t.Chdir(at("project"))
	run := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		code := (&program{stdout: &stdout, stderr: &stderr}).run(context.Background(), append([]string{"insomnia"}, args...))
		out := stdout.String() + stderr.String()
		if i := strings.Index(out, "cAnArY"); i >= 0 {
			t.Errorf("%v: %s", args, out[max(0, i-300):min(len(out), i+100)])
		}
		if code == 70 {
			t.Errorf("%v: internal error: %s", args, out)
		}
		return out
	}
	for name := range profiles {
		run("resolve", "./.insomnia/profiles/"+name+".nix")
		run("resolve", ".#"+name)
	}
	for _, ref := range []string{"project:positions", "project:read-a", "./.insomnia/profiles/linked-netrc.nix", "project:linked-secret", ".#positions", ".#contexts"} {
		for _, command := range [][]string{
			{"resolve", ref, "--provenance"}, {"resolve", ref, "--json"}, {"profile", "show", ref}, {"profile", "explain", ref},
			{"profile", "diff", "builtin:coder", ref}, {"trust", "show", ref}, {"pod", "new", ref, "--no-start"}, {"secret", "check", ref},
		} {
			run(command...)
		}
	}
	if out := run("profile", "explain", "./.insomnia/profiles/explained.nix"); strings.Contains(out, "shadow") {
		t.Errorf("names a place outside: %s", out)
	}
	everywhere := [][]string{{"profile", "list"}, {"profile", "list", "--json"}, {"verify", "."}, {"verify", ".", "--json"}, {"doctor"},
		{"source", "list"}, {"source", "update"}, {"resolve"}, {"resolve", "positions"}, {"pod", "list"}, {"profile", "default"}}
	for _, command := range everywhere {
		run(command...)
	}

	// Each file that is read under a known name as a link out of the project.
	for link, targets := range map[string][]string{
		".insomnia/config.toml":  {at("etc/config.toml"), at("home/.netrc"), "/proc/self/environ", "../.git/config"},
		".insomnia/local.toml":   {"../../etc/config.toml", "../private/key.json"},
		".insomnia/sources.lock": {at("etc/sources.lock"), "/proc/self/environ"},
		"flake.lock":             {at("etc/flake.lock"), "/proc/self/environ", ".git/config", ".env"},
		"flake.nix":              {at("home/.netrc"), at("home/nix/secret.nix"), "/proc/self/environ", ".env"},
		"older.toml":             {at("etc/config.toml")},
	} {
		for _, target := range targets {
			os.Rename(at("project/"+link), at("project/kept"))
			if err := os.Symlink(target, at("project/"+link)); err != nil {
				t.Fatal(err)
			}
			git("add", "-A", "--", link)
			for _, command := range everywhere {
				run(command...)
			}
			run("resolve", ".#one")
			os.Remove(at("project/" + link))
			os.Rename(at("project/kept"), at("project/"+link))
		}
	}
}
