package syntax_test

import (
	"errors"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// The time that a text takes grows with its length alone, and nesting ends in
// an error, not in an overflow of the stack.
func TestHostileTexts(t *testing.T) {
	const size = 1 << 20
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	long := strings.Repeat("a.", 4000) + "a"
	for name, src := range map[string]string{
		"sum":                  "1" + repeat("+1"),
		"sum of names":         "a" + repeat("+a"),
		"sum with a colon":     "1" + repeat("+1") + ":x",
		"sum with a slash":     "1" + repeat("+1") + "/ 2",
		"sum with underscore":  "a" + repeat("+a") + "_b:x",
		"sum in a path":        repeat("+1") + "/${x}",
		"difference":           "1" + repeat(" -1"),
		"negation":             repeat("-") + "1",
		"not":                  repeat("!") + "true",
		"lists":                repeat("["),
		"closed lists":         strings.Repeat("[", size/2) + strings.Repeat("]", size/2),
		"parentheses":          repeat("("),
		"sets":                 repeat("{a="),
		"recursive sets":       repeat("rec{a="),
		"functions":            repeat("x:"),
		"functions of sets":    repeat("{x}:"),
		"defaults":             repeat("{x?"),
		"lets":                 repeat("let a=1;in "),
		"nested lets":          repeat("let a="),
		"old lets":             repeat("let{body="),
		"ifs":                  repeat("if 1 then 1 else "),
		"conditions":           repeat("if "),
		"withs":                repeat("with a;"),
		"asserts":              repeat("assert 1;"),
		"strings":              repeat(`"${`),
		"indented strings":     repeat(`''${`),
		"paths":                repeat("a/${"),
		"dynamic names":        repeat("{${"),
		"selected names":       repeat("a.${"),
		"attribute path":       "{a" + repeat(".a") + "=1;}",
		"attribute paths":      repeat("{" + long + "="),
		"selection":            "a" + repeat(".a"),
		"defaults of selects":  "a" + repeat(".a or a"),
		"questions":            "a" + repeat("?a"),
		"inherits":             repeat("{inherit("),
		"updates":              "a" + repeat("//a"),
		"implications":         "a" + repeat("->a"),
		"concatenations":       "a" + repeat("++a"),
		"calls":                "f" + repeat(" a"),
		"open comments":        repeat("/*"),
		"comments":             repeat("#\r"),
		"search paths":         repeat("<a"),
		"search path":          "<a" + repeat("/a"),
		"quotes":               repeat(`'`),
		"dollars":              `"` + repeat("$"),
		"backslashes":          `"` + repeat(`\`),
		"escapes":              `''` + repeat(`''$`),
		"digits":               repeat("1"),
		"fraction":             "1." + repeat("1"),
		"dots":                 repeat("."),
		"tildes":               repeat("~/"),
		"formals":              "{" + repeat("a,") + "}:1",
		"one attribute, often": "{" + repeat("a=1;") + "}",
		"merged sets":          "{" + long + "={};" + long + "={" + numbered(100_000, "=1;") + "};}",
		"merged deep sets":     "{a=" + strings.Repeat("{a=", 9000) + "1" + strings.Repeat(";}", 9000) + ";a=" + strings.Repeat("{a=", 9000) + "1" + strings.Repeat(";}", 9000) + ";}",
		"many attributes":      "{" + numbered(100_000, "=1;") + "}",
		"many inherited":       "{inherit(a) " + numbered(100_000, " ") + ";}",
		"null bytes":           repeat("\x00"),
		"high bytes":           repeat("\xff"),
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if took := fuzzcost.Of(func() {
				files := &syntax.FileSet{}
				var tree *syntax.Tree
				tree, err = syntax.Parse(src, syntax.Options{Files: files, Name: "x.nix", Dir: "/"})
				if err == nil {
					err = resolver.Resolve(tree, resolver.Options{Files: files})
					tree.Seal()
				}
			}); took > 10*time.Second {
				t.Errorf("%s for %d bytes", took, len(src))
			} else if took > time.Second {
				t.Logf("%s for %d bytes", took, len(src))
			}
			var bad *syntax.Error
			if err != nil && !errors.As(err, &bad) {
				t.Errorf("an error of another kind: %v", err)
			}
		})
	}
}

func numbered(n int, after string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("a")
		for ; i > 0; i /= 26 {
			b.WriteByte(byte('a' + i%26))
		}
		b.WriteString(after)
	}
	return b.String()
}

// What Nix takes, is taken: brackets a few hundred thousand deep, and what only goes on
// at its end for as long as it likes. The stack stays below what Go gives.
func TestDeepTexts(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(512 << 20))
	const deep = 210_000
	nested := func(before, inner, after string, n int) string {
		return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
	}
	for name, src := range map[string]string{
		"lists":            nested("[", "", "]", 3*deep),
		"sets":             nested("{a=", "1", ";}", deep),
		"recursive sets":   nested("rec{a=", "1", ";}", deep),
		"parentheses":      nested("(", "1", ")", deep),
		"strings":          nested(`"${`, `"x"`, `}"`, deep),
		"indented strings": nested("''${", `"x"`, "}''", deep),
		"conditions":       nested("if ", "1", " then 1 else 1", deep),
		"nested lets":      nested("let a=", "1", ";in a", deep),
		"nested calls":     nested("(x: x) (", "1", ")", deep/2),
		"attribute path":   "{a" + strings.Repeat(".a", deep) + "=1;}",
		"sum":              "1" + strings.Repeat("+1", 2*deep),
		"and":              "1" + strings.Repeat("&&1", 2*deep),
		"list of calls":    "[" + strings.Repeat("(x: x) ", deep) + "]",
		"functions":        nested("x:", "x", "", 500_000),
		"lets":             nested("let a=1;in ", "a", "", 500_000),
		"withs":            nested("with {};", "1", "", 500_000),
		"asserts":          nested("assert 1;", "1", "", 500_000),
		"ifs":              nested("if 1 then 1 else ", "1", "", 500_000),
		"concatenation":    nested("[]++", "[]", "", 500_000),
		"update":           nested("{}//", "{}", "", 500_000),
		"implication":      nested("1->", "1", "", 500_000),
	} {
		t.Run(name, func(t *testing.T) {
			files, symbols := &syntax.FileSet{}, syntax.NewSymbols()
			tree, err := syntax.Parse(src, syntax.Options{Files: files, Name: "x.nix", Dir: "/"})
			if err == nil {
				err = resolver.Resolve(tree, resolver.Options{Files: files})
			}
			if err != nil {
				t.Fatal(err)
			}
			copied := tree.Freeze(files).Copy(&syntax.FileSet{}, symbols)
			syntax.Print(copied, symbols)
		})
	}
}
