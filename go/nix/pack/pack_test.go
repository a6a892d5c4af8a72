package pack_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/insomnia-pods/insomnia/go/nix/pack"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

func TestWhatCannotBePacked(t *testing.T) {
	for text, want := range map[string]string{
		"with { a = 1; }; a":         "cannot be packed",
		"let __sub = 1; in 2 - 1":    "`__sub` cannot be packed",
		"~/a":                        "pure mode",
		"{ a = ; }":                  "unexpected",
		"/etc/hosts + ../../a/./b":   "",
		"{ a.b.c = x: y: x + y; }":   "",
		"let z = 1.5; in ''${z} a''": "",
	} {
		_, err := pack.Encode([]pack.Source{{Name: "t.nix", Text: text}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A text is known by all of its bytes, and left to the parser where a variable means nothing.
func TestOpen(t *testing.T) {
	const text = "let long = name: other { inherit name; more = [ 1 2 3 name ]; }; in long"
	data, err := pack.Encode([]pack.Source{{Name: "t.nix", Text: text}})
	if err != nil {
		t.Fatal(err)
	}
	p := pack.New(string(data), fstest.MapFS{"t.nix": {Data: []byte(text)}})
	for _, c := range []struct {
		text, means string
		want        bool
	}{
		{text, "other", true},
		{text, "another", false},
		{strings.Replace(text, "1 2 3", "1 2 4", 1), "other", false},
		{text + " ", "other", false},
		{"", "other", false},
	} {
		symbols := syntax.NewSymbols()
		_, ok := p.Reader(symbols).Open(c.text, pack.Place{Files: &syntax.FileSet{}, Name: "t.nix", Dir: "/",
			Means: func(name syntax.Symbol) (pack.Meaning, bool) {
				return pack.Meaning{Kind: syntax.Global}, symbols.Name(name) == c.means
			}})
		if ok != c.want {
			t.Errorf("%q where %s means something: %v", c.text, c.means, ok)
		}
	}
}
