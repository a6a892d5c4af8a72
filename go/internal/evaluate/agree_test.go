package evaluate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/embedded"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// evaluators are both, or the one inside this program alone where there is no Nix.
func evaluators(t *testing.T, dir string) []evaluate.Evaluator {
	t.Helper()
	library, cache := evaluate.Library{FS: insomnia.Library}, t.TempDir()
	out := []evaluate.Evaluator{&embedded.Evaluator{Library: library, Dir: dir, CacheDir: cache}}
	if _, err := exec.LookPath("nix"); err == nil {
		return append(out, &nix.Evaluator{Nix: &nix.Nix{CacheDir: cache}, Library: library, Dir: dir})
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("nix is not installed, and in CI it must be")
	}
	return out
}

func find(t *testing.T, text, dir string) *locate.Reference {
	t.Helper()
	parsed, err := reference.Parse(text, dir)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := locate.Of(parsed)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// agree compares what is told of a failure. Nix 2.8 names the calls on the way and
// not the builtin, so that of a thrown text it cannot be told whose words it is,
// and of many failures not the line.
func agree(e evaluate.Evaluator, got, want string) bool {
	if !strings.HasPrefix(e.Title(context.Background()), "nix 2.8") {
		return got == want
	}
	kind, _, _ := strings.Cut(want, " at ")
	_, code, _ := strings.Cut(want, ", ")
	return kind == "thrown" || kind == "other" || strings.HasPrefix(got, kind+" at ") && strings.HasSuffix(got, ", "+code)
}

// told returns the parts of a failure that a test compares: kind, place and message.
func told(t *testing.T, dir string, err error) string {
	t.Helper()
	var f *evaluate.Failure
	if !errors.As(err, &f) {
		return fmt.Sprintf("no failure: %v", err)
	}
	place := "nowhere"
	if len(f.Positions) > 0 {
		at := f.Positions[0]
		if rel, err := filepath.Rel(dir, at.File); err == nil {
			at.File = rel
		}
		place = fmt.Sprintf("%s:%d", at.File, at.Line)
	}
	e := f.Diagnose()
	again := f.Diagnose()
	if len(e.Diagnostics) != 1 || len(again.Diagnostics[0].Positions) != len(e.Diagnostics[0].Positions) {
		t.Errorf("%v is not the same twice", e.Diagnostics)
	}
	if known := diag.From(fmt.Errorf("wrapped: %w", err)); known.Exit != e.Exit || known.Exit == diag.ExitInternal {
		t.Errorf("it is reported with exit code %d, not %d", known.Exit, e.Exit)
	}
	return fmt.Sprintf("%s at %s, %s", f.Kind, place, e.Diagnostics[0].Code)
}

// Failures of profile files, each with both evaluators. The third line of the file
// is where it fails.
func TestFailuresOfFiles(t *testing.T) {
	const failed = ", evaluation-failed"
	for name, test := range map[string]struct{ expression, want string }{
		"throw":             {`throw "boom"`, "thrown at p.nix:3" + failed},
		"throw like Nix":    {`throw "attribute 'x' missing"`, "thrown at p.nix:3" + failed},
		"throw a download":  {`throw "unable to download 'http://127.0.0.1:1/x'"`, "thrown at p.nix:3" + failed},
		"throw a path":      {`throw "access to path '/etc/passwd' is forbidden in restricted mode"`, "thrown at p.nix:3" + failed},
		"throw in function": {`(x: throw "no ${x}") "y"`, "thrown at p.nix:3" + failed},
		"fetchurl":          {`builtins.fetchurl "http://127.0.0.1:1/x"`, "thrown at p.nix:3" + failed},
		"fetchTree":         {`builtins.fetchTree { type = "tarball"; url = "http://127.0.0.1:1/x.tar.gz"; }`, "thrown at p.nix:3" + failed},
		"getEnv":            {`builtins.getEnv "HOME"`, "thrown at p.nix:3" + failed},
		"assert":            {`assert 1 == 2; { }`, "assertion at p.nix:3" + failed},
		"assert false":      {`assert false; { }`, "assertion at p.nix:3" + failed},
		"abort":             {`abort "bye"`, "aborted at p.nix:3" + failed},
		"add":               {`1 + "x"`, "type at p.nix:3" + failed},
		"concatenate":       {`"a" + 1`, "type at p.nix:3" + failed},
		"call a number":     {`1 2`, "type at p.nix:3" + failed},
		"coerce a set":      {`"${{ }}"`, "type at p.nix:3" + failed},
		"condition":         {`if 1 then 2 else 3`, "type at p.nix:3" + failed},
		"argument missing":  {`({ a }: a) { }`, "type at p.nix:3" + failed},
		"argument too many": {`({ a }: a) { a = 1; b = 2; }`, "type at p.nix:3" + failed},
		"compare":           {`{ } < { }`, "type at p.nix:3" + failed},
		"attribute":         {`{ a = 1; }.b`, "missing attribute at p.nix:3" + failed},
		"getAttr":           {`builtins.getAttr "x" { }`, "missing attribute at p.nix:3" + failed},
		"inherit":           {`let inherit ({ }) gone; in gone`, "missing attribute at p.nix:3" + failed},
		"library's":         {`insomnia.lib.mkProfil { }`, "missing attribute at p.nix:3" + failed},
		"variable":          {`nope`, "undefined variable at p.nix:3" + failed},
		"variable in with":  {`with { }; nope`, "undefined variable at p.nix:3" + failed},
		"itself":            {`let x = x; in x`, "recursion at p.nix:3, infinite-recursion"},
		"itself in a set":   {`(rec { a = b; b = a; }).a`, "recursion at p.nix:3, infinite-recursion"},
		"syntax":            {`{ a = ; }`, "syntax at p.nix:3" + failed},
		"syntax, imported":  {`import ./broken.nix`, "syntax at broken.nix:2" + failed},
		"syntax, end":       {`[ 1`, "syntax at p.nix:4" + failed},
		"missing file":      {`builtins.readFile ./gone.md`, "file missing at p.nix:3, file-not-found"},
		"missing import":    {`import ./gone.nix`, "file missing at p.nix:3, file-not-found"},
		"read outside":      {`builtins.readFile /etc/passwd`, "file outside at p.nix:3, outside-root"},
		"read above":        {`builtins.readFile ../secret`, "file outside at p.nix:3, outside-root"},
		"link outside":      {`builtins.readFile ./link`, "file outside at p.nix:3, outside-root"},
		"import outside":    {`import ../secret`, "file outside at p.nix:3, outside-root"},
		"git's own":         {`builtins.readFile ./.git/config`, "file hidden at p.nix:3, hidden-file"},
		"empty list":        {`builtins.head [ ]`, "other at p.nix:3" + failed},
		"JSON":              {`builtins.fromJSON "{"`, "other at p.nix:3" + failed},
		"endless":           {`let f = n: 1 + f (n + 1); in f 0`, "recursion at p.nix:3, infinite-recursion"},
		"time":              {`builtins.foldl' (a: b: builtins.foldl' (c: d: c + d) a (builtins.genList (x: x) 100000)) 0 (builtins.genList (x: x) 1000000)`, "time at nowhere, deadline"},
		"output":            {`{ schema = builtins.foldl' (a: _: a + a) "x" (builtins.genList (x: x) 25); }`, "output at nowhere, output-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			dir := filepath.Join(top, "project")
			write(t, top, "secret", `"CANARY"`)
			write(t, dir, "p.nix", "{ insomnia }:\n\n"+test.expression+"\n")
			write(t, dir, "broken.nix", "{\n  a = = 1;\n}\n")
			write(t, dir, ".git/config", "CANARY\n")
			if err := os.Symlink("../secret", filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			file, err := locate.FindFile(find(t, "./p.nix", dir), dir, dir)
			if err != nil {
				t.Fatal(err)
			}
			options := evaluate.Options{Timeout: time.Minute}
			if name == "time" {
				options.Timeout = 500 * time.Millisecond
			}
			for _, e := range evaluators(t, dir) {
				_, err := e.File(t.Context(), file, options)
				got := told(t, dir, err)
				if !agree(e, got, test.want) {
					t.Errorf("%s: %s, want %s: %v", e.Title(t.Context()), got, test.want, err)
				}
				if strings.Contains(fmt.Sprint(err), "CANARY") {
					t.Errorf("%s: %v", e.Title(t.Context()), err)
				}
			}
		})
	}
}

// Failures of flakes.
func TestFailuresOfFlakes(t *testing.T) {
	const outputs = "{\n  outputs =\n    { self }:\n    %s;\n}\n"
	for name, test := range map[string]struct{ flake, output, want string }{
		"no output":     {fmt.Sprintf(outputs, "{ }"), "x", "no output at nowhere, attribute-not-found"},
		"throw":         {fmt.Sprintf(outputs, `{ x = throw "unable to download"; }`), "x", "thrown at flake.nix:4, evaluation-failed"},
		"type":          {fmt.Sprintf(outputs, `{ x = 1 + { }; }`), "x", "type at flake.nix:4, evaluation-failed"},
		"outside":       {fmt.Sprintf(outputs, `{ x = builtins.readFile /etc/passwd; }`), "x", "file outside at flake.nix:4, outside-source"},
		"missing file":  {fmt.Sprintf(outputs, `{ x = builtins.readFile ./gone; }`), "x", "file missing at flake.nix:4, file-not-found"},
		"untracked":     {fmt.Sprintf(outputs, `{ x = builtins.readFile ./untracked; }`), "x", "file untracked at flake.nix:4, untracked-file"},
		"fetchurl":      {fmt.Sprintf(outputs, `{ x = builtins.readFile (builtins.fetchurl "http://127.0.0.1:1/x"); }`), "x", "fetches at flake.nix:4, fetches-at-evaluation"},
		"fetchTarball":  {fmt.Sprintf(outputs, `{ x = builtins.readDir (builtins.fetchTarball "http://127.0.0.1:1/x"); }`), "x", "fetches at flake.nix:4, fetches-at-evaluation"},
		"builds":        {fmt.Sprintf(outputs, `{ x = import (derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; }); }`), "x", "builds at flake.nix:4, builds-at-evaluation"},
		"recursion":     {fmt.Sprintf(outputs, `{ x = let y = y; in y; }`), "x", "recursion at flake.nix:4, infinite-recursion"},
		"no flake":      {"", "x", "no flake"},
		"computed":      {"let d = \"x\"; in {\n  outputs = { self }: { x = 1; };\n}\n", "x", "flake form"},
		"not locked":    {"{\n  inputs.a.url = \"github:o/r\";\n  outputs = { self, a }: { x = a; };\n}\n", "x", "not locked"},
		"syntax":        {"{\n  outputs = { self }: { x = ; };\n}\n", "x", "syntax at flake.nix:2, evaluation-failed"},
		"missing attr.": {fmt.Sprintf(outputs, `{ x = self.y; }`), "x", "missing attribute at flake.nix:4, evaluation-failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			git := func(args ...string) {
				t.Helper()
				if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
					t.Fatalf("git %s: %s", args, out)
				}
			}
			if _, err := exec.LookPath("git"); err != nil {
				t.Skip("git is not installed")
			}
			git("init", "-q")
			write(t, dir, "other.txt", "x")
			if test.flake != "" {
				write(t, dir, "flake.nix", test.flake)
			}
			git("add", ".")
			write(t, dir, "untracked", "x")
			for _, e := range evaluators(t, dir) {
				got := flakeFailure(t, e, dir, test.output)
				if !strings.HasPrefix(got, test.want+" at ") && !agree(e, got, test.want) {
					t.Errorf("%s: %s, want %s", e.Title(t.Context()), got, test.want)
				}
			}
		})
	}
}

