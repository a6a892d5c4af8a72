package eval_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name, expr, limit string
		limits            eval.Limits
	}{
		{"endless calls", `let f = x: f (x + 1); in f 0`, "depth", eval.Limits{}},
		{"deep thunks", `(builtins.foldl' (a: x: { v = a.v + x; }) { v = 0; } (builtins.genList (x: x) 300000)).v`, "depth", eval.Limits{}},
		{"deep data", `let x = { a = x; }; in builtins.toJSON x`, "depth", eval.Limits{}},
		{"deep printing", `let f = n: [ (f (n + 1)) ]; in builtins.trace (builtins.deepSeq (f 0) 1) 2`, "depth", eval.Limits{}},
		{"deep equality", `let f = n: { a = f n; }; in f 0 == f 1`, "depth", eval.Limits{}},
		{"doubling", `let f = s: n: if n == 0 then s else f (s + s) (n - 1); in f "aaaaaaaa" 60`, "memory", eval.Limits{}},
		{"gigantic list", `builtins.length (builtins.genList (x: x) 9000000000000)`, "memory", eval.Limits{}},
		{"many lists", `let f = l: n: if n == 0 then l else f (l ++ l) (n - 1); in builtins.length (f [ 1 2 ] 60)`, "memory", eval.Limits{}},
		{"gigantic regular expression", `builtins.match "((a{1000}){1000}){1000}" "a"`, "memory", eval.Limits{}},
		{"small budget", `builtins.genList (x: x) 100000`, "memory", eval.Limits{Memory: 1 << 20}},
		{"few calls", `let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 60`, "depth", eval.Limits{Calls: 50}},
		{"output", `builtins.genList (x: x) 10000`, "output", eval.Limits{Output: 1000}},
	} {
		if c.limits.Memory == 0 {
			c.limits.Memory = 256 << 20 // the default is slow to fill
		}
		ev := eval.New(eval.Options{Limits: c.limits})
		start := time.Now()
		v, err := ev.EvalExpr(c.expr, "t", "/")
		if err == nil {
			_, err = ev.ToJSON(v)
		}
		var e *eval.Error
		var limit *eval.LimitError
		if !errors.As(err, &e) || e.Kind != eval.LimitReached || !errors.As(err, &limit) || limit.Limit != c.limit {
			t.Errorf("%s: got %v, want the limit %s", c.name, err, c.limit)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %v", c.name, took)
		}
	}
}

func TestCancellation(t *testing.T) {
	const endless = `let f = a: n: f (builtins.foldl' builtins.add 0 (builtins.genList (x: x) 1000)) n; g = builtins.foldl' (a: b: builtins.foldl' builtins.add a (builtins.genList (x: x) 1000)) 0 (builtins.genList (x: x) 1000000); in g`
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := eval.New(eval.Options{Context: ctx, Limits: eval.Limits{Memory: 1 << 50}}).EvalExpr(endless, "t", "/")
	var limit *eval.LimitError
	if !errors.As(err, &limit) || limit.Limit != "time" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the time limit", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("stopped only after %v", took)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	_, err = eval.New(eval.Options{Context: stopped, Limits: eval.Limits{Memory: 1 << 50}}).EvalExpr(endless, "t", "/")
	if !errors.As(err, &limit) || limit.Limit != "cancelled" {
		t.Errorf("got %v, want cancelled", err)
	}
}

