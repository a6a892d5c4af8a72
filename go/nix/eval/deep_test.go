package eval_test

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// nests are programs that nest n deep, each in its own way.
var nests = map[string]func(n int) string{
	"lists":             func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) },
	"parentheses":       func(n int) string { return strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"sets":              func(n int) string { return strings.Repeat("{a=", n) + "1" + strings.Repeat(";}", n) },
	"recursive sets":    func(n int) string { return strings.Repeat("rec{a=", n) + "1" + strings.Repeat(";}", n) },
	"attribute path":    func(n int) string { return "{a" + strings.Repeat(".a", n) + "=1;}" },
	"dynamic path":      func(n int) string { return "{a" + strings.Repeat(`.${"a"}`, n) + "=1;}" },
	"selection":         func(n int) string { return "{}" + strings.Repeat(".a or {}", n) },
	"questions":         func(n int) string { return "{}" + strings.Repeat("?a", n) },
	"sum":               func(n int) string { return "1" + strings.Repeat("+1", n) },
	"sum of strings":    func(n int) string { return `"a"` + strings.Repeat(`+"a"`, n) },
	"difference":        func(n int) string { return "1" + strings.Repeat("-1", n) },
	"product":           func(n int) string { return "1" + strings.Repeat("*1", n) },
	"negation":          func(n int) string { return strings.Repeat("-", n) + "1" },
	"not":               func(n int) string { return strings.Repeat("!", n) + "true" },
	"and":               func(n int) string { return "true" + strings.Repeat("&&true", n) },
	"or":                func(n int) string { return "false" + strings.Repeat("||false", n) },
	"implication":       func(n int) string { return strings.Repeat("true -> ", n) + "true" },
	"concatenation":     func(n int) string { return "[]" + strings.Repeat("++[1]", n) },
	"update":            func(n int) string { return "{}" + strings.Repeat("//{}", n) },
	"functions":         func(n int) string { return strings.Repeat("x:", n) + "1" },
	"functions of sets": func(n int) string { return strings.Repeat("{x}:", n) + "1" },
	"defaults":          func(n int) string { return strings.Repeat("{x?", n) + "1" + strings.Repeat("}:1", n) },
	"calls":             func(n int) string { return "(x: x)" + strings.Repeat(" (x: x)", n) },
	"nested calls":      func(n int) string { return strings.Repeat("(x: x) (", n) + "1" + strings.Repeat(")", n) },
	"lets":              func(n int) string { return strings.Repeat("let a=1;in ", n) + "1" },
	"nested lets":       func(n int) string { return strings.Repeat("let a=", n) + "1" + strings.Repeat(";in a", n) },
	"ifs":               func(n int) string { return strings.Repeat("if false then 1 else ", n) + "1" },
	"conditions": func(n int) string {
		return strings.Repeat("if ", n) + "true" + strings.Repeat(" then true else true", n)
	},
	"withs":            func(n int) string { return strings.Repeat("with {};", n) + "1" },
	"asserts":          func(n int) string { return strings.Repeat("assert true;", n) + "1" },
	"failing assert":   func(n int) string { return "assert false" + strings.Repeat("||false", n) + ";1" },
	"strings":          func(n int) string { return strings.Repeat(`"${`, n) + `"x"` + strings.Repeat(`}"`, n) },
	"indented strings": func(n int) string { return strings.Repeat("''${", n) + `"x"` + strings.Repeat("}''", n) },
	"inherits":         func(n int) string { return strings.Repeat("{inherit(", n) + "{}" + strings.Repeat(")a;}", n) },
	"JSON lists": func(n int) string {
		return `builtins.fromJSON "` + strings.Repeat("[", n) + strings.Repeat("]", n) + `"`
	},
	"JSON objects": func(n int) string {
		return `builtins.fromJSON ''` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + "''"
	},
	"TOML lists": func(n int) string {
		return `builtins.fromTOML "a=` + strings.Repeat("[", n) + strings.Repeat("]", n) + `"`
	},
	"TOML tables": func(n int) string {
		return `builtins.fromTOML "a=` + strings.Repeat("{a=", n) + "1" + strings.Repeat("}", n) + `"`
	},
	"TOML keys":    func(n int) string { return `builtins.fromTOML "a` + strings.Repeat(".a", n) + `=1"` },
	"TOML headers": func(n int) string { return `builtins.fromTOML "[a` + strings.Repeat(".a", n) + `]"` },
	"groups": func(n int) string {
		return `builtins.match "` + strings.Repeat("(", n) + strings.Repeat(")", n) + `" "a"`
	},
	"repeated groups": func(n int) string {
		return `builtins.match "` + strings.Repeat("(", n) + strings.Repeat(")*", n) + `" "a"`
	},
	"alternatives": func(n int) string {
		return `builtins.split "` + strings.Repeat("(a|", n) + strings.Repeat(")", n) + `" "ab"`
	},
	"quantifiers":       func(n int) string { return `builtins.match "a` + strings.Repeat("*", n) + `" "a"` },
	"a path":            func(n int) string { return `builtins.pathExists (/. + "` + strings.Repeat("/a", n) + `")` },
	"a path of parents": func(n int) string { return `builtins.readFile (/. + "` + strings.Repeat("/a/..", n) + `/x")` },
	"values": func(n int) string {
		return fmt.Sprintf(`builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) %d)`, n)
	},
	"equal values": func(n int) string {
		return fmt.Sprintf(`let v = builtins.foldl' (a: _: { a = a; }) { } (builtins.genList (x: x) %d); w = builtins.foldl' (a: _: { a = a; }) { } (builtins.genList (x: x) %d); in v == w`, n, n)
	},
	"ordered values": func(n int) string {
		return fmt.Sprintf(`let v = builtins.foldl' (a: _: [ a ]) [ 1 ] (builtins.genList (x: x) %d); w = builtins.foldl' (a: _: [ a ]) [ 2 ] (builtins.genList (x: x) %d); in v < w`, n, n)
	},
	"deepSeq": func(n int) string {
		return fmt.Sprintf(`builtins.deepSeq (builtins.foldl' (a: _: { a = a; }) { } (builtins.genList (x: x) %d)) 1`, n)
	},
	"toXML": func(n int) string {
		return fmt.Sprintf(`builtins.stringLength (builtins.toXML (builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) %d)))`, n)
	},
	"toJSON": func(n int) string {
		return fmt.Sprintf(`builtins.stringLength (builtins.toJSON (builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) %d)))`, n)
	},
	"toString": func(n int) string {
		return fmt.Sprintf(`toString (builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) %d))`, n)
	},
	"functors": func(n int) string {
		return fmt.Sprintf(`builtins.foldl' (a: _: { __functor = a; }) (x: x) (builtins.genList (x: x) %d) 1`, n)
	},
	"outPaths": func(n int) string {
		return fmt.Sprintf(`"${builtins.foldl' (a: _: { outPath = a; }) "x" (builtins.genList (x: x) %d)}"`, n)
	},
	"thunks": func(n int) string {
		return fmt.Sprintf(`(builtins.foldl' (a: x: { v = a.v + x; }) { v = 0; } (builtins.genList (x: x) %d)).v`, n)
	},
	"contexts": func(n int) string {
		return fmt.Sprintf(`builtins.foldl' (a: x: builtins.addErrorContext a a) "x" (builtins.genList (x: x) %d)`, n)
	},
	"thrown value": func(n int) string {
		return fmt.Sprintf(`1 + builtins.foldl' (a: _: { a = a; }) { } (builtins.genList (x: x) %d)`, n)
	},
}

