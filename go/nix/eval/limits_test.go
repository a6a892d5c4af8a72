package eval_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// reached returns the limit that an evaluation ends at; empty for none.
func reached(t *testing.T, ev *eval.Evaluator, expr string) string {
	t.Helper()
	_, err := ev.EvalExpr(expr, "t", "/")
	var limit *eval.LimitError
	if err != nil && !errors.As(err, &limit) {
		t.Errorf("%.60s: %v", expr, err)
	}
	if limit == nil {
		return ""
	}
	return limit.Limit
}

// What is freed again does not count, however much it is.
func TestGarbageIsNotHeld(t *testing.T) {
	for name, expr := range map[string]string{
		"lists":   `builtins.length (builtins.foldl' (a: x: [ x ] ++ a) [ ] (builtins.genList (x: x) 12000))`,
		"strings": `builtins.stringLength (builtins.foldl' (a: x: "0123456789abcdef" + a) "" (builtins.genList (x: x) 12000))`,
		"sets":    `builtins.length (builtins.attrNames (builtins.foldl' (a: x: { ${toString x} = x; } // a) { } (builtins.genList (x: x) 8000)))`,
		"thunks":  `builtins.foldl' (a: x: a + builtins.length (map (y: y + 1) (builtins.genList (y: y) 1000))) 0 (builtins.genList (x: x) 3000)`,
	} {
		ev := eval.New(eval.Options{Limits: eval.Limits{Memory: 128 << 20}})
		if limit := reached(t, ev, expr); limit != "" {
			t.Errorf("%s: the limit %s was reached", name, limit)
		}
		if n := ev.Charged(); n < 256<<20 {
			t.Errorf("%s: only %d bytes were allocated in all", name, n)
		}
	}
}

// What is held does, and a large request is refused before it is made.
func TestHeldMemory(t *testing.T) {
	const most = 128 << 20
	for name, expr := range map[string]string{
		"a list":           `builtins.length (builtins.genList (x: x) 1000000000)`,
		"a list of maxint": `builtins.length (builtins.genList (x: x) 9223372036854775807)`,
		"many lists":       `let f = l: n: if n == 0 then l else f [ (builtins.genList (x: x) 100000) l ] (n - 1); in builtins.deepSeq (f [ ] 500) 1`,
		"a string":         `let f = s: n: if n == 0 then s else f (s + s) (n - 1); in builtins.stringLength (f "aaaaaaaa" 31)`,
		"many strings":     `builtins.deepSeq (builtins.genList (i: builtins.concatStringsSep (toString i) (builtins.genList (x: "0123456789") 10000)) 5000) 1`,
		"thunks":           `let f = n: [ n ] ++ (if n == 0 then [ ] else map (x: [ x x ]) (builtins.genList (x: n) 100000)); l = builtins.genList f 100; in builtins.deepSeq l 1`,
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		ev := eval.New(eval.Options{Limits: eval.Limits{Memory: most}})
		if limit := reached(t, ev, expr); limit != "memory" {
			t.Errorf("%s: reached the limit %q", name, limit)
		}
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 3*most {
			t.Errorf("%s: the heap grew by %d MiB", name, grown>>20)
		}
		if _, err := ev.EvalExpr(`1 + 1`, "t", "/"); err != nil {
			t.Errorf("%s: afterwards: %v", name, err)
		}
	}
}

// One that takes little is not refused for what another takes.
func TestNeighbours(t *testing.T) {
	var wait sync.WaitGroup
	stop, cancel := context.WithCancel(t.Context())
	for range 2 {
		wait.Go(func() {
			for stop.Err() == nil {
				ev := eval.New(eval.Options{Limits: eval.Limits{Memory: 256 << 20}, Context: stop})
				_, err := ev.EvalExpr(`builtins.deepSeq (map (x: [ x x ]) (builtins.genList (x: x) 2000000)) 1`, "t", "/")
				if err != nil && stop.Err() == nil && !strings.Contains(err.Error(), "memory") {
					t.Error(err)
				}
			}
		})
	}
	for range 4 {
		ev := eval.New(eval.Options{Limits: eval.Limits{Memory: 256 << 20}})
		if limit := reached(t, ev, `builtins.length (builtins.concatMap (x: [ x (x + 1) ]) (builtins.genList (x: x) 200000))`); limit != "" {
			t.Errorf("a small evaluation reached the limit %s", limit)
		}
	}
	cancel()
	wait.Wait()
}