func flakeFailure(t *testing.T, e evaluate.Evaluator, dir, output string) string {
	t.Helper()
	f, err := e.Open(t.Context(), find(t, "git+file://"+dir+"#"+output, dir), evaluate.Options{Timeout: time.Minute})
	if diag.CodeIs(err, "no-flake") {
		return "no flake at nowhere"
	}
	if err != nil {
		t.Fatalf("%s: %v", e.Title(t.Context()), err)
	}
	defer f.Close()
	_, err = f.Apply(t.Context(), output, "x: x")
	if diag.CodeIs(err, "input-not-locked") {
		return "not locked at flake.lock"
	}
	return told(t, dir, err)
}

// A limit that only this program has, and an interruption.
func TestLimits(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "p.nix", "{ insomnia }:\nlet grow = s: if s == \"\" then s else grow (s + s); in grow \"0123456789abcdef\"\n")
	file, err := locate.FindFile(find(t, "./p.nix", dir), "", dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range evaluators(t, dir) {
		if i == 0 {
			_, err := e.File(t.Context(), file, evaluate.Options{Timeout: time.Minute, Memory: 256 << 20})
			if got, want := told(t, dir, err), "memory at nowhere, memory-limit"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := e.File(ctx, file, evaluate.Options{Timeout: time.Minute})
		if got, want := told(t, dir, err), "cancelled at nowhere, interrupted"; got != want {
			t.Errorf("%s: %s, want %s", e.Title(t.Context()), got, want)
		}
	}
}
