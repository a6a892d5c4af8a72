// Command bench times whole processes side by side and prints their ratios.
// Absolute times depend on the machine; the ratio of two commands that ran in
// turn, pair by pair, much less so. It is run from the root of the repository:
//
//	go run ./checks/bench [-n RUNS] [-pods PODS] [-lib DIR] [engine [CASE]...|running|ratios]
//
// DIR is a checkout of nixpkgs or of nix-community/nixpkgs.lib, for timing evalModules. To
// compare with another Nix: checks/nix-version sid go run ./checks/bench. With engine, only
// the embedded evaluator is compared, in CPU time and peak memory, with nix-instantiate.
// With running, only the start of an agent program is timed. With ratios, resolving is
// timed against other programs that answer the same question, and the table is written to
// docs/performance.md.
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

// pair is a command and the commands that it is compared with, one after the
// other; goal is the ratio that is aimed at, 0 for none.
type pair struct {
	name     string
	goal     float64
	ours     []string
	baseline [][]string
	dir      string       // where all run; empty: here
	env      []string     // in addition to the environment
	before   func() error // runs before each command; nil for nothing
}

func compare(name string, goal float64, ours []string, baseline ...[]string) pair {
	return pair{name: name, goal: goal, ours: ours, baseline: baseline}
}

func main() {
	runs := flag.Int("n", 15, "counted runs of each command")
	pods := flag.Int("pods", 1000, "Pods that are listed; 0 leaves these scenes out")
	nixpkgsLib := flag.String("lib", "", "a checkout of nix-community/nixpkgs.lib")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *runs, &bench{pods: *pods, nixpkgsLib: *nixpkgsLib}, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, b *bench, part []string) error {
	if len(part) == 3 && part[0] == nixPart {
		return nixRatios(ctx, runs, part[1], part[2])
	}
	if len(part) > 0 && part[0] != "engine" && part[0] != "running" && part[0] != "ratios" {
		return fmt.Errorf("unknown part: %s", part[0])
	}
	dir, err := os.MkdirTemp("", "insomnia-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	if b.nixpkgsLib != "" {
		if b.nixpkgsLib, err = filepath.Abs(b.nixpkgsLib); err != nil {
			return err
		}
	}
	if len(part) > 0 && part[0] == "engine" {
		return engine(ctx, runs, b, part[1:])
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if len(part) > 0 && part[0] == "ratios" {
		return ratios(ctx, b, runs)
	}
	if len(part) > 0 {
		return running(ctx, b, runs)
	}
	fmt.Printf("%-52s %9s %9s %7s %7s %7s %6s\n", "whole processes, median of "+fmt.Sprint(runs), "ours ms", "other ms", "ratio", "min", "max", "goal")
	for _, scenes := range []func(context.Context, *bench) ([]pair, error){startScenes, resolveScenes, podScenes, secretScenes, nixScenes} {
		pairs, err := scenes(ctx, b)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if err := p.measure(ctx, runs); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	return running(ctx, b, runs)
}

// measure runs the commands in turn and prints the medians and the ratio pair by pair.
func (p pair) measure(ctx context.Context, runs int) error {
	var ours, baseline, ratios []float64
	for i := range runs + 1 {
		a, err := p.once(ctx, p.ours)
		if err != nil {
			return err
		}
		b := 0.0
		for _, argv := range p.baseline {
			ms, err := p.once(ctx, argv)
			if err != nil {
				return err
			}
			b += ms
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
	fmt.Printf("%-52s %9.2f %9.2f %7.3f %7.3f %7.3f %6s\n", p.name,
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
	cmd.Env = append(os.Environ(), p.env...)
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
