package eval_test

import (
	"errors"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// TestPlacesOfErrors looks that an error is where Nix 2.34 puts it.
func TestPlacesOfErrors(t *testing.T) {
	for _, c := range []struct {
		program      string
		line, column int
	}{
		{"\"\" +\n ( let v = [ ]; in v)", 2, 2},
		{"\"\" + (\n(let v = [ ]; in v))", 1, 6},
		{"\"\" + [ ]", 1, 6},
		{"(\"\" + [ ])", 1, 7},
		{"1 + (\n  let v = null; in v)", 1, 5},
		{"1.5 +\n (null)", 2, 2},
		{"({ x ? y,\n  y ? x }: x + y) { }", 1, 8},
	} {
		_, err := eval.New(eval.Options{}).EvalExpr(c.program, "t", "/")
		var e *eval.Error
		if !errors.As(err, &e) {
			t.Errorf("%s\nis %v", c.program, err)
		} else if e.Position.Line != c.line || e.Position.Column != c.column {
			t.Errorf("%s\n%s: at %d:%d, want %d:%d", c.program, e.Msg, e.Position.Line, e.Position.Column, c.line, c.column)
		}
	}
}
