package eval_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// storeTree writes the files that testdata/store is about.
func storeTree(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"t/f": "hi\n", "t/x.nix": "{ v = 1; s = ./sub; d = import ./sub; }\n", "t/.hidden": "dot", "t/exec": "#!/bin/sh\n", "t/nul": "a\x00b",
		"t/sub/fn.nix": "x: { __here = ./.; inherit x; }\n", "t/sub/default.nix": "{ y = import ./deep; }\n",
		"t/sub/deep/default.nix": "\"deep\"\n", "out/secret": "secret",
	} {
		file := filepath.Join(dir, name)
		mode := os.FileMode(0o644)
		if name == "t/exec" {
			mode = 0o755
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"link": "f", "outlink": "../out/secret", "dirlink": "sub", "loop": "loop", "broken": "none"} {
		if err := os.Symlink(target, filepath.Join(dir, "t", name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// inDir makes an evaluator that may read a directory.
func inDir(t *testing.T, dir string, o eval.Options) *eval.Evaluator {
	t.Helper()
	tree, err := source.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(func() { cancel(); tree.Close() })
	o.Context, o.Sources, o.System = ctx, &source.FS{}, "x86_64-linux"
	o.Sources.Mount(filepath.ToSlash(dir), tree)
	return eval.New(o)
}

// printIn returns the printed value of an expression in a directory, or "error: " and
// the message.
func printIn(ev *eval.Evaluator, dir, expr string) string {
	v, err := ev.EvalExpr(expr, "«stdin»", dir)
	if err == nil {
		var text string
		if text, err = ev.Print(v); err == nil {
			return text
		}
	}
	if e, ok := err.(*eval.Error); ok {
		return "error: " + e.Msg
	}
	return "error: " + err.Error()
}

// TestStore is about what was copied to the store: its names, and that it can be read.
// A message in the testdata that is not the program's own is the one of Nix 2.34.
func TestStore(t *testing.T) {
	dir := storeTree(t)
	for _, f := range readFixturesOf(t, "../testdata/store/*.txt") {
		got := printIn(inDir(t, dir, eval.Options{BLAKE3: true}), dir, f.expr)
		want := strings.ReplaceAll(f.want, "$DIR", dir)
		if want == "error" && strings.HasPrefix(got, "error: ") {
			continue
		}
		if got != want {
			t.Errorf("%s: %s\n got: %s\nwant: %s", f.name, f.expr, got, want)
		}
	}
}

// TestStoreAgainstNix holds testdata/store to the Nix that is installed.
func TestStoreAgainstNix(t *testing.T) {
	nix := installedNix(t)
	version, err := exec.Command(nix, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir, store := storeTree(t), t.TempDir()
	// What the store holds is read-only, directories too.
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", store).Run() })
	run := func(expr string) (string, error) {
		cmd := exec.Command(nix, "--eval", "--strict", "--read-write-mode", "--store", store, "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(expr)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		cmd.Env = append(os.Environ(), "NIX_PATH=", "NIX_REMOTE=",
			"NIX_CONFIG=experimental-features = nix-command flakes blake3-hashes\nbuild-users-group =\nsubstituters =")
		out, err := cmd.Output()
		if err != nil {
			return stderr.String(), err
		}
		return strings.TrimSuffix(string(out), "\n"), nil
	}
	var values []fixture
	for _, f := range readFixturesOf(t, "../testdata/store/*.txt") {
		// Nix 2.8 shows where a store is that is not in its usual place.
		switch f.want = strings.ReplaceAll(f.want, "$DIR", dir); {
		case f.since != "" && olderThan(string(version), f.since):
		case !strings.HasPrefix(f.want, "error"):
			values = append(values, f)
		default:
			out, err := run(f.expr)
			if err == nil {
				t.Errorf("%s: %s\nNix: %s\nwant an error", f.name, f.expr, out)
			}
			message, _ := strings.CutPrefix(f.want, "error: ")
			if !olderThan(string(version), "2.34") && f.want != "error" && !strings.Contains(message, "embedded evaluator") &&
				!strings.Contains(squeeze(out), squeeze("error: "+message)) {
				t.Errorf("%s: %s\n Nix: %s\nwant: %s", f.name, f.expr, out, f.want)
			}
		}
	}
	compare(t, values, func(expr string) (string, error) {
		out, err := run(expr)
		return strings.ReplaceAll(out, store+"/nix/store/", "/nix/store/"), err
	})
}

// TestStoreKeepsOutside holds that a copy shows nothing that its source does not.
func TestStoreKeepsOutside(t *testing.T) {
	dir := storeTree(t)
	inner := filepath.Join(dir, "t")
	for name, target := range map[string]string{"abs": filepath.Join(dir, "out/secret"), "up": "../../out", "passwd": "/etc/passwd", "sub/up": "../../out/secret"} {
		if err := os.Symlink(target, filepath.Join(inner, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, expr := range []string{
		`builtins.readFile "${./.}/abs"`,
		`builtins.readFile "${./.}/outlink"`,
		`builtins.readFile "${./.}/passwd"`,
		`builtins.readDir "${./.}/up"`,
		`builtins.readFile "${./.}/sub/up"`,
		`builtins.readFile "${./sub}/up"`,
		`builtins.readFile "${./abs}"`,
		`import "${./sub}/../../out/secret"`,
		`builtins.readFile "${builtins.path { path = ./.; name = "x"; filter = p: t: true; }}/abs"`,
		`builtins.readFile (builtins.path { path = "${./.}/abs"; name = "x"; })`,
		`builtins.readFile (builtins.path { path = "${./.}/abs"; name = "x"; recursive = false; })`,
		`builtins.readFile (builtins.path { path = /etc/passwd; name = "x"; })`,
		`builtins.readFile "${builtins.path { path = /.; name = "x"; }}/etc/passwd"`,
		`builtins.readDir (builtins.filterSource (p: t: true) "/nix/store")`,
		`builtins.readDir "/nix/store"`,
		`builtins.hashFile "sha256" "${./.}/abs"`,
		`builtins.readFile (builtins.path { path = ./f; name = "../../etc/passwd"; })`,
		`builtins.readFile (builtins.toFile "../../../etc/passwd" "x")`,
		`builtins.readFile "${builtins.filterSource (p: t: t != "symlink") ./.}/link"`,
		`builtins.readFile "${builtins.path { path = "${builtins.filterSource (p: t: baseNameOf p != "deep") ./.}/sub"; name = "s"; }}/deep/default.nix"`,
		`builtins.readDir "${builtins.path { path = builtins.filterSource (p: t: t == "directory") ./.; name = "s"; filter = p: t: true; }}/f"`,
		`builtins.readFile "/nix/store/..${toString ./..}/out/secret"`,
		`builtins.readFile (/. + builtins.unsafeDiscardStringContext "${./.}" + "/../../..${toString ./..}/out/secret")`,
		`builtins.scopedImport { } "${./.}/abs"`,
		`builtins.findFile [ { path = "${./.}"; } ] "abs"`,
	} {
		if got := printIn(inDir(t, inner, eval.Options{}), inner, expr); !strings.HasPrefix(got, "error: ") || strings.Contains(got, "secret\"") {
			t.Errorf("%s: got %s", expr, got)
		}
	}
	// As in Nix, a link is something that exists, wherever it leads.
	if got := printIn(inDir(t, inner, eval.Options{}), inner, `map builtins.pathExists [ "${./.}/abs" "${./.}/up/" "${./.}/up/secret" ]`); got != "[ true false false ]" {
		t.Error(got)
	}
}

// TestStoreReads holds that a file read in a copy counts as the file it is, once.
func TestStoreReads(t *testing.T) {
	dir := storeTree(t)
	ev := inDir(t, dir, eval.Options{})
	const expr = `[ (builtins.readFile "${./t}/link") (builtins.readFile ./t/f) (import (builtins.toFile "x" "1")) (import "${builtins.path { path = "${./t}/sub"; name = "s"; filter = p: t: true; }}/default.nix").y ]`
	if got := printIn(ev, dir, expr); got != `[ "hi\n" "hi\n" 1 "deep" ]` {
		t.Fatal(got)
	}
	var files []string
	for _, r := range ev.Reads() {
		files = append(files, strings.TrimPrefix(r.Path, dir))
	}
	if got := strings.Join(files, " "); got != "/t/f /t/sub/deep/default.nix /t/sub/default.nix" {
		t.Error(got)
	}
	at := printIn(ev, dir, `builtins.unsafeDiscardStringContext "${./t}"`)
	if text, ok := ev.Text(strings.Trim(at, `"`) + "/f"); !ok || text != "hi\n" {
		t.Errorf("got %q %v", text, ok)
	}
}

// TestStoreShared holds that evaluators may share the files that they read, and what
// they copy of them.
func TestStoreShared(t *testing.T) {
	dir := storeTree(t)
	tree, err := source.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	sources := &source.FS{}
	sources.Mount(filepath.ToSlash(dir), tree)
	const expr = `let d = derivation { name = "d"; system = "x"; builder = "b"; src = ./t; }; s = "${./t}"; in
		[ (builtins.stringLength (builtins.readFile d.drvPath)) (builtins.readFile "${s}/f") (builtins.attrNames (builtins.readDir (builtins.filterSource (p: t: t == "directory") ./t))) ]`
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := printIn(eval.New(eval.Options{Sources: sources}), dir, expr); got != `[ 293 "hi\n" [ "sub" ] ]` {
					t.Error(got)
				}
			}
		})
	}
	group.Wait()
}

// TestStoreLimits holds that copies are charged and can be stopped.
func TestStoreLimits(t *testing.T) {
	dir := storeTree(t)
	for _, expr := range []string{
		`builtins.foldl' (p: n: builtins.path { path = p; name = "n${toString n}"; filter = p: t: true; }) ./t (builtins.genList (n: n) 10000000)`,
		`builtins.length (builtins.genList (n: builtins.stringLength (builtins.toFile "n${toString n}" "")) 1000000) + builtins.foldl' (a: n: builtins.stringLength (builtins.toFile "n${toString n}" "x")) 0 (builtins.genList (n: n) 100000000)`,
		`builtins.foldl' (a: n: builtins.stringLength (derivation { name = "n${toString n}"; builder = "b"; system = "s"; }).drvPath) 0 (builtins.genList (n: n) 10000000)`,
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		ev := inDir(t, dir, eval.Options{Limits: eval.Limits{Memory: 256 << 20}})
		ev.Renew(ctx)
		start := time.Now()
		if got := printIn(ev, dir, expr); !strings.Contains(got, "limit") {
			t.Errorf("%s: got %s", expr, got)
		}
		cancel()
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s: took %v", expr, took)
		}
	}
}

var spaces = regexp.MustCompile(`\s+`)

func squeeze(s string) string { return spaces.ReplaceAllString(s, " ") }
