package nix_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/nix"
)

func evaluator(t *testing.T, o nix.Options) *nix.Evaluator {
	t.Helper()
	e, err := nix.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func value(t *testing.T, text string) nix.Value {
	t.Helper()
	v, err := evaluator(t, nix.Options{}).Eval(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

type Common struct {
	ID int `nix:"id"`
}

type everything struct {
	Common
	B       bool
	I8      int8
	U       uint32
	F       float64
	S       string
	Bytes   []byte
	List    []string
	Pair    [2]int
	Map     map[string]int
	Any     any
	Nil     *int
	Pointer *Common
	Lazy    nix.Value
	Addr    netip.Addr
	Left    string `nix:"-"`
	Maybe   string `nix:"maybe,optional"`
}

func TestDecode(t *testing.T) {
	v := value(t, `{
		id = 7; B = true; I8 = -128; U = 4294967295; F = 2; S = "s"; Bytes = "\n"; List = [ "a" /b ];
		Pair = [ 1 2 ]; Map = { x = 1; "y z" = 2; }; Nil = null; Pointer = { id = 8; }; Lazy = throw "not looked at"; Addr = "::1";
		Any = [ 1 1.5 "s" null true { a = [ ]; } ./p ];
	}`)
	var got everything
	if err := v.DecodeStrict(&got); err != nil {
		t.Fatal(err)
	}
	if typ, err := got.Lazy.Type(); typ != "" || err == nil || !strings.Contains(err.Error(), "not looked at") {
		t.Errorf("%q, %v", typ, err)
	}
	got.Lazy = nix.Value{}
	want := everything{Common: Common{7}, B: true, I8: -128, U: math.MaxUint32, F: 2, S: "s", Bytes: []byte("\n"),
		List: []string{"a", "/b"}, Pair: [2]int{1, 2}, Map: map[string]int{"x": 1, "y z": 2}, Pointer: &Common{8}, Addr: netip.IPv6Loopback(),
		Any: []any{int64(1), 1.5, "s", nil, true, map[string]any{"a": []any{}}, "/p"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodeProblems(t *testing.T) {
	for text, c := range map[string]struct {
		into any
		want string
	}{
		`128`:                          {new(int8), "128 does not fit into int8"},
		`-1`:                           {new(uint), "-1 does not fit into uint"},
		`9007199254740993`:             {new(float64), "9007199254740993 is not exact as float64"},
		`1.0e300`:                      {new(float32), "1e+300 does not fit into float32"},
		`null`:                         {new(string), "cannot decode null into string"},
		`1.5`:                          {new(int), "cannot decode a float into int"},
		`[ 1 2 3 ]`:                    {new([2]int), "a list of 3 elements does not fit into [2]int"},
		`x: x`:                         {new(string), "cannot decode a function into string"},
		`{ a."b c" = [ 1 "" ]; }`:      {new(map[string]map[string][]int), `«string»:1:3: .a."b c"[1]: cannot decode a string into int`},
		`{ }`:                          {new(Common), "attribute id is missing"},
		`"nowhere"`:                    {new(netip.Addr), `ParseAddr("nowhere"): unable to parse IP`},
		`let a = { inherit a; }; in a`: {new(any), strings.Repeat(".a", 1001) + ": nested more than 1000 deep"},
	} {
		err := value(t, text).Decode(c.into)
		var bad *nix.DecodeError
		if !errors.As(err, &bad) || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := value(t, `[ (throw "no") ]`).Decode(new([]bool)); !kind(err, nix.Thrown) {
		t.Error(err)
	}
	for _, dst := range []any{nil, 1, (*int)(nil)} {
		if err := value(t, "1").Decode(dst); err == nil {
			t.Errorf("decoded into %#v", dst)
		}
	}
	var many *nix.DecodeError
	if err := value(t, `builtins.genList (x: "") 1000`).Decode(new([]int)); !errors.As(err, &many) || len(many.Problems) != 100 {
		t.Errorf("%.300v", err)
	}
}

func kind(err error, want nix.ErrorKind) bool {
	var e *nix.Error
	return errors.As(err, &e) && e.Kind == want
}

// What is encoded and decoded is what it was.
func TestRoundTrip(t *testing.T) {
	type leaf struct {
		N int64             `nix:"n"`
		S string            `nix:"s,omitempty"`
		F float64           `nix:"f"`
		M map[string][]bool `nix:"m"`
		P *leaf             `nix:"p"`
	}
	e := evaluator(t, nix.Options{})
	rapid.Check(t, func(r *rapid.T) {
		var draw func(depth int) *leaf
		draw = func(depth int) *leaf {
			l := &leaf{N: rapid.Int64().Draw(r, "n"), S: rapid.String().Draw(r, "s"), F: rapid.Float64().Draw(r, "f"),
				M: rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.Bool())).Draw(r, "m")}
			if l.M == nil {
				l.M = map[string][]bool{}
			}
			for name, list := range l.M {
				if list == nil {
					l.M[name] = []bool{}
				}
			}
			if depth < 3 && rapid.Bool().Draw(r, "deeper") {
				l.P = draw(depth + 1)
			}
			return l
		}
		want := draw(0)
		v, err := e.Encode(want)
		if err != nil {
			r.Fatal(err)
		}
		var got *leaf
		if err := v.DecodeStrict(&got); err != nil {
			r.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			r.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

type celsius float64

func (c celsius) EncodeNix() (any, error) { return map[string]any{"celsius": float64(c)}, nil }
func (c *celsius) DecodeNix(v nix.Value) error {
	x, ok, err := v.Attr("celsius")
	if err != nil || !ok {
		return errors.Join(err, errors.New("no temperature"))
	}
	return x.Decode((*float64)(c))
}

func TestCustom(t *testing.T) {
	e := evaluator(t, nix.Options{Predeclared: map[string]any{"outside": celsius(21.5), "at": netip.IPv6Loopback()}})
	v, err := e.Eval(t.Context(), `[ outside { celsius = outside.celsius * 2; } at ]`)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := v.Print(); text != `[ { celsius = 21.5; } { celsius = 43; } "::1" ]` || err != nil {
		t.Errorf("%s, %v", text, err)
	}
	var got [2]celsius
	if v, err = e.Eval(t.Context(), `[ outside { celsius = 1; } ]`); err != nil || v.Decode(&got) != nil || got != [2]celsius{21.5, 1} {
		t.Errorf("%v, %v", got, err)
	}
	if v, err = e.Eval(t.Context(), `{ }`); err != nil || !strings.Contains(fmt.Sprint(v.Decode(&got[0])), "no temperature") {
		t.Errorf("%v", err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	e := evaluator(t, nix.Options{})
	type loop struct{ Next *loop }
	around := &loop{}
	around.Next = around
	for want, v := range map[string]any{
		"larger than any integer":   uint64(math.MaxUint64),
		"keys are not strings":      map[int]int{1: 1},
		"cannot encode chan int":    make(chan int),
		"fixed number of arguments": func(...int) int { return 0 },
		"at least one":              func() int { return 0 },
		"or a result and an error":  func(int) (int, int) { return 0, 0 },
		"nested more than 1000":     around,
		`.a[1]: `:                   map[string]any{"a": []any{1, make(chan int)}},
	} {
		if _, err := e.Encode(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	foreign := value(t, "1")
	if _, err := e.Encode([]any{foreign}); !errors.Is(err, nix.ErrForeign) {
		t.Error(err)
	}
	f, err := e.Eval(t.Context(), "x: x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Call(t.Context(), foreign); !errors.Is(err, nix.ErrForeign) {
		t.Error(err)
	}
	if _, err := nix.New(nix.Options{Predeclared: map[string]any{"c": make(chan int)}}); err == nil || !strings.Contains(err.Error(), "Predeclared: c:") {
		t.Error(err)
	}
	for _, at := range []string{"a", "/a/", "/a/../b"} {
		if _, err := nix.New(nix.Options{Files: map[string]fs.FS{at: fstest.MapFS{}}}); err == nil {
			t.Errorf("mounted at %q", at)
		}
	}
}

func TestFeatures(t *testing.T) {
	text := `[ 1 ] |> map (x: x + 1)`
	if _, err := nix.Eval(t.Context(), text, nix.Options{}); !kind(err, nix.BadSyntax) {
		t.Error(err)
	}
	v, err := nix.Eval(t.Context(), text, nix.Options{Features: []string{"pipe-operators"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Print(); got != "[ 2 ]" || err != nil {
		t.Error(got, err)
	}
	if _, err := nix.New(nix.Options{Features: []string{"flakes"}}); err == nil || !strings.Contains(err.Error(), `"flakes"`) {
		t.Error(err)
	}
}

func TestZeroValue(t *testing.T) {
	var v nix.Value
	_, e1 := v.Type()
	_, _, e2 := v.Attr("a")
	_, e3 := v.Attrs()
	_, e4 := v.Elems()
	_, e5 := v.Len()
	_, e6 := v.Call(t.Context(), 1)
	_, e7 := v.JSON()
	_, e8 := v.Print()
	for i, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, v.Decode(new(int))} {
		if err == nil {
			t.Error(i)
		}
	}
}

func TestLooking(t *testing.T) {
	v := value(t, "{\n  b = [ 1 (throw \"x\") ];\n  a.c = x: y: x + y;\n} // builtins.mapAttrs (n: v: 1) { m = 0; }")
	attrs, err := v.Attrs()
	if err != nil {
		t.Fatal(err)
	}
	var at []string
	for _, a := range attrs {
		at = append(at, a.Name+" "+a.Position.String())
	}
	if want := []string{"a «string»:3:3", "b «string»:2:3", "m «none»"}; !reflect.DeepEqual(at, want) {
		t.Errorf("%q", at)
	}
	if n, err := attrs[1].Value.Len(); n != 2 || err != nil {
		t.Error(n, err)
	}
	elems, err := attrs[1].Value.Elems()
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range elems {
		typ, err := x.Type()
		if (typ == nix.Int) != (i == 0) || kind(err, nix.Thrown) != (i == 1) {
			t.Error(i, typ, err)
		}
	}
	add, ok, err := v.Attr("a", "c")
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if sum, err := add.Call(t.Context(), 1, 2); err != nil {
		t.Error(err)
	} else if text, err := sum.JSON(); string(text) != "3" || err != nil {
		t.Errorf("%s %v", text, err)
	}
	if _, ok, err := v.Attr("a", "d"); ok || err != nil {
		t.Error(ok, err)
	}
	if _, _, err := v.Attr("b", "d"); !kind(err, nix.TypeMismatch) {
		t.Error(err)
	}
	var wrong *nix.TypeError
	if _, err := add.Len(); !errors.As(err, &wrong) || wrong.Error() != "expected a list but found a function" {
		t.Error(err)
	}
}

type refusal struct{ code int }

func (r *refusal) Error() string { return fmt.Sprint("refused: ", r.code) }

func TestFunctions(t *testing.T) {
	seen := 0
	e := evaluator(t, nix.Options{Predeclared: map[string]any{
		"refuse":   func(n int) (int, error) { return 0, &refusal{n} },
		"panics":   func(n int) int { panic("at the disco") },
		"add3":     func(a, b, c int) int { return a + b + c },
		"lazy":     func(v nix.Value) string { return "did not look" },
		"call":     func(ctx context.Context, f nix.Value, n int) (nix.Value, error) { seen++; return f.Call(ctx, n) },
		"toString": func(n int) string { return "hidden" },
	}})
	for text, want := range map[string]string{
		`add3 1 2 3`:                       `6`,
		`map (add3 1 2) [ 1 2 ]`:           `[ 4 5 ]`,
		`lazy (throw "x")`:                 `"did not look"`,
		`call (x: x * 2) 21`:               `42`,
		`call (x: call (y: x + y) 1) 2`:    `3`,
		`toString 1 + builtins.toString 1`: `"hidden1"`,
		`with { add3 = 1; }; add3 1 1 1`:   `3`,
		`let add3 = x: x; in add3 1`:       `1`,
		`(builtins.functionArgs add3)`:     `{ }`,
		`builtins.typeOf add3`:             `"lambda"`,
		`builtins.tryEval (lazy 1)`:        `{ success = true; value = "did not look"; }`,
	} {
		v, err := e.Eval(t.Context(), text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got, err := v.Print(); got != want || err != nil {
			t.Errorf("%s: %s %v", text, got, err)
		}
	}
	if seen != 3 {
		t.Error(seen)
	}
	var no *refusal
	if _, err := e.Eval(t.Context(), `builtins.tryEval (refuse 7)`); !errors.As(err, &no) || no.code != 7 {
		t.Error(err)
	}
	for text, want := range map[string]string{
		`add3 1 "b" 3`:         "argument 2: cannot decode a string into int",
		`add3 1 (throw "b") 3`: "b",
		`call (x: x.y) 1`:      "expected a set but found an integer",
		`panics 1 `:            "a panic of type string",
	} {
		if _, err := e.Eval(t.Context(), text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	var defect *nix.PanicError
	if _, err := e.Eval(t.Context(), "builtins.tryEval (panics 1)"); !kind(err, nix.Defective) || !errors.As(err, &defect) {
		t.Error(err)
	}
	if v, err := e.Eval(t.Context(), "1 + 1"); err != nil {
		t.Error(err, v)
	}
}

// endless takes hours, and little memory.
func endless(first string) string {
	return `let f = n: if n == 0 then ` + first + ` else f (n - 1); l = builtins.genList (x: x) 100000; in builtins.foldl' (a: x: a + builtins.foldl' (b: y: b + f 100) 0 l) (f 1) l`
}

func TestLimits(t *testing.T) {
	files := map[string]fs.FS{"/": fstest.MapFS{"x.nix": {Data: []byte("1")}}}
	for limit, c := range map[string]struct {
		text   string
		limits nix.Limits
	}{
		"time":   {endless(`0`), nix.Limits{}},
		"output": {`builtins.genList (x: "0123456789") 100000`, nix.Limits{Output: 1000}},
		"depth":  {`let f = x: 1 + f x; in f 1`, nix.Limits{}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		v, err := evaluator(t, nix.Options{Limits: c.limits, Files: files}).Eval(ctx, c.text)
		if err == nil {
			_, err = v.JSON()
		}
		var l *nix.LimitError
		if !errors.As(err, &l) || l.Limit != limit {
			t.Errorf("%s: %v", limit, err)
		}
		cancel()
	}
	// A function of Go does not begin the account anew.
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	e := evaluator(t, nix.Options{Predeclared: map[string]any{
		"call": func(f nix.Value, n int) (nix.Value, error) { return f.Call(context.Background(), n) }}})
	if _, err := e.Eval(ctx, endless(`call (y: y) 1`)); !kind(err, nix.LimitReached) {
		t.Error(err)
	}
	if _, err := e.Eval(t.Context(), `let f = n: call f (n + 1); in f 0`); !kind(err, nix.LimitReached) {
		t.Error(err)
	}
	// Decoding what is shared many times is part of the account.
	v, err := evaluator(t, nix.Options{Limits: nix.Limits{Memory: 64 << 20}}).Eval(t.Context(), `builtins.foldl' (a: _: [ a a ]) [ ] (builtins.genList (x: x) 60)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Decode(new(any)); !kind(err, nix.LimitReached) {
		t.Error(err)
	}
	cancelled, stop := context.WithCancel(t.Context())
	e = evaluator(t, nix.Options{Predeclared: map[string]any{"stop": func(int) int { stop(); return 1 }}})
	if _, err := e.Eval(cancelled, endless(`stop 1`)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Programs and files are parsed once, and evaluated in many goroutines.
func TestShared(t *testing.T) {
	p, err := nix.Parse("p.nix", `{ n }: let f = { a ? 1, b, ... }@all: rec { s = "${toString a}-${b}"; inherit (all) z; q = with all; z; "dyn${b}" = s; }; in
		[ (f { b = "x"; z = n; }) (-n) (n - 1 < 3) ./here (import /lib) ] ++ [ 1.5 __curPos.line (n ? a) (assert n > 0; if n == 1 then 1 else 2) ]`)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]fs.FS{"/lib": fstest.MapFS{"default.nix": {Data: []byte("{ v = f 1; }")}}}
	cache := &nix.Cache{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 20 {
				e, err := nix.New(nix.Options{Files: files, Cache: cache, Predeclared: map[string]any{"f": func(x int) int { return x + i }}})
				if err != nil {
					t.Error(err)
					return
				}
				v, err := e.Run(t.Context(), p)
				if err == nil {
					v, err = v.Call(t.Context(), map[string]int{"n": n + 1})
				}
				if err != nil {
					t.Error(err)
					return
				}
				got, err := v.Print()
				last := 2
				if n == 0 {
					last = 1
				}
				want := fmt.Sprintf(`[ { dynx = "1-x"; q = %d; s = "1-x"; z = %[1]d; } -%[1]d %v /here { v = %d; } 1.5 2 false %d ]`, n+1, n < 3, i+1, last)
				if got != want || err != nil {
					t.Errorf("got  %s %v\nwant %s", got, err, want)
				}
			}
		})
	}
	all.Wait()
	if _, err := nix.Parse("bad.nix", "{ a = ; }"); err == nil || !strings.HasPrefix(err.Error(), "bad.nix:1:7: syntax error") {
		t.Error(err)
	}
	if lost, err := nix.Parse("lost.nix", "1 +\n lost"); err != nil {
		t.Error(err)
	} else if _, err := evaluator(t, nix.Options{}).Run(t.Context(), lost); !kind(err, nix.UndefinedVariable) || !strings.HasPrefix(err.Error(), "lost.nix:2:2: ") {
		t.Error(err)
	}
}

// A cached file that has changed is read as it is now.
func TestCacheOfChangedFile(t *testing.T) {
	cache := &nix.Cache{}
	for i := range 3 {
		e := evaluator(t, nix.Options{Cache: cache, Files: map[string]fs.FS{"/d": fstest.MapFS{"x.nix": {Data: fmt.Append(nil, i)}}}})
		v, err := e.EvalFile(t.Context(), "/d/x.nix")
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := v.Print(); text != fmt.Sprint(i) {
			t.Error(text)
		}
	}
}

// Links of a directory lead nowhere else, and what is no file is not opened.
func TestDirectory(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{filepath.Join(dir, "in"): "in", filepath.Join(outside, "secret"): "secret"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"link": "in", "out": filepath.Join(outside, "secret"), "up": "../" + filepath.Base(outside) + "/secret", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	e := evaluator(t, nix.Options{Files: map[string]fs.FS{"/d": root.FS()}})
	for name, ok := range map[string]bool{"in": true, "link": true, "out": false, "up": false, "loop": false, "missing": false, ".": false} {
		v, err := e.Eval(t.Context(), "builtins.readFile /d/"+name)
		var text string
		if ok != (err == nil) || ok && (v.Decode(&text) != nil || text != "in") {
			t.Errorf("%s: %q %v", name, text, err)
		}
	}
	v, err := e.Eval(t.Context(), "builtins.readDir /d")
	if err != nil {
		t.Fatal(err)
	}
	data, _ := v.JSON()
	var types map[string]string
	if json.Unmarshal(data, &types) != nil || types["link"] != "symlink" || types["in"] != "regular" {
		t.Errorf("%s", data)
	}
}
