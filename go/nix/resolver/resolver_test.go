package resolver_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// globals are the base scope of these tests.
var globals = map[string]int{"true": 0, "false": 1, "null": 2, "map": 3, "builtins": 4, "__sub": 5, "__mul": 6, "__div": 7, "__lessThan": 8}

// resolved parses and resolves a text, and says of each variable, in the order of
// the text, what it means: `x 1.0` is slot 0 of the scope one level up, `x with 2`
// the `with` two levels up, `x global` the base scope.
func resolved(t testing.TB, text string, outer []string) ([]string, error) {
	t.Helper()
	files := &syntax.FileSet{}
	tree, err := syntax.Parse(text, syntax.Options{Files: files, Name: "test", Dir: "/"})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer tree.Seal()
	if err := resolver.Resolve(tree, resolver.Options{Files: files, Globals: globals, Outer: outer}); err != nil {
		return nil, err
	}
	type use struct {
		at      syntax.Position
		meaning string
	}
	var uses []use
	variables(reflect.ValueOf(tree.Expr), func(v *syntax.Var) {
		meaning := tree.Symbols.Name(v.Name)
		switch v.Kind {
		case syntax.Local:
			meaning += fmt.Sprintf(" %d.%d", v.Level, v.Index)
		case syntax.Global:
			meaning += " global"
		case syntax.WithScope:
			meaning += fmt.Sprintf(" with %d", v.Level)
		default:
			meaning += " unresolved"
		}
		uses = append(uses, use{files.Position(v.At), meaning})
	})
	slices.SortStableFunc(uses, func(a, b use) int {
		return (a.at.Line-b.at.Line)*1000 + a.at.Column - b.at.Column
	})
	var out []string
	for _, u := range uses {
		out = append(out, u.meaning)
	}
	return out, nil
}

// variables visits the variables below a value of package syntax.
func variables(v reflect.Value, visit func(*syntax.Var)) {
	switch v.Kind() {
	case reflect.Interface:
		variables(v.Elem(), visit)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch e := v.Interface().(type) {
		case *syntax.Var:
			visit(e)
			return
		case *syntax.Attrs:
			variables(reflect.ValueOf(e.From()), visit)
			variables(reflect.ValueOf(e.Dynamic()), visit)
		}
		variables(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			variables(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				variables(v.Field(i), visit)
			}
		}
	}
}