func TestErrors(t *testing.T) {
	files := fstest.MapFS{
		"main.nix":  {Data: []byte("{ lib }:\n{\n  a = lib.f 1;\n  b = import ./bad.nix;\n  c = import ./none.nix;\n  d = x;\n}\n")},
		"bad.nix":   {Data: []byte("{\n  a = ;\n}\n")},
		"good.nix":  {Data: []byte("let f = n: builtins.addErrorContext \"in ${toString n}\" (throw \"no ${toString n}\"); in {\n  a = f 1;\n  b = import ./bad.nix;\n  c = import ./none.nix;\n  d = { }.x;\n  e = builtins.fetchurl \"x\";\n  g = let x = x; in x;\n  h = assert 1 == 2; 3;\n  i = abort \"x\";\n  j = /etc/passwd + \"\";\n  k = builtins.readFile /etc/passwd;\n  l = 1 + null;\n}\n")},
		"dir/x.nix": {Data: []byte("1")},
	}
	sources := &source.FS{}
	sources.Mount("/src", source.Embedded{FS: files})
	ev := eval.New(eval.Options{Sources: sources})
	if _, err := ev.EvalFile("/src/main.nix"); err == nil || !strings.Contains(err.Error(), "/src/main.nix:6:7: undefined variable 'x'") {
		t.Errorf("got %v", err)
	}
	good, err := ev.EvalFile("/src/good.nix")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		kind eval.Kind
		msg  string
	}{
		"a": {eval.Thrown, "/src/good.nix:1:57: no 1"},
		"b": {eval.SyntaxError, "/src/bad.nix:2:7: syntax error, unexpected ';'"},
		"c": {eval.FileAccess, "/src/good.nix:4:7: path '/src/none.nix' does not exist"},
		"d": {eval.MissingAttr, "/src/good.nix:5:7: attribute 'x' missing"},
		"e": {eval.Fetches, "/src/good.nix:6:7: in pure evaluation mode, 'fetchurl' requires a 'sha256' argument"},
		"g": {eval.InfiniteRecursion, "/src/good.nix:7:15: infinite recursion encountered"},
		"h": {eval.AssertionFailed, "/src/good.nix:8:7: an integer with value '1' is not equal to an integer with value '2'"},
		"i": {eval.Aborted, "/src/good.nix:9:7: evaluation aborted with the following error message: 'x'"},
		"k": {eval.FileAccess, "/src/good.nix:11:7: access to path '/etc/passwd' is forbidden: it is outside of the source trees of this evaluation"},
		"l": {eval.TypeMismatch, "/src/good.nix:12:11: cannot add null to an integer"},
	} {
		_, _, err := ev.Select(good, name)
		var e *eval.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if e.Kind != want.kind || e.Error() != want.msg {
			t.Errorf("%s: got kind %d: %s\nwant kind %d: %s", name, e.Kind, e, want.kind, want.msg)
		}
		if name == "a" {
			if n := len(e.Trace); n < 2 || e.Trace[n-1].Msg != "in 1" || !e.Trace[n-1].Context {
				t.Errorf("the context is missing from %+v", e.Trace)
			}
			if got := ev.Excerpt(e.Position); !strings.Contains(got, "    1| let f") || !strings.HasSuffix(got, "^\n") {
				t.Errorf("got the excerpt\n%s", got)
			}
		}
		if name == "b" {
			var bad *syntax.Error
			if !errors.As(err, &bad) {
				t.Error("no *syntax.Error inside")
			}
		}
	}
	var read []string
	for _, r := range ev.Reads() {
		read = append(read, r.Path)
	}
	if got := strings.Join(read, " "); got != "/src/bad.nix /src/good.nix /src/main.nix" {
		t.Errorf("read %s", got)
	}
}

