package evaluate

import (
	"path"
	"reflect"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/pack"
	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// What is unpacked of each text is what parsing it gives, positions included: below any
// directory, in a scope or in none, whatever names were known before.
func TestUnpacked(t *testing.T) {
	scope := []string{"import", "builtins", "__fetchurl", "derivation", "lib"}
	for _, s := range packSources(t) {
		for _, outer := range [][]string{nil, scope} {
			for _, dir := range []string{"/", "/a", path.Join("/src/of/the", path.Dir(s.Name))} {
				globals := map[string]int{}
				for _, name := range []string{"map", "builtins", "import", "true", "false", "null", "toString", "throw", "removeAttrs", "isNull", "abort", "baseNameOf", "dirOf", "derivation"} {
					globals[name] = 3 + len(globals)
				}
				before := func() (*syntax.FileSet, *syntax.Symbols) {
					files := &syntax.FileSet{}
					files.Add("before", "some text")
					return files, syntax.NewSymbols("zz", "path", "value", "lib", "a")
				}
				files, want := before()
				tree, err := syntax.Parse(s.Text, syntax.Options{Files: files, Name: s.Name, Dir: dir})
				if err != nil {
					t.Fatal(err)
				}
				if err := resolver.Resolve(tree, resolver.Options{Files: files, Globals: globals, Outer: outer}); err != nil {
					t.Fatal(err)
				}
				tree.Link(want)

				files, got := before()
				place := pack.Place{Files: files, Name: s.Name, Dir: dir, Means: func(name syntax.Symbol) (pack.Meaning, bool) {
					for i, n := range outer {
						if n == got.Name(name) {
							return pack.Meaning{Kind: syntax.Local, Index: uint32(i)}, true
						}
					}
					i, ok := globals[got.Name(name)]
					return pack.Meaning{Kind: syntax.Global, Index: uint32(i)}, ok
				}}
				e, ok := Pack().Reader(got).Open(s.Text, place)
				if !ok {
					t.Errorf("%s: not in the pack", s.Name)
					continue
				}
				if diff := difference("", reflect.ValueOf(tree.Expr), reflect.ValueOf(e)); diff != "" {
					t.Errorf("%s in %s: %s", s.Name, dir, diff)
				}
				if !reflect.DeepEqual(want.Names(), got.Names()) {
					t.Errorf("%s: other names became known, or in another order", s.Name)
				}
			}
		}
	}
}

// difference returns where two trees first differ, or "". It unpacks packed expressions
// of the second.
func difference(at string, x, y reflect.Value) string {
	if y.IsValid() && y.Type() == reflect.TypeFor[*syntax.Lazy]() {
		y = reflect.ValueOf((*syntax.Lazy)(y.UnsafePointer()).Expr()) // of a field that is not exported, too
	}
	if x.Kind() == reflect.Interface {
		return difference(at, x.Elem(), y)
	}
	if y.Kind() == reflect.Interface {
		return difference(at, x, y.Elem())
	}
	if x.IsValid() != y.IsValid() || x.IsValid() && x.Type() != y.Type() {
		return at + ": another type"
	}
	switch x.Kind() {
	case reflect.Pointer:
		if x.IsNil() || y.IsNil() {
			if x.IsNil() != y.IsNil() {
				return at + ": missing"
			}
			return ""
		}
		return difference(at, x.Elem(), y.Elem())
	case reflect.Struct:
		for i := range x.NumField() {
			if diff := difference(at+"."+x.Type().Field(i).Name, x.Field(i), y.Field(i)); diff != "" {
				return diff
			}
		}
	case reflect.Slice:
		if x.Len() != y.Len() {
			return at + ": another length"
		}
		for i := range x.Len() {
			if diff := difference(at+"[]", x.Index(i), y.Index(i)); diff != "" {
				return diff
			}
		}
	case reflect.Map:
		if x.Len() != y.Len() {
			return at + ": another length"
		}
	case reflect.Invalid:
	default:
		if !x.Equal(y) {
			return at + ": another value"
		}
	}
	return ""
}
