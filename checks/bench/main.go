// Command bench times whole processes side by side and prints their ratios.
// Absolute times depend on the machine; the ratio of two commands that ran in
// turn, pair by pair, much less so. It is run from the root of the repository:
//
//	go run ./checks/bench [-n RUNS]
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
}

func main() {
	runs := flag.Int("n", 15, "counted runs of each command")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int) error {
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
		{"insomnia version / Go hello", 1.5, []string{insomnia, "version"}, []string{hello}},
		{"floor / Go hello", 1.5, []string{floor, manifest}, []string{hello}},
		{"insomnia resolve .#coder / floor", 2.2, embedded, []string{floor, manifest}},
		{"insomnia resolve builtin:coder / floor", 0, []string{insomnia, "resolve", "builtin:coder"}, []string{floor, manifest}},
		{"insomnia resolve --manifest / floor", 0, []string{insomnia, "resolve", "--manifest", manifest}, []string{floor, manifest}},
		{"insomnia verify . / insomnia resolve .#coder", 0, []string{insomnia, "verify", "."}, embedded},
	}
	if _, err := exec.LookPath("nix"); err == nil {
		pairs = append(pairs,
			pair{"insomnia resolve .#coder / nix eval", 1. / 6, embedded, eval},
			pair{"… --evaluator nix / nix eval", 1.25, append(slices.Clone(embedded), "--evaluator", "nix"), eval},
		)
	}
	fmt.Printf("%-46s %9s %9s %7s %7s %7s %6s\n", "whole processes, median of "+fmt.Sprint(runs), "ours ms", "other ms", "ratio", "min", "max", "goal")
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
		a, err := once(ctx, p.ours)
		if err != nil {
			return err
		}
		b, err := once(ctx, p.baseline)
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
		goal = fmt.Sprintf("%.2f", p.goal)
	}
	fmt.Printf("%-46s %9.2f %9.2f %7.2f %7.2f %7.2f %6s\n", p.name,
		median(ours), median(baseline), median(ratios), slices.Min(ratios), slices.Max(ratios), goal)
	return nil
}

func once(ctx context.Context, argv []string) (milliseconds float64, err error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
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