// TestRecovery makes sure that a failure leaves the evaluator usable.
func TestRecovery(t *testing.T) {
	ev := eval.New(eval.Options{Limits: eval.Limits{Calls: 100}})
	v, err := ev.EvalExpr(`rec { bad = throw "x"; both = [ (builtins.tryEval bad) (builtins.tryEval bad) ]; deep = let f = n: 1 + f n; in f 0; good = 1; }`, "t", "/")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bad", "deep", "bad", "deep"} {
		if _, _, err := ev.Select(v, name); err == nil {
			t.Errorf("%s does not fail", name)
		}
	}
	for name, want := range map[string]string{"good": "1", "both": `[{"success":false,"value":false},{"success":false,"value":false}]`} {
		w, _, err := ev.Select(v, name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ev.ToJSON(w); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

// TestPlaces is no fixture: newer versions of Nix know no place in what they read
// from standard input. The columns are those of Nix 2.8.
func TestPlaces(t *testing.T) {
	for expr, want := range map[string]string{
		`(builtins.unsafeGetAttrPos "a" (builtins.listToAttrs [ { name = "a"; value = 1; } ])).column`:         "70",
		`(builtins.unsafeGetAttrPos "b" (builtins.intersectAttrs { b = 1; c = 2; } { a = 1; b = 2; })).column`: "84",
	} {
		if got := evaluate(expr); got != want {
			t.Errorf("%s is %s, want %s", expr, got, want)
		}
	}
}

// TestOptional looks at a set of which some attributes may not be there.
func TestOptional(t *testing.T) {
	for _, c := range []struct {
		expr, want string
		computed   int
	}{
		{`s: [ s.a ]`, `["x"]`, 0},
		{`s: builtins.seq s [ s.rev (s.none or "-") ]`, `["r","-"]`, 1},
		{`s: builtins.seq s (let inherit (s) a rev; in [ a rev ])`, `["x","r"]`, 1},
		{`s: builtins.seq s { inherit (s) rev; }`, `{"rev":"r"}`, 1},
		{`s: [ (s ? rev) (s ? none) ]`, `[true,false]`, 1},
		{`s: (s // { b = 1; }).none or "-"`, `"-"`, 1},
		{`s: ({ b = 1; } // s).none or "-"`, `"-"`, 1},
		{`s: with s; [ a rev ]`, `["x","r"]`, 1},
		{`{ a, rev, none ? "-", ... }: [ a rev none ]`, `["x","r","-"]`, 1},
		{`{ a, rev }: [ a rev ]`, `["x","r"]`, 1},
		{`s: [ (builtins.attrNames s) (s == { a = "x"; rev = "r"; }) ]`, `[["a","rev"],true]`, 1},
		{`s: builtins.intersectAttrs { none = 1; rev = 2; } s`, `{"rev":"r"}`, 1},
		{`s: s`, `{"a":"x","rev":"r"}`, 1},
	} {
		ev := eval.New(eval.Options{})
		computed := 0
		set := ev.SetWithOptional(map[string]eval.Value{"a": eval.Str("x")}, []string{"none", "rev"}, func() (map[string]eval.Value, error) {
			computed++
			return map[string]eval.Value{"rev": eval.Str("r")}, nil
		})
		f, err := ev.EvalExpr(c.expr, "t", "/")
		if err != nil {
			t.Fatal(err)
		}
		v, err := ev.Call(f, set)
		var got []byte
		if err == nil {
			got, err = ev.ToJSON(v)
		}
		if string(got) != c.want || err != nil || computed != c.computed {
			t.Errorf("%s: got %s, %v, computed %d times; want %s, %d times", c.expr, got, err, computed, c.want, c.computed)
		}
	}
}

// TestScopedImport gives a file more variables than it mentions.
func TestScopedImport(t *testing.T) {
	sources := &source.FS{}
	sources.Mount("/src", source.Embedded{FS: fstest.MapFS{
		"main.nix": {Data: []byte("builtins.scopedImport { unused = throw \"x\"; b = 2; also = 7; a = 3; map = 5; } ./x.nix")},
		"x.nix":    {Data: []byte("let c = 1; in [ a b map c (10 - 1) ]")},
	}})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalFile("/src/main.nix")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ev.ToJSON(v); err != nil || string(got) != "[3,2,5,1,9]" {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestLinkedFiles reads one file by three names; its relative paths start where it is.
func TestLinkedFiles(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"real/there", "links", "default"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"main.nix":         `[ (import ./links/x.nix) (import ./links/again.nix) (import ./real/x.nix) (import ./default) (builtins.readFile ./links/x.nix) (import ./links/dir/z.nix) ]`,
		"real/x.nix":       `import ./there/y.nix`,
		"real/there/y.nix": `"y"`,
		"real/there/z.nix": `"z"`,
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"links/x.nix": "../real/x.nix", "links/again.nix": "x.nix", "links/dir": "../real/there", "default/default.nix": "../real/there/y.nix"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount("/src", dir)
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalFile("/src/main.nix")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ev.ToJSON(v); err != nil || string(got) != `["y","y","y","y","import ./there/y.nix","z"]` {
		t.Errorf("got %s, %v", got, err)
	}
	var read []string
	for _, r := range ev.Reads() {
		read = append(read, r.Path)
	}
	if got := strings.Join(read, " "); got != "/src/main.nix /src/real/there/y.nix /src/real/there/z.nix /src/real/x.nix" {
		t.Errorf("read %s", got)
	}
}

// TestProfiles compares everything that this repository's profiles evaluate to,
// explanations with their places included, with what the installed Nix says.
func TestProfiles(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "lib/default.nix")); err != nil {
		t.Fatal(err)
	}
	expr := `let insomnia = { lib = import ` + root + `/lib; insomniaProfiles = profiles; };
		profiles = import ` + root + `/profiles { inherit insomnia; };
		in builtins.mapAttrs (_: p: { inherit (p) manifest problems explain; }) profiles`
	dir, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount(root, dir)
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalExpr(expr, "«string»", "/")
	if err != nil {
		t.Fatal(err)
	}
	got, err := ev.ToJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	nix := installedNix(t)
	cmd := exec.Command(nix, "--eval", "--strict", "--json", "--expr", expr)
	cmd.Env = append(os.Environ(), "NIX_REMOTE=dummy://")
	want, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != strings.TrimSuffix(string(want), "\n") {
		t.Errorf("the embedded evaluator and Nix differ: %d and %d bytes", len(got), len(want))
	}
}

// TestPositions holds the places of errors to those that Nix 2.34 prints.
func TestPositions(t *testing.T) {
	for expr, want := range map[string]string{
		"if 1 then 2 else 3":                 "1:1",
		"assert 1; 2":                        "1:1",
		"[ (1 && true) ]":                    "1:6",
		"false || 1":                         "1:7",
		"true -> 1":                          "1:6",
		`1 + "foo"`:                          "1:5",
		`"a${1}b"`:                           "1:3",
		`"a${ (x: { a = "}"; }) }b"`:         "1:3",
		`"${ "}${[ ]}" }"`:                   "1:7",
		`''a ${ {} }''`:                      "1:5",
		"assert { a = 1; } == { a = 2; }; 1": "1:24",
		"{ __functor = 1; } 2":               "1:3",
		"builtins.concatMap (x: 1) [ 1 ]":    "1:21",
		"builtins.toJSON [ (x: x) ]":         "1:20",
		`builtins.derivationStrict { name = "x"; args = 1; }`: "1:41",
	} {
		ev := eval.New(eval.Options{})
		v, err := ev.EvalExpr(expr, "x", "/")
		if err == nil {
			_, err = ev.Print(v)
		}
		var e *eval.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", expr, err)
		} else if got := strings.TrimPrefix(e.Position.String(), "x:"); got != want {
			t.Errorf("%s: at %s, want %s", expr, got, want)
		}
	}
}

// TestOrder: which of two errors is met first, as in Nix 2.34.
func TestOrder(t *testing.T) {
	for expr, want := range map[string]string{
		`throw "x" > throw "y"`:  "y",
		`throw "x" <= throw "y"`: "y",
		`throw "x" < throw "y"`:  "x",
		`throw "x" >= throw "y"`: "x",
		`throw "x" - throw "y"`:  "x",
		`throw "x" / throw "y"`:  "x",
		"x > y":                  "undefined variable 'y'",
		"x >= y":                 "undefined variable 'x'",
		`assert builtins.match "(a)(b)?" "a" == 1; 1`:        `a list of value '[ "a" null ]' is not equal to an integer of value '1'`,
		`builtins.toJSON (builtins.substring 0 1 "é")`:       "JSON serialization error: [json.exception.type_error.316] incomplete UTF-8 string; last byte: 0xC3",
		`builtins.toJSON (builtins.substring 0 1 "é" + "-")`: "JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index 1: 0x2D",
	} {
		_, err := eval.New(eval.Options{}).EvalExpr(expr, "x", "/")
		var e *eval.Error
		if !errors.As(err, &e) || e.Msg != want {
			t.Errorf("%s: got %v, want %s", expr, err, want)
		}
	}
}
