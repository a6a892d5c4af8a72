package eval_test

import (
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// BenchmarkProfile parses the library and evaluates a built-in profile with it.
func BenchmarkProfile(b *testing.B) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		b.Fatal(err)
	}
	expr := `let insomnia = { lib = import ` + root + `/lib; insomniaProfiles = profiles; };
		profiles = import ` + root + `/profiles { inherit insomnia; };
		in profiles.coder.manifest`
	b.ReportAllocs()
	for b.Loop() {
		dir, err := source.OpenDir(root)
		if err != nil {
			b.Fatal(err)
		}
		sources := &source.FS{}
		sources.Mount(root, dir)
		ev := eval.New(eval.Options{Sources: sources})
		v, err := ev.EvalExpr(expr, "b", "/")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ev.ToJSON(v); err != nil {
			b.Fatal(err)
		}
		dir.Close()
	}
}
