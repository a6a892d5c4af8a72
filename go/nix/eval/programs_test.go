package eval_test

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// A tree that was copied means what one that was parsed does, messages and positions too.
func TestFixturesByPrograms(t *testing.T) {
	programs := &eval.Programs{}
	for _, f := range readFixtures(t) {
		var got [3]string
		for i := range got {
			o := eval.Options{System: "x86_64-linux"}
			if i > 0 {
				o.Programs = programs
			}
			ev := eval.New(o)
			v, err := ev.EvalExpr(f.expr, "«stdin»", "/")
			if err == nil {
				got[i], err = ev.Print(v)
			}
			if err != nil {
				got[i] = err.Error()
			}
		}
		if got[1] != got[0] || got[2] != got[0] {
			t.Errorf("%s: %s\n%q", f.name, f.expr, got)
		}
	}
}
