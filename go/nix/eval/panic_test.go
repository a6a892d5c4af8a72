package eval_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// brokenTree is a tree that panics whenever it is asked.
type brokenTree struct{ source.Tree }

// A panic of Go code that an evaluation calls is an error of the API, with the
// stack, and the evaluator serves on.
func TestPanicsAreErrors(t *testing.T) {
	var none map[string]int
	sources := &source.FS{}
	sources.Mount("/broken", brokenTree{})
	for name, c := range map[string]struct {
		run     func(ev *eval.Evaluator) error
		runtime bool
	}{
		"a callback": {func(ev *eval.Evaluator) error {
			_, err := ev.Call(ev.Func2(func(a, b string) (eval.Value, error) { none[a] = 1; return eval.Str(b), nil }), eval.Str("a"), eval.Str("b"))
			return err
		}, true},
		"a delayed value": {func(ev *eval.Evaluator) error {
			return ev.ForceDeep(ev.Set(map[string]eval.Value{"x": ev.Delay(func() (eval.Value, error) { panic("secret text") })}))
		}, false},
		"optional attributes": {func(ev *eval.Evaluator) error {
			v := ev.SetWithOptional(nil, []string{"rev"}, func() (map[string]eval.Value, error) { panic(errors.New("secret text")) })
			_, _, err := ev.Select(v, "rev")
			return err
		}, false},
		"a trace": {func(ev *eval.Evaluator) error {
			_, err := ev.EvalExpr(`builtins.trace "boom" 1`, "t", "/")
			return err
		}, false},
		"a file system": {func(ev *eval.Evaluator) error {
			_, err := ev.EvalExpr(`builtins.readFile /broken/x`, "t", "/")
			return err
		}, true},
		"below tryEval": {func(ev *eval.Evaluator) error {
			v := ev.Set(map[string]eval.Value{"x": ev.Delay(func() (eval.Value, error) { return nil, error(nil).(fs.FileInfo).Sys().(error) })})
			f, err := ev.EvalExpr(`s: (builtins.tryEval s.x).success`, "t", "/")
			if err == nil {
				_, err = ev.Call(f, v)
			}
			return err
		}, true},
	} {
		ev := eval.New(eval.Options{Sources: sources, Trace: func(message string) { panic(message + " secret text") }})
		err := c.run(ev)
		var defect *eval.PanicError
		if !errors.As(err, &defect) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if defect.Runtime != c.runtime || !strings.Contains(string(defect.Stack), "panic_test.go") && c.runtime == false || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, runtime: %v, stack:\n%s", name, err, defect.Runtime, defect.Stack)
		}
		if v, err := ev.EvalExpr(`1 + 1`, "t", "/"); err != nil || v != eval.Int(2) {
			t.Errorf("%s: afterwards: %v, %v", name, v, err)
		}
	}
}

// An evaluator serves one goroutine at a time: a second one gets an error, even
// while the first is in a callback.
func TestOneGoroutineAtATime(t *testing.T) {
	ev := eval.New(eval.Options{})
	entered, leave := make(chan bool), make(chan bool)
	wait := ev.Delay(func() (eval.Value, error) {
		if _, err := ev.EvalExpr(`1`, "t", "/"); err != nil {
			t.Errorf("a callback cannot use its evaluator: %v", err)
		}
		entered <- true
		<-leave
		return eval.Int(1), nil
	})
	busy := func(err error) bool {
		var e *eval.Error
		return errors.As(err, &e) && e.Kind == eval.Busy
	}
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := ev.Force(wait); err != nil && !busy(err) {
			t.Error(err)
		}
	})
	<-entered
	close(leave)
	for range 4 {
		group.Go(func() {
			for range 50 {
				_, err := ev.EvalExpr(`builtins.foldl' builtins.add 0 (builtins.genList (x: x) 1000)`, "t", "/")
				if err != nil && !busy(err) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if _, err := ev.EvalExpr(`1`, "t", "/"); err != nil {
		t.Error(err)
	}
}

// What an API call makes is made also when the limits are reached.
func TestValuesAtTheLimit(t *testing.T) {
	ev := eval.New(eval.Options{Limits: eval.Limits{Memory: 1 << 20, Steps: 1}, Context: context.Background()})
	for range 100000 {
		ev.Delay(func() (eval.Value, error) { return eval.Int(1), nil })
	}
	ev.Set(map[string]eval.Value{"a": eval.Int(1)})
}
