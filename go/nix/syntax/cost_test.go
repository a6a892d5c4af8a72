package syntax_test

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

func FuzzCost(f *testing.F) {
	for _, text := range []string{
		"{ insomnia }: insomnia.lib.mkProfile { name = \"x\"; tools.allow = [ \"a\" ]; }", "1+1+1+1", "a.b.c or d ? e", "''\n  x ${y} ''$ '''\n''",
		"let inherit (a) b; c = rec { d.e = 1; d.f = 2; }; in with c; if a then -b else !c", "{ a ? 1, b, ... }@c: ./x/${y}/z <n> http://x:1",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			files := &syntax.FileSet{}
			tree, err := syntax.Parse(string(data), syntax.Options{Files: files, Name: "x.nix", Dir: "/"})
			if err != nil {
				return
			}
			resolver.Resolve(tree, resolver.Options{Files: files})
			tree.Seal()
		})
	})
}