// Steps are the same on every run, and end an evaluation whatever the clock says.
func TestSteps(t *testing.T) {
	const expr = `builtins.foldl' (a: x: a + x) 0 (builtins.genList (x: x) 10000)`
	steps := func() int64 {
		ev := eval.New(eval.Options{})
		if limit := reached(t, ev, expr); limit != "" {
			t.Fatal(limit)
		}
		return ev.Steps()
	}
	n := steps()
	if again := steps(); n != again || n < 10000 {
		t.Errorf("took %d steps, then %d", n, again)
	}
	for most, want := range map[int64]string{n: "", n - 1: "steps", 1: "steps", n + 1: ""} {
		ev := eval.New(eval.Options{Limits: eval.Limits{Steps: most}})
		if limit := reached(t, ev, expr); limit != want {
			t.Errorf("%d of %d steps: reached the limit %q", most, n, limit)
		}
		if want == "" {
			continue
		}
		if limit := reached(t, ev, `map (x: x) (builtins.genList (x: x) 1)`); limit != "steps" {
			t.Errorf("evaluation goes on after its last step: %q", limit)
		}
		ev.Renew(t.Context())
		if limit := reached(t, ev, `1 + 1`); limit != "" {
			t.Errorf("after Renew: %q", limit)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	const endless = `let f = a: x: builtins.foldl' (a: x: a + x) 0 (builtins.genList (x: x) 1000); in builtins.foldl' f 0 (builtins.genList (x: x) 10000000)`
	ev := eval.New(eval.Options{Limits: eval.Limits{Time: 50 * time.Millisecond, Memory: 8 << 30}})
	begun := time.Now()
	if limit := reached(t, ev, endless); limit != "time" {
		t.Errorf("reached the limit %q", limit)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

// Reading a text counts too: what it takes, and the time.
func TestLargeTexts(t *testing.T) {
	for name, text := range map[string]string{
		"open lists": strings.Repeat("[", 4<<20),
		"a list":     "[" + strings.Repeat("1 ", 4<<20) + "]",
		"names":      "[" + strings.Repeat("a.b ", 5<<19) + "]",
		"strings":    "[" + strings.Repeat(`"" `, 5<<19) + "]",
	} {
		ev := eval.New(eval.Options{Limits: eval.Limits{Memory: 64 << 20}})
		// Lists that never end may nest too deeply before they take much.
		if name != "open lists" {
			if limit := reached(t, ev, text); limit != "memory" {
				t.Errorf("%s: reached the limit %q", name, limit)
			}
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if limit := reached(t, eval.New(eval.Options{Context: stopped}), text); limit != "cancelled" {
			t.Errorf("%s: is read to its end", name)
		}
	}
}

// The parts of flake references are read by code that does not look at the limits.
func TestLongAddresses(t *testing.T) {
	const long = `let s = builtins.concatStringsSep "" (builtins.genList (n: "0123456789abcdef") 131072); in `
	for _, call := range []string{
		`builtins.fetchGit s`, `builtins.fetchGit { url = s; }`, `builtins.fetchTree s`, `builtins.fetchTree { type = "git"; url = s; }`,
		`builtins.parseFlakeRef s`, `builtins.flakeRefToString { type = "git"; url = s; }`, `builtins.getFlake s`,
	} {
		_, err := eval.New(eval.Options{}).EvalExpr(long+call, "test", "/")
		if err == nil || !strings.Contains(err.Error(), "2097152 bytes in one part") {
			t.Errorf("%s: got %.200v", call, err)
		}
	}
}

// A failure far down keeps a bounded part of the messages on the way.
func TestMessagesOnTheWay(t *testing.T) {
	const text = `let
  large = builtins.concatStringsSep "" (builtins.genList (n: "0123456789abcdef") 6250);
  f = n: if n == 0 then throw "here" else builtins.addErrorContext "${toString n} ${large}" (f (n - 1));
in f 500`
	_, err := eval.New(eval.Options{}).EvalExpr(text, "test", "/")
	var e *eval.Error
	if !errors.As(err, &e) || e.Msg != "here" {
		t.Fatalf("got %.200v", err)
	}
	total, last := 0, ""
	for _, frame := range e.Trace {
		total += len(frame.Msg)
		if frame.Context {
			last = frame.Msg
		}
	}
	if total > 2<<20 || last != "(left out: 489 further messages of addErrorContext)" {
		t.Errorf("%d bytes of messages, the last one %.80q", total, last)
	}
}
