package syntax_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

func parse(src string) (syntax.Expr, *syntax.Symbols, error) {
	t, err := syntax.Parse(src, syntax.Options{Files: &syntax.FileSet{}, Name: "t", Dir: "/d"})
	if err != nil {
		return nil, nil, err
	}
	symbols := syntax.NewSymbols()
	t.Link(symbols)
	return t.Expr, symbols, nil
}

func TestPrint(t *testing.T) {
	for src, want := range map[string]string{
		`1 + 2 * 3`:                   `(1 + (__mul 2 3))`,
		`a: b: a ++ b ++ a`:           `(a: (b: (a ++ (b ++ a))))`,
		`!a + b == c`:                 `((! (a + b)) == c)`,
		`-a.b ? c`:                    `(((__sub 0 (a).b)) ? c)`,
		`a -> b -> c || d && e`:       `(a -> (b -> (c || (d && e))))`,
		`f x.y or z w`:                `(f (x).y or (z) w)`,
		`{ a ? 1, ... }@b: a`:         `({ a ? 1, ... } @ b: a)`,
		`rec { inherit a; b.c = 1; }`: `rec { inherit a; b = { c = 1; }; }`,
		`let inherit (x) a "b"; in a`: `(let inherit (x) a b; in a)`,
		`./x + /y/../z`:               `(/d/x + /z)`,
		`./${a}/b`:                    `(/d/ + a + "/b")`,
		`<nixpkgs/lib>`:               `(__findFile __nixPath "nixpkgs/lib")`,
		`"a${b}\n"`:                   `("a" + b + "\n")`,
		"''\n  a\n    ${b}\n  ''":     `("a\n  " + b + "\n")`,
		`a <= b`:                      `(! (__lessThan b a))`,
		`with a; assert b; c`:         `(with a; assert b; c)`,
		`a // b // c`:                 `(a // (b // c))`,
		`http://x.y/z?q`:              `"http://x.y/z?q"`,
		`[ a b.c (d e) ]`:             `[ (a) ((b).c) ((d e)) ]`,
	} {
		e, symbols, err := parse(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := syntax.Print(e, symbols); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", src, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for src, want := range map[string]string{
		"{ a = 1;\n  a = 2; }":             "t:2:3: attribute 'a' already defined at t:1:3",
		"(1":                               "t:1:3: syntax error, unexpected end of file, expecting ')'",
		"let a = 1; b":                     "t:1:13: syntax error, unexpected end of file, expecting '.' or '='",
		"{ a, a }: 1":                      "t:1:6: duplicate formal function argument 'a'",
		"1 == 1 == 1":                      "t:1:8: syntax error, unexpected '=='",
		"99999999999999999999":             "t:1:1: invalid integer '99999999999999999999'",
		"~/x":                              "t:1:1: the path '~/x' can not be resolved in pure mode",
		"/a/":                              "t:1:4: path has a trailing slash",
		"\"a\r\nb\" \xff":                  "t:2:4: syntax error, unexpected invalid token, expecting end of file",
		"let ${\"a\" + b} = 1; in 1":       "t:1:1: dynamic attributes not allowed in let",
		"a |> b":                           "t:1:3: experimental Nix feature 'pipe-operators' is disabled; add '--extra-experimental-features pipe-operators' to enable it",
		strings.Repeat("(", 500_000) + "1": "t:1:320001: expression is nested too deeply (more than 640000 levels)",
	} {
		_, _, err := parse(src)
		var e *syntax.Error
		if !errors.As(err, &e) {
			t.Errorf("%.40s: got %v", src, err)
		} else if e.Error() != want {
			t.Errorf("%.40s\n got: %s\nwant: %s", src, e.Error(), want)
		}
	}
}

func TestPipes(t *testing.T) {
	for src, want := range map[string]string{
		"1 |> (x: x + 1) |> (x: x * 2)":        "((x: (__mul x 2)) ((x: (x + 1)) 1))",
		"(x: x + 1) <| (x: x * 2) <| 3":        "((x: (x + 1)) ((x: (__mul x 2)) 3))",
		"[ 1 2 ] |> map (x: x + 1)":            "(map (x: (x + 1)) [ (1) (2) ])",
		"true -> false |> (x: x)":              "((x: x) (true -> false))",
		"1|>(x: x)":                            "((x: x) 1)",
		"\"a\" |> builtins.stringLength":       "((builtins).stringLength \"a\")",
		"builtins.map <| (x: x) <| [ ]":        "((builtins).map ((x: x) [ ]))",
		"{ a = 1 |> (x: x); }":                 "{ a = ((x: x) 1); }",
		"(x: y: [ x y ]) 1 <| 2":               "((x: (y: [ (x) (y) ])) 1 2)",
		"2 |> (x: y: [ x y ]) 1":               "((x: (y: [ (x) (y) ])) 1 2)",
		"with {}; 1 |> (x: x)":                 "(with { }; ((x: x) 1))",
		"1 |> a: a + 1":                        "t:1:7: syntax error, unexpected ':', expecting end of file",
		"x |> y <| z":                          "t:1:8: syntax error, unexpected '<|', expecting end of file",
		"x <| y |> z":                          "t:1:8: syntax error, unexpected '|>', expecting end of file",
		"f <| x: x |> y":                       "t:1:7: syntax error, unexpected ':', expecting end of file",
		"1 |> if true then (x: x) else y":      "t:1:6: syntax error, unexpected 'if'",
		"null <|> 1":                           "t:1:8: syntax error, unexpected '>'",
		"1 |>":                                 "t:1:5: syntax error, unexpected end of file",
		"[ 1 |> 2 ]":                           "t:1:5: syntax error, unexpected '|>'",
		"f" + strings.Repeat(" |> f", 650_000): "t:1:3199996: expression is nested too deeply (more than 640000 levels)",
		"f" + strings.Repeat(" <| f", 650_000): "t:1:3199996: expression is nested too deeply (more than 640000 levels)",
	} {
		tree, err := syntax.Parse(src, syntax.Options{Files: &syntax.FileSet{}, Name: "t", Dir: "/", Pipes: true})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = syntax.Print(tree.Expr, tree.Symbols)
		}
		if got != want {
			t.Errorf("%.60s\n got: %s\nwant: %s", src, got, want)
		}
	}
}

func TestPositions(t *testing.T) {
	files := &syntax.FileSet{}
	symbols := syntax.NewSymbols()
	bad, err := syntax.Parse("{\r\n  é = 1;\r b = 2; }", syntax.Options{Files: files, Name: "t", Dir: "/"})
	if err == nil {
		t.Fatal("é is no identifier, yet it parsed", bad)
	}
	tree, err := syntax.Parse("{\r\n  x = \"é\"; y = 1;\r z = 2; }", syntax.Options{Files: files, Name: "t", Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	tree.Link(symbols)
	for _, d := range tree.Expr.(*syntax.Attrs).Defs {
		got = append(got, symbols.Name(d.Name)+"@"+files.Position(d.At).String())
	}
	if want := "x@t:2:3 y@t:2:13 z@t:3:2"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"{ a.b = x: y: [ 1 2.0 ./p ]; inherit (q) r; }", "''\n a ${b} ''$ '''\n''", "\"\\${a${\"b\"}\"",
		"{ a ? 1, ... }@x: with a; assert b; if c then d else -e", "a/b/${c}d", "<x/y>", "x:y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, symbols, err := parse(src)
		if err != nil {
			var bad *syntax.Error
			if !errors.As(err, &bad) {
				t.Fatal(err)
			}
			return
		}
		syntax.Print(e, symbols)
	})
}
