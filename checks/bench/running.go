package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// running times the start of an agent program, from the command to its exec, beyond what
// resolving the same profile takes, or beyond reading the Pod, in units of the floor.
// Everything runs in turn; minima count on a machine that does other things too.
func running(ctx context.Context, b *bench, runs int) error {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		fmt.Println("bubblewrap is not installed: no start of an agent program is timed")
		return nil
	}
	agent, err := b.build(ctx, "agent", "./checks/bench/agent", false)
	if err != nil {
		return err
	}
	h, bin, workspace := newHome(b, "running"), filepath.Join(b.dir, "bin"), filepath.Join(b.dir, "workspace")
	env := append(h.env(), "PATH="+bin, "HOME="+filepath.Join(b.dir, "home-running"), "BENCH_KEY=none", "XDG_RUNTIME_DIR="+filepath.Join(b.dir, "run"))
	for _, dir := range []string{bin, workspace, filepath.Join(b.dir, "run"), filepath.Join(b.dir, "home-running")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := os.Rename(agent, filepath.Join(bin, "claude")); err != nil {
		return err
	}
	if err := os.Symlink(bwrap, filepath.Join(bin, "bwrap")); err != nil {
		return err
	}
	call := func(argv ...string) (out string, from time.Time, took float64, err error) {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir, cmd.Env = workspace, append(os.Environ(), env...)
		var fault strings.Builder
		cmd.Stderr = &fault
		from = time.Now()
		data, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("%v: %w\n%s", argv, err, fault.String())
		}
		return string(data), from, milliseconds(time.Since(from)), err
	}
	// reached is when the program was reached; alone is what it takes by itself.
	reached := func(argv ...string) (float64, error) {
		out, from, _, err := call(argv...)
		if err != nil {
			return 0, err
		}
		at, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
		return milliseconds(time.Unix(0, at).Sub(from)), err
	}
	whole := func(argv ...string) (float64, error) { _, _, took, err := call(argv...); return took, err }
	if _, err := whole(b.insomnia, "secret", "bind", "anthropic.api.default", "env:BENCH_KEY", "--host", "api.anthropic.com"); err != nil {
		return err
	}
	print := []string{"--runtime", "claude-code", "--print", "--prompt", "x"}
	scenes := []struct {
		name string
		time func(i int) (float64, error)
	}{
		{"floor", func(int) (float64, error) { return whole(b.floor...) }},
		{"the program alone", func(int) (float64, error) { return reached(filepath.Join(bin, "claude")) }},
		{"resolve", func(int) (float64, error) { return whole(b.insomnia, "resolve", "builtin:coder") }},
		{"pod resume --dry-run", func(int) (float64, error) { return whole(b.insomnia, "pod", "resume", "--dry-run", "run-0") }},
		{"pod new, to the program", func(i int) (float64, error) {
			name := fmt.Sprintf("run-%d", i)
			if i > 1 {
				if _, err := whole(b.insomnia, "pod", "rm", "--yes", fmt.Sprintf("run-%d", i-1)); err != nil {
					return 0, err
				}
			}
			return reached(append([]string{b.insomnia, "pod", "new", "builtin:coder", "--name", name}, print...)...)
		}},
		{"pod resume, to the program", func(int) (float64, error) {
			return reached(append([]string{b.insomnia, "pod", "resume", "run-0"}, print...)...)
		}},
	}
	times := make([][]float64, len(scenes))
	order := []int{4, 0, 1, 2, 3, 5} // the first Pod is the one that is resumed
	for i := range runs + 1 {
		for _, k := range order {
			took, err := scenes[k].time(i)
			if err != nil {
				return fmt.Errorf("%s: %w", scenes[k].name, err)
			}
			if i > 0 {
				times[k] = append(times[k], took)
			}
		}
	}
	least := func(k int) float64 { return slices.Min(times[k]) }
	floor, alone := least(0), least(1)
	fmt.Printf("%-52s %9s %9s %7s %6s\n", "to the exec of the program, minima of "+fmt.Sprint(runs), "ours ms", "other ms", "floors", "goal")
	for _, c := range []struct {
		name        string
		ours, other int
	}{{"pod new, beyond resolve", 4, 2}, {"pod resume, beyond --dry-run", 5, 3}} {
		ours := least(c.ours) - alone
		fmt.Printf("%-52s %9.2f %9.2f %7.2f %6.1f\n", c.name, ours, least(c.other), (ours-least(c.other))/floor, 3.0)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
