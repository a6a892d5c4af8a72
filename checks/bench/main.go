// Command bench times whole processes side by side and prints their ratios.
// Absolute times depend on the machine; the ratio of two commands that ran in
// turn, pair by pair, much less so. It is run from the root of the repository:
//
//	go run ./checks/bench [-n RUNS] [-lib DIR]
//
// DIR is a checkout of nix-community/nixpkgs.lib, for timing evalModules. To
// compare with another Nix: checks/nix-version sid go run ./checks/bench.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

// pair is two commands that are compared; goal is the ratio that is aimed at, 0 for none.
type pair struct {
	name     string
	goal     float64
	ours     []string
	baseline []string
	dir      string       // where both run; empty: here
	before   func() error // runs before each command; nil for nothing
}

func compare(name string, goal float64, ours, baseline []string) pair {
	return pair{name: name, goal: goal, ours: ours, baseline: baseline}
}

func main() {
	runs := flag.Int("n", 15, "counted runs of each command")
	nixpkgsLib := flag.String("lib", "", "a checkout of nix-community/nixpkgs.lib")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *runs, *nixpkgsLib); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, nixpkgsLib string) error {
	dir, err := os.MkdirTemp("", "insomnia-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	insomnia := filepath.Join(dir, "insomnia")
	hello := filepath.Join(dir, "hello")
	floor := filepath.Join(dir, "floor")
	helloSource := filepath.Join(dir, "hello.go")
	source := "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"hello\\n\") }\n"
	if err := os.WriteFile(helloSource, []byte(source), 0o600); err != nil {
		return err
	}
	for _, build := range [][]string{
		{"go", "build", "-o", insomnia, "./go/cmd/insomnia"},
		{"go", "build", "-o", hello, helloSource},
		{"go", "build", "-o", floor, "./checks/bench/floor"},
	} {
		if out, err := exec.CommandContext(ctx, build[0], build[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", build, err, out)
		}
	}
	resolved, err := exec.CommandContext(ctx, insomnia, "resolve", ".#coder").Output()
	if err != nil {
		return fmt.Errorf("resolving .#coder: %w", err)
	}
	manifest := filepath.Join(dir, "coder.json")
	if err := os.WriteFile(manifest, resolved, 0o600); err != nil {
		return err
	}

	eval := []string{
		"nix", "--extra-experimental-features", "nix-command flakes",
		"eval", "--json", "--no-write-lock-file", ".#insomniaProfiles.coder.manifest",
	}
	embedded := []string{insomnia, "resolve", ".#coder"}
	pairs := []pair{
		compare("insomnia version / Go hello", 1.5, []string{insomnia, "version"}, []string{hello}),
		compare("floor / Go hello", 1.5, []string{floor, manifest}, []string{hello}),
		compare("insomnia resolve .#coder / floor", 2.2, embedded, []string{floor, manifest}),
		compare("insomnia resolve builtin:coder / floor", 0, []string{insomnia, "resolve", "builtin:coder"}, []string{floor, manifest}),
		compare("insomnia resolve --manifest / floor", 0, []string{insomnia, "resolve", "--manifest", manifest}, []string{floor, manifest}),
		// Nine profiles; each further one may cost a quarter of a single run.
		compare("insomnia verify . / insomnia resolve .#coder", 1+8*0.25, []string{insomnia, "verify", "."}, embedded),
	}
	if _, err := exec.LookPath("nix"); err == nil {
		large, edit, err := largeRepository(ctx, dir)
		if err != nil {
			return err
		}
		afterEdit := compare("… after an edit among 10,000 files / nix eval", 1./40, embedded, eval)
		afterEdit.dir, afterEdit.before = large, edit
		pairs = append(pairs,
			compare("insomnia resolve .#coder / nix eval", 1./6, embedded, eval),
			compare("… --evaluator nix / nix eval", 1.25, append(slices.Clone(embedded), "--evaluator", "nix"), eval),
			afterEdit,
		)
		if nixpkgsLib != "" {
			modules, err := modulesPair(ctx, dir, nixpkgsLib)
			if err != nil {
				return err
			}
			pairs = append(pairs, modules)
		}
	}
	fmt.Printf("%-48s %9s %9s %7s %7s %7s %6s\n", "whole processes, median of "+fmt.Sprint(runs), "ours ms", "other ms", "ratio", "min", "max", "goal")
	for _, p := range pairs {
		if err := p.measure(ctx, runs); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// measure runs the two commands in turn and prints the medians and the ratio pair by pair.
func (p pair) measure(ctx context.Context, runs int) error {
	var ours, baseline, ratios []float64
	for i := range runs + 1 {
		a, err := p.once(ctx, p.ours)
		if err != nil {
			return err
		}
		b, err := p.once(ctx, p.baseline)
		if err != nil {
			return err
		}
		if i == 0 { // the first pair warms the caches
			continue
		}
		ours, baseline, ratios = append(ours, a), append(baseline, b), append(ratios, a/b)
	}
	goal := "-"
	if p.goal > 0 {
		goal = fmt.Sprintf("%.3f", p.goal)
	}
	fmt.Printf("%-48s %9.2f %9.2f %7.3f %7.3f %7.3f %6s\n", p.name,
		median(ours), median(baseline), median(ratios), slices.Min(ratios), slices.Max(ratios), goal)
	return nil
}

func (p pair) once(ctx context.Context, argv []string) (milliseconds float64, err error) {
	if p.before != nil {
		if err := p.before(); err != nil {
			return 0, err
		}
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = p.dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%v: %w\n%s", argv, err, stderr.Bytes())
	}
	return float64(time.Since(start).Microseconds()) / 1000, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