// However deep a program nests, every traversal of it ends with a value or an error
// with a position, and the stack stays small.
func TestDeepPrograms(t *testing.T) {
	// Go ends the process where this is not enough.
	defer debug.SetMaxStack(debug.SetMaxStack(512 << 20))
	sources := &source.FS{}
	sources.Mount("/", source.Embedded{FS: fstest.MapFS{"x": {Data: []byte("1")}}})
	for name, program := range nests {
		for _, n := range []int{9000, 200_000, 700_000} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				ev := eval.New(eval.Options{Sources: sources, Limits: eval.Limits{Time: 2 * time.Second, Memory: 512 << 20}})
				begun := time.Now()
				v, err := ev.EvalExpr(program(n), "t", "/")
				if err == nil {
					_, err = ev.Print(v)
				}
				if took := time.Since(begun); took > 20*time.Second {
					t.Errorf("took %s", took)
				}
				var bad *syntax.Error
				var limit *eval.LimitError
				var e *eval.Error
				switch {
				case err == nil, errors.As(err, &limit), errors.Is(err, fs.ErrNotExist):
				case errors.As(err, &bad):
					if n <= 200_000 {
						t.Error(err)
					}
					if !bad.Position.IsValid() {
						t.Errorf("no position: %v", err)
					}
				case !errors.As(err, &e) || errors.As(err, new(*eval.PanicError)):
					t.Error(err)
				}
			})
		}
	}
}
