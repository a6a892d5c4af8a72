package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"time"
)

const (
	// enough is how much CPU time ends a series of sizes.
	enough = 250 * time.Millisecond
	// least is the shortest time that counts as more than noise, in addition to that of a
	// small program.
	least = 25 * time.Millisecond
	// tolerance is how much larger the exponent may be than with Nix, for noise.
	tolerance = 0.4
	// factor is between two sizes.
	factor = 4
	steps  = 8
)

// growth times each dimension at growing sizes with both evaluators and prints
// the exponents of the last step. It returns how many grow faster than with Nix.
func growth(match *regexp.Regexp) int {
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	ours := func(file string) []string { return []string{self, evaluateCommand, "60s", "8589934592", file} }
	theirs := func(file string) []string { return []string{"nix-instantiate", "--eval", "--strict", file} }
	// What asks for the closure of a derivation needs a store that it is written to.
	store, err := os.MkdirTemp("", "scale-store-")
	if err != nil {
		fail(err)
	}
	defer os.RemoveAll(store)
	theirsWriting := func(file string) []string {
		return []string{"env", "NIX_REMOTE=local?root=" + store, "NIX_CONFIG=build-users-group =\nsubstituters =", "nix-instantiate", "--eval", "--strict", "--read-write-mode", file}
	}
	small := scaled{text: `1`}
	ourStart, theirStart := measure(ours, small, 1), measure(theirs, small, 1)
	bad := 0
	for _, e := range dimensions {
		if e.n == 0 || !match.MatchString(e.name) {
			continue
		}
		a, b := series(ours, e, ourStart, enough), series(theirs, e, theirStart, enough)
		theirs := theirs
		if b.n == 0 {
			theirs = theirsWriting
			b = series(theirs, e, theirStart, enough)
		}
		faster := func() bool { return a.exponent > b.exponent+tolerance && a.exponent > 1.3 }
		if faster() { // or what is small hides how it grows
			a, b = series(ours, e, ourStart, 6*enough), series(theirs, e, theirStart, 6*enough)
		}
		verdict := ""
		if faster() {
			verdict = "  GROWS FASTER"
			bad++
		}
		fmt.Printf("%-40s ours %4.1f (%v at %d)  nix %4.1f (%v at %d)%s\n", e.name, a.exponent, a.last, a.n, b.exponent, b.last, b.n, verdict)
	}
	fmt.Printf("%d grow faster than with Nix\n", bad)
	return bad
}

// rate is the exponent between the last two sizes, and the time of the last.
type rate struct {
	exponent float64
	last     time.Duration
	n        int
}

// series measures at growing sizes until one takes long.
func series(command func(file string) []string, e scaled, start, long time.Duration) rate {
	var before time.Duration
	r := rate{}
	for i, n := 0, e.n; i < steps; i, n = i+1, n*factor {
		took := measure(command, e, n)
		if took < 0 {
			break // it ends with an error from here on
		}
		took = max(took-start, 0)
		if before > least {
			r.exponent = math.Log(float64(took)/float64(before)) / math.Log(factor)
		}
		r.last, r.n = took.Round(time.Millisecond), n
		if took > long {
			break
		}
		before = took
	}
	return r
}

// measure is the CPU time that evaluating a program takes, or -1 where it fails.
func measure(command func(file string) []string, e scaled, n int) time.Duration {
	file, err := os.CreateTemp("", "scale-*.nix")
	if err != nil {
		fail(err)
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(prelude + e.at(n)); err != nil {
		fail(err)
	}
	file.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args := command(file.Name())
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var out bytes.Buffer
	cmd.Stdout = &out
	cmd.Env = append(os.Environ(), "NIX_CONFIG=substituters =", "NIX_REMOTE=dummy://")
	if err := cmd.Run(); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("value")) && !slices.Contains(args, "nix-instantiate") {
		return -1
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
