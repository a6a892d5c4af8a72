package syntax_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// brackets are the texts around an expression inside another.
var brackets = [][2]string{
	{"(", ")"}, {"[", "]"}, {"{a=", ";}"}, {"rec{a=", ";}"}, {"{a.b.c=", ";}"}, {"{${", "}=1;}"}, {"{inherit(", ")a;}"},
	{`"${`, `}"`}, {"''${", "}''"}, {"./a/${", "}"}, {"x:", ""}, {"{x}:", ""}, {"{x?", "}:1"}, {"let a=", ";in a"}, {"let a=1;in ", ""},
	{"with a;", ""}, {"with ", ";a"}, {"assert ", ";a"}, {"assert a;", ""}, {"if ", " then a else a"}, {"if a then ", " else a"},
	{"if a then a else ", ""}, {"-", ""}, {"!", ""}, {"a+", ""}, {"", "+a"}, {"", "//a"}, {"a//", ""}, {"a++", ""}, {"", "-a"}, {"", " a"},
	{"a ", ""}, {"(", ").a"}, {"(", ").a or a"}, {"a.a or ", ""}, {"(", ")?a"}, {"a->", ""}, {"let{body=", ";}"}, {"a==", ""}, {"(", ")==a"},
}

// FuzzDeep nests expressions in each other, each byte another way, over and over:
// whatever walks the tree ends with a result or a *syntax.Error.
func FuzzDeep(f *testing.F) {
	for i := range brackets {
		f.Add([]byte{byte(i)}, uint32(50_000))
		f.Add([]byte{byte(i), byte(i + 1), byte(3 * i)}, uint32(9_000))
	}
	f.Fuzz(func(t *testing.T, ways []byte, times uint32) {
		if len(ways) == 0 || len(ways) > 64 {
			return
		}
		levels := int(times%100_000) + 1
		var before strings.Builder
		after := make([]string, 0, levels)
		for i := range levels {
			b := brackets[int(ways[i%len(ways)])%len(brackets)]
			before.WriteString(b[0])
			after = append(after, b[1])
		}
		before.WriteString("a")
		for i := len(after) - 1; i >= 0; i-- {
			before.WriteString(after[i])
		}
		src := before.String()
		if took := fuzzcost.Of(func() {
			files := &syntax.FileSet{}
			tree, err := syntax.Parse(src, syntax.Options{Files: files, Name: "x.nix", Dir: "/"})
			if err == nil {
				err = resolver.Resolve(tree, resolver.Options{Files: files, Globals: map[string]int{"a": 0}})
			}
			var bad *syntax.Error
			switch {
			case errors.As(err, &bad):
				if !bad.Position.IsValid() {
					t.Errorf("no position: %v", err)
				}
			case err != nil:
				t.Error(err)
			default:
				syntax.Print(tree.Expr, tree.Symbols)
			}
		}); took > 10*time.Second {
			t.Errorf("%d bytes took %s of the processor", len(src), took)
		}
	})
}
