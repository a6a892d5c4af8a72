package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// texts are the files of the library, and what they do not have.
func texts(t testing.TB) map[string]string {
	out := map[string]string{
		"sorted": "let z = 1; a = 2; f = { q ? z, b, a, ... }@all: all // { inherit a; ${b} = q; }; in rec { y = f; x = { c = z; a = z; }; inherit (x) a c; }",
		"rest":   "with { a = 1; }; assert a == 1 -> !false && true || a ? b.${\"c\"}; if a < 1 then -a else [ 1.5 ./p ~/q <r> \"s${toString a}\" ''t'' __curPos (a.b or null) (a ++ a // a - a * a / a) ]",
		"hidden": "let __sub = a: b: 7; in 3 - 2",
	}
	files, err := filepath.Glob("../../../lib/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatal("no library", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = string(data)
	}
	return out
}

var globals = map[string]int{"builtins": 0, "map": 1, "import": 2, "true": 3, "false": 4, "null": 5, "toString": 6, "throw": 7, "removeAttrs": 8,
	"__findFile": 9, "__nixPath": 10, "isNull": 11, "abort": 12, "baseNameOf": 13, "dirOf": 14, "derivation": 15, "fromTOML": 16, "scopedImport": 17, "placeholder": 18}

func resolved(t testing.TB, files *syntax.FileSet, name, text string) *syntax.Tree {
	tree, err := syntax.Parse(text, syntax.Options{Files: files, Name: name, Dir: "/d", Home: "/home"})
	if err == nil {
		err = resolver.Resolve(tree, resolver.Options{Files: files, Globals: globals})
	}
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// A copy of a program is what parsing its text anew gives, whatever the table of
// symbols and the set of files have in them.
func TestProgramCopy(t *testing.T) {
	for name, text := range texts(t) {
		files := &syntax.FileSet{}
		p := resolved(t, files, name, text).Freeze(files)
		for range 2 {
			var prints [2]string
			var at [2]syntax.Position
			for i := range prints {
				files, symbols := &syntax.FileSet{}, syntax.NewSymbols("zz", "b", "a")
				files.Add("before", "some text")
				var e syntax.Expr
				if i == 0 {
					tree := resolved(t, files, name, text)
					tree.Link(symbols)
					e = tree.Expr
				} else {
					e = p.Copy(files, symbols)
				}
				prints[i], at[i] = syntax.Print(e, symbols), files.Position(e.Pos())
			}
			if prints[0] != prints[1] || at[0] != at[1] {
				t.Errorf("%s\nparsed %v: %.2000s\ncopied %v: %.2000s", name, at[0], prints[0], at[1], prints[1])
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	all := texts(b)
	b.ReportAllocs()
	for b.Loop() {
		files, symbols := &syntax.FileSet{}, syntax.NewSymbols()
		for name, text := range all {
			resolved(b, files, name, text).Link(symbols)
		}
	}
}

func BenchmarkProgramCopy(b *testing.B) {
	var programs []*syntax.Program
	for name, text := range texts(b) {
		files := &syntax.FileSet{}
		programs = append(programs, resolved(b, files, name, text).Freeze(files))
	}
	b.ReportAllocs()
	for b.Loop() {
		files, symbols := &syntax.FileSet{}, syntax.NewSymbols()
		for _, p := range programs {
			p.Copy(files, symbols)
		}
	}
}
