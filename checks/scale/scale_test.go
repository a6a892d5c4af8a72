package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == evaluateCommand {
		evaluateMain(os.Args[2:])
		return
	}
	os.Exit(m.Run())
}

// TestEveryBuiltin makes sure that each builtin is called with every value.
func TestEveryBuiltin(t *testing.T) {
	called := make(map[string]bool)
	for _, c := range calls {
		called[c.subject] = true
	}
	for _, name := range []string{"true", "false", "null", "builtins", "langVersion", "nixVersion", "nixPath", "storeDir"} {
		called[name] = true
	}
	for _, name := range eval.Builtins() {
		if !called[name] {
			t.Errorf("no program calls builtins.%s", name)
		}
	}
}

// TestPrograms makes sure that all programs are distinct, and that the small ones are programs.
func TestPrograms(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range hostile() {
		if seen[p.name] {
			t.Errorf("there are two programs %s", p.name)
		}
		seen[p.name] = true
	}
	if len(seen) < 3000 {
		t.Errorf("there are %d programs", len(seen))
	}
	for _, e := range dimensions {
		if out := evaluate(prelude+e.at(10), 10*time.Second, 1<<30); strings.Contains(out, "kind 8") || strings.Contains(out, "undefined variable") {
			t.Errorf("%s: %s", e.name, out)
		}
	}
}

// TestLimits evaluates some of the programs; go run ./checks/scale limits evaluates all.
func TestLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	b := bounds{time: 200 * time.Millisecond, memory: 64 << 20, duration: 2 * time.Second, rss: 384 << 20}
	checkAll(hostile(), 41, 2, regexp.MustCompile(""), b, func(r result) {
		if r.problem != "" {
			t.Errorf("%s: %s (cpu %v, wall %v, %d MiB: %s)", r.program.name, r.problem, r.cpu, r.wall, r.rss>>20, r.outcome)
		}
	})
}
