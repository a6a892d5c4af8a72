package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// What the embedded evaluator may take of what nix-instantiate takes.
const (
	cpuGoal  = 1.2
	peakGoal = 1.5
)

// engineCase is a Nix program that both evaluators run. LIB and DIR in its text are
// replaced by the library of nixpkgs and the directory of the benchmark.
type engineCase struct{ name, text string }

var engineCases = []engineCase{
	{"start", `1`},
	{"fib 25", `let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 25`},
	{"foldl' 1e6", `builtins.foldl' (sum: n: sum + n) 0 (builtins.genList (n: n) 1000000)`},
	{"merge 100,000 attributes", `
let
  set = prefix: builtins.listToAttrs (builtins.genList (n: { name = "${prefix}${toString n}"; value = n; }) 100000);
in builtins.length (builtins.attrNames (set "a" // set "b"))`},
	{"merge in a loop, 3,000", `
builtins.length (builtins.attrNames (builtins.foldl' (set: n: set // { "a${toString n}" = n; }) { } (builtins.genList (n: n) 3000)))`},
	{"strings", `
builtins.stringLength (builtins.concatStringsSep "," (builtins.genList (n: "item ${toString n}: " + toString (n * 2)) 200000))`},
	{"strings, + in a loop", `
builtins.stringLength (builtins.foldl' (text: n: text + "item ${toString n}") "" (builtins.genList (n: n) 10000))`},
	{"sort 1e5", `
builtins.elemAt (builtins.sort (a: b: a < b) (builtins.genList (n: n * 7919 - (n * 7919 / 100003) * 100003) 100000)) 5000`},
	{"sort 1e5, builtins.lessThan", `
builtins.elemAt (builtins.sort builtins.lessThan (builtins.genList (n: n * 7919 - (n * 7919 / 100003) * 100003) 100000)) 5000`},
	{"evalModules 100", `import ./modules.nix { lib = import LIB; }`},
	{"evalModules 100, 50 times", `
let config = import ./modules.nix; lib = import LIB; in map (n: (config { inherit lib; })."option${toString n}") (lib.range 1 50)`},
	{"deep recursion", `let sum = n: if n == 0 then 0 else n + sum (n - 1); in sum 9000`},
	{"deep recursion, 50 times", `
let sum = n: if n == 0 then 0 else n + sum (n - 1); in builtins.genList (n: sum (9000 + n)) 50`},
	{"JSON 9 MB", `builtins.length (builtins.fromJSON (builtins.readFile ./data.json))`},
	{"split 1 MB", `builtins.length (builtins.split "[,;] *" (builtins.readFile ./words.txt))`},
	{"misc.nix", `import (LIB + "/tests/misc.nix")`},
}

// jsonData writes about 9 MB of JSON.
func jsonData(w io.Writer) {
	for n := range 75000 {
		fmt.Fprintf(w, `%c{"id": %d, "name": "item number %d", "price": %d.5, "tags": ["red", "tag %d"], "stock": {"here": true, "count": %d}}`,
			"[,"[min(n, 1)], n, n, n, n%100, n*3)
	}
	fmt.Fprint(w, "]")
}

// words writes 1 MB of words with commas between them.
func words(w io.Writer) {
	for n := range 90000 {
		fmt.Fprintf(w, "word%d, ", n)
	}
}

// used is the resource usage of a process.
type used struct{ cpu, peak float64 } // milliseconds, MB

// engine compares the embedded evaluator with nix-instantiate; only the cases of
// which the name has one of some parts, or all.
func engine(ctx context.Context, runs int, b *bench, only []string) error {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		return err
	}
	ours, err := b.build(ctx, "nixeval", "./checks/nixeval", false)
	if err != nil {
		return err
	}
	if err := writeEngineFiles(b.dir); err != nil {
		return err
	}
	version, err := exec.CommandContext(ctx, nix, "--version").Output()
	if err != nil {
		return err
	}
	fmt.Printf("The embedded evaluator beside %s, median of %d\n", strings.TrimSpace(string(version)), runs)
	fmt.Printf("%-30s %9s %9s %7s  %9s %9s %7s\n", "", "CPU ms", "Nix", "ratio", "peak MB", "Nix", "ratio")
	above := 0
	for i, c := range engineCases {
		if len(only) > 0 && !slices.ContainsFunc(only, func(part string) bool { return strings.Contains(c.name, part) }) {
			continue
		}
		if b.nixpkgsLib == "" && strings.Contains(c.text, "LIB") {
			fmt.Printf("%-30s needs -lib\n", c.name)
			continue
		}
		text := strings.ReplaceAll(c.text, "LIB", filepath.Join(b.nixpkgsLib, "lib"))
		file := filepath.Join(b.dir, fmt.Sprintf("case%d.nix", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		x, y, err := alternate(ctx, runs, []string{ours, file}, []string{nix, "--eval", "--strict", "--json", file})
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		mark := ""
		if x.cpu > cpuGoal*y.cpu || x.peak > peakGoal*y.peak {
			mark, above = " *", above+1
		}
		fmt.Printf("%-30s %9.1f %9.1f %7.2f  %9.1f %9.1f %7.2f%s\n", c.name, x.cpu, y.cpu, x.cpu/y.cpu, x.peak, y.peak, x.peak/y.peak, mark)
	}
	fmt.Printf("%d above %.1f × CPU or %.1f × peak memory\n", above, cpuGoal, peakGoal)
	return nil
}

func writeEngineFiles(dir string) error {
	modules, err := os.ReadFile("checks/bench/modules.nix")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "modules.nix"), modules, 0o600),
		stream(filepath.Join(dir, "data.json"), jsonData),
		stream(filepath.Join(dir, "words.txt"), words),
	)
}

// stream writes a file without holding it in memory, which would count for
// what the commands take (see usage).
func stream(file string, write func(io.Writer)) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	write(w)
	return errors.Join(w.Flush(), f.Close())
}

// alternate runs two commands in turn, and returns the medians of each. They
// have to print the same.
func alternate(ctx context.Context, runs int, a, b []string) (x, y used, err error) {
	var all [2][]used
	for i := range runs + 1 {
		var out [2]string
		for k, argv := range [][]string{a, b} {
			u, text, err := usage(ctx, argv)
			if err != nil {
				return x, y, err
			}
			if i > 0 { // the first pair warms the caches
				all[k] = append(all[k], u)
			}
			out[k] = strings.TrimSpace(text)
		}
		if out[0] != out[1] {
			return x, y, fmt.Errorf("the results differ: %.100s and %.100s", out[0], out[1])
		}
	}
	middle := func(of []used) used {
		var cpu, peak []float64
		for _, u := range of {
			cpu, peak = append(cpu, u.cpu), append(peak, u.peak)
		}
		return used{median(cpu), median(peak)}
	}
	return middle(all[0]), middle(all[1]), nil
}

// usage runs a command. Its peak is never below this program's own, since the process
// starts as a copy of it.
func usage(ctx context.Context, argv []string) (used, string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "NIX_REMOTE=dummy://", "NIX_CONFIG=substituters =", "NIX_PATH=")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return used{}, "", fmt.Errorf("%v: %w\n%s", argv, err, stderr.String())
	}
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	rusage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return used{cpu: float64(took) / float64(time.Millisecond), peak: float64(rusage.Maxrss) / 1024}, stdout.String(), nil
}