// Which binding each variable means.
func TestResolve(t *testing.T) {
	for _, test := range []struct {
		text string
		want string // by `, `
	}{
		{`true`, "true global"},
		{`let true = 1; in true`, "true 0.0"},
		{`x: x`, "x 0.0"},
		{`x: y: x`, "x 0.0"},
		{`x: y: z: [ x y z ]`, "x 0.0, y 0.1, z 0.2"},
		{`x: x: x`, "x 0.1"},
		{`x: (x: x) x`, "x 0.0, x 0.0"},
		{`x: let y = x; in y`, "x 1.0, y 0.0"},
		{`let x = 1; in let x = 2; in x`, "x 0.0"},
		{`let x = y; y = x; in x`, "y 0.1, x 0.0, x 0.0"},
		{`let b = 1; a = 2; in [ a b ]`, "a 0.1, b 0.0"},
		// A lambda's argument comes first, its formals after it.
		{`{ a }: a`, "a 0.0"},
		{`{ b, a }@all: [ all a b ]`, "all 0.0, a 0.2, b 0.1"},
		{`all@{ a }: [ all a ]`, "all 0.0, a 0.1"},
		{`{ a ? b, b ? a }: a`, "b 0.1, a 0.0, a 0.0"},
		{`{ a ? all }@all: a`, "all 0.0, a 0.1"},
		{`b: { a ? b }: a`, "b 1.0, a 0.0"},
		{`b: { a ? (b: b) }: a`, "b 0.0, a 0.0"},
		// Plain sets have no scope; `rec` sets do, and inherit from outside of it.
		{`x: { y = x; z = x; }`, "x 0.0, x 0.0"},
		{`x: rec { x = 1; y = x; }`, "x 0.0"},
		{`x: { inherit x; y = x; }`, "x 0.0, x 0.0"},
		{`x: rec { inherit x; y = x; }`, "x 0.0, x 0.0"},
		{`x: rec { inherit x; z = y: x; }`, "x 0.0, x 1.0"},
		{`x: let inherit x; in x`, "x 0.0, x 0.0"},
		{`x: let y = 1; inherit x; in [ x y ]`, "x 0.0, x 0.0, y 0.1"},
		{`x: let x = 1; in rec { inherit x; }`, "x 0.0"},
		{`x: rec { x = 1; y = { inherit x; }; }`, "x 0.0"},
		{`x: { inherit (x) y; }`, "x 0.0"},
		{`x: let inherit (x) y; in y`, "x 1.0, y 0.0"},
		{`x: rec { inherit (x) x; }`, "x 0.0"}, // of itself, as in Nix
		{`{ inherit true; }`, "true global"},
		{`rec { inherit true; a = true; }`, "true global, true 0.0"},
		{`with { }; { inherit x; }`, "x with 0"},
		{`with { }; rec { inherit x; }`, "x with 0"},
		// Names and values that are computed see the set's own scope where there is one.
		{`x: { ${x} = x; }`, "x 0.0, x 0.0"},
		{`rec { x = "a"; ${x} = x; }`, "x 0.0, x 0.0"},
		{`x: y: x.${y}.z or y`, "x 0.0, y 0.1, y 0.1"},
		{`x: y: x ? ${y}`, "x 0.0, y 0.1"},
		{`x: "a${x}b${x.y}"`, "x 0.0, x 0.0"},
		// `with` is looked at last, the innermost first; its set is outside of it.
		{`with { }; x`, "x with 0"},
		{`with x: x; y`, "x 0.0, y with 0"},
		{`x: with x; x`, "x 0.0, x 1.0"},
		{`with { }; true`, "true global"},
		{`let x = 1; in with { x = 2; }; x`, "x 1.0"},
		{`with { }; let x = 1; in x`, "x 0.0"},
		{`with { }; y: z: x`, "x with 1"},
		{`with { }; with { }; x`, "x with 0"},
		{`with { }; y: with x; x`, "x with 1, x with 0"},
		{`with { }; x: with { }; [ x y ]`, "x 1.0, y with 0"},
		{`[ (with { }; x) (y: y) ]`, "x with 0, y 0.0"},
		{`if true then (x: x) else y: y`, "true global, x 0.0, y 0.0"},
		{`assert true; x: !x`, "true global, x 0.0"},
		{`x: -x`, "x 0.0"},
		{`x: y: x - y`, "x 0.0, y 0.1"},
	} {
		got, err := resolved(t, test.text, nil)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}

// A variable that nothing can have is an error with its place, evaluated or not.
func TestUnbound(t *testing.T) {
	for text, want := range map[string]string{
		`x`:                             "x 1:1",
		`{ a = x; }`:                    "x 1:7",
		`{ x = 1; y = x; }`:             "x 1:14",
		`x: y`:                          "y 1:4",
		`(x: x) x`:                      "x 1:8",
		`let a = b; in 1`:               "b 1:9",
		`let in x`:                      "x 1:8",
		`{ inherit x; }`:                "x 1:11",
		`rec { inherit x; }`:            "x 1:15",
		`let inherit x; in x`:           "x 1:13",
		`{ inherit (x) y; }`:            "x 1:12",
		`with x; 1`:                     "x 1:6",
		`[ (with { }; 1) x ]`:           "x 1:17",
		`{ a ? b }: a`:                  "b 1:7",
		`true && x`:                     "x 1:9",
		"{\n  a = {\n    b = x; }; }":   "x 3:9",
		`let x = 1; in (y: y) + (z: y)`: "y 1:28",
		`rec { ${x} = 1; }`:             "x 1:9",
	} {
		_, err := resolved(t, text, nil)
		e, ok := err.(*syntax.Error)
		name, at, _ := strings.Cut(want, " ")
		if !ok || e.Msg != "undefined variable '"+name+"'" || fmt.Sprintf("%d:%d", e.Position.Line, e.Position.Column) != at {
			t.Errorf("%s: %v at %+v, not %s", text, err, e, want)
		}
	}
}

// The scope around a text, as scopedImport gives one.
func TestOuter(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`a`, "a 0.0"},
		{`[ b true ]`, "b 0.1, true 0.2"},
		{`x: b`, "b 1.1"},
		{`let a = b; in a`, "b 1.1, a 0.0"},
		{`rec { inherit a; }`, "a 0.0"},
		{`with { }; [ a c ]`, "a 1.0, c with 0"},
	} {
		got, err := resolved(t, test.text, []string{"a", "b", "true"})
		if err != nil || strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %v %v", test.text, got, err)
		}
	}
	if _, err := resolved(t, `c`, []string{"a"}); err == nil {
		t.Error("`c` is found")
	}
}

// An operator means its builtin, unless a scope of the text has that name.
func TestOperators(t *testing.T) {
	for text, want := range map[string]bool{
		`1 - 2`:                             false,
		`let __sub = 1; in 1 - 2`:           true,
		`let __sub = 1; in 1 * 2`:           false,
		`let __sub = 1; in 1 + 2`:           false,
		`[ (let __sub = 1; in 1) (1 - 2) ]`: false,
		`__lessThan: 1 < 2`:                 true,
		`__lessThan: 1 >= 2`:                true,
		`{ __mul ? 1 }: 1 * 2`:              true,
		`rec { __div = 1; x = 1 / 2; }`:     true,
		`{ __div = 1; x = 1 / 2; }`:         false,
		`with { __div = 1; }; 1 / 2`:        false,
		`x: let __sub = x; in y: -y`:        true,
	} {
		files := &syntax.FileSet{}
		tree, err := syntax.Parse(text, syntax.Options{Files: files, Name: "test", Dir: "/"})
		if err != nil {
			t.Fatal(err)
		}
		if err := resolver.Resolve(tree, resolver.Options{Files: files, Globals: globals}); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := false
		binaries(reflect.ValueOf(tree.Expr), func(b *syntax.Binary) { got = got || b.Override != nil })
		if got != want {
			t.Errorf("%s: overridden %v", text, got)
		}
		tree.Seal()
	}
}

func binaries(v reflect.Value, visit func(*syntax.Binary)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if b, ok := v.Interface().(*syntax.Binary); ok {
			visit(b)
		}
		binaries(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			binaries(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				binaries(v.Field(i), visit)
			}
		}
	}
}
