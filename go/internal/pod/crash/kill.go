package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/pod"
)

const (
	writers = 3
	// A writer is killed at a random moment within this time after its start.
	longestLife = 60 * time.Millisecond
)

// kill runs cycles of three writers that it kills. After each cycle, it checks the store
// against what they have acknowledged.
func kill(ctx context.Context, out io.Writer, cycles int, seed uint64, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(dir, "insomnia-crash-")
	if err != nil {
		return err
	}
	k := killing{self: self, dir: filepath.Join(work, "insomnia", "pods"), random: rand.New(rand.NewPCG(seed, 0)), ledger: ledger{}}
	began, told := time.Now(), time.Now()
	for cycle := 1; cycle <= cycles; cycle++ {
		err := k.cycle(ctx)
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), os.RemoveAll(work))
		}
		if err != nil {
			// Keep the store for inspection.
			return fmt.Errorf("seed %d, cycle %d, the store is in %s: %w", seed, cycle, k.dir, err)
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			fmt.Fprintf(out, "%d cycles of %d, %s\n", cycle, cycles, k.summary(began))
		}
	}
	fmt.Fprintf(out, "kill -9: %d cycles, %s: 0 lost, 0 corrupt\n", cycles, k.summary(began))
	return os.RemoveAll(work)
}

type killing struct {
	self, dir string
	random    *rand.Rand
	ledger    ledger

	acknowledged, half, reads int
}

func (k *killing) summary(began time.Time) string {
	return fmt.Sprintf("%d changes acknowledged, %d leftovers swept or to be swept, %d reads meanwhile, %.0f s",
		k.acknowledged, k.half, k.reads, time.Since(began).Seconds())
}

func (k *killing) cycle(ctx context.Context) error {
	lines := make(chan said, 1000)
	var running sync.WaitGroup
	failures := make([]error, writers)
	for i := range writers {
		seed, life := k.random.Uint64(), time.Duration(k.random.Int64N(int64(longestLife)))
		running.Go(func() { failures[i] = runWriter(ctx, k.self, k.dir, seed, life, lines) })
	}
	go func() { running.Wait(); close(lines) }()

	// A reader must see a consistent store while others write and die.
	reading, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- k.read(reading) }()
	acks, removing := ledger{}, map[string]bool{}
	var failed error
	for line := range lines {
		switch {
		case line.Failed != "":
			failed = fmt.Errorf("a writer failed: %s", line.Failed)
		case line.Removing != "":
			removing[line.Removing] = true
		case line.Pod != "":
			k.acknowledged++
			acks.note(line)
		}
	}
	close(reading)
	if err := <-done; err != nil {
		return fmt.Errorf("read meanwhile: %w", err)
	}
	for _, err := range failures {
		if err != nil {
			failed = err
		}
	}
	if failed != nil {
		return failed
	}
	left, err := filepath.Glob(filepath.Join(k.dir, ".[nr]e*"))
	if err != nil {
		return err
	}
	k.half += len(left)
	return k.ledger.hold(pod.Open(k.dir), acks, removing)
}

// read reads everything in a loop.
func (k *killing) read(stop <-chan struct{}) error {
	store := pod.Open(k.dir)
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		pods, damaged, err := store.List()
		if err != nil {
			return err
		}
		if len(damaged) > 0 {
			return damaged[0].Err
		}
		for _, p := range pods {
			if _, err := store.Envelope(p, 0); err != nil && !gone(err) {
				return err
			}
			k.reads++
		}
		time.Sleep(time.Millisecond)
	}
}

// runWriter starts a writer, forwards its lines, and kills it.
func runWriter(ctx context.Context, self, dir string, seed uint64, life time.Duration, lines chan<- said) error {
	cmd := exec.CommandContext(ctx, self, writerCommand, dir, strconv.FormatUint(seed, 10))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	text := bufio.NewScanner(stdout)
	text.Buffer(nil, 1<<20)
	for text.Scan() {
		var line said
		if json.Unmarshal(text.Bytes(), &line) != nil {
			continue // cut off by the kill, so not acknowledged
		}
		if line.Did == "ready" {
			time.AfterFunc(life, func() { _ = cmd.Process.Kill() })
		}
		lines <- line
	}
	_ = cmd.Wait()
	if stderr.Len() > 0 && ctx.Err() == nil {
		return fmt.Errorf("a writer failed: %s", stderr.String())
	}
	return nil
}
