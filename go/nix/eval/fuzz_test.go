package eval_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// FuzzEval looks for inputs that make the evaluator panic, hang or allocate
// without end. Every failure has to be an *eval.Error.
func FuzzEval(f *testing.F) {
	for _, c := range readFixtures(f) {
		f.Add(c.expr)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		ev := eval.New(eval.Options{Context: ctx, Limits: eval.Limits{Memory: 64 << 20, Output: 1 << 20}})
		v, err := ev.EvalExpr(text, "fuzz", "/")
		if err == nil {
			_, err = ev.Print(v)
		}
		if err == nil {
			_, err = ev.ToJSON(v)
		}
		var e *eval.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Fatalf("took %v", took)
		}
	})
}
