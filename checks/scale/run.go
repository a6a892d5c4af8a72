package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// evaluateCommand is the argument that makes a process evaluate one program:
//
//	EXECUTABLE evaluate TIME MEMORY FILE
const evaluateCommand = "evaluate"

func evaluateMain(args []string) {
	limit, err := time.ParseDuration(args[0])
	if err != nil {
		fail(err)
	}
	memory, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		fail(err)
	}
	text, err := os.ReadFile(args[2])
	if err != nil {
		fail(err)
	}
	fmt.Println(evaluate(string(text), limit, memory))
	fmt.Fprintln(os.Stderr, "peak", peak())
}

// peak is the most memory that this process has used, in bytes. The usage that wait
// reports does not measure it: before exec, the child shared its parent's memory.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fail(err)
	}
	var kib int64
	for line := range strings.Lines(string(status)) {
		if n, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 && err == nil {
			return kib << 10
		}
	}
	fail(errors.New("/proc/self/status has no VmHWM"))
	return 0
}

// evaluate describes how an evaluation ended: with a value, or an error of some kind.
func evaluate(text string, limit time.Duration, memory int64) string {
	ev := eval.New(eval.Options{Limits: eval.Limits{Time: limit, Memory: memory}, Sources: tree(), Trace: func(string) {}})
	v, err := ev.EvalExpr(text, "«program»", "/src")
	if err == nil {
		var out string
		if out, err = ev.Print(v); err == nil {
			return "value: " + out[:min(len(out), 60)]
		}
	}
	var e *eval.Error
	if !errors.As(err, &e) {
		return "untyped error: " + err.Error()
	}
	var limited *eval.LimitError
	if errors.As(err, &limited) {
		return "limit: " + limited.Limit
	}
	msg := e.Msg
	return fmt.Sprintf("error of kind %d: %s", e.Kind, msg[:min(len(msg), 200)])
}

// tree is the source that programs may read: a few files below /src.
func tree() *source.FS {
	files := source.NewMemory()
	for i := range 100 {
		files.Add(fmt.Sprintf("many/file%d.nix", i), 0o644, []byte("x: x"))
	}
	files.Add("big.txt", 0o644, bytes.Repeat([]byte("0123456789abcdef"), 1<<18))
	files.Add("default.nix", 0o644, []byte("{ a = 1; }"))
	sources := &source.FS{}
	sources.Mount("/src", files)
	return sources
}

// bounds are the limits of an evaluation, and what its process may use. Its duration is
// the lesser of CPU time and wall time: other processes prolong the second, and garbage
// collection on several processors adds to the first.
type bounds struct {
	time     time.Duration
	memory   int64
	duration time.Duration
	rss      int64
}

type result struct {
	program   program
	outcome   string
	cpu, wall time.Duration
	rss       int64
	problem   string
}

// checkAll runs one of every programs of those that match, some at a time.
func checkAll(programs []program, every, jobs int, match *regexp.Regexp, b bounds, report func(result)) {
	todo := make(chan program)
	results := make(chan result)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for p := range todo {
				results <- check(p, b)
			}
		})
	}
	go func() {
		for i, p := range programs {
			if i%every == 0 && match.MatchString(p.name) {
				todo <- p
			}
		}
		close(todo)
		workers.Wait()
		close(results)
	}()
	for r := range results {
		report(r)
	}
}

// check evaluates a program in a process of its own.
func check(p program, b bounds) result {
	r := result{program: p}
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	file, err := os.CreateTemp("", "scale-*.nix")
	if err != nil {
		fail(err)
	}
	defer os.Remove(file.Name())
	if _, err := file.WriteString(p.text(p.n)); err != nil {
		fail(err)
	}
	file.Close()
	// On a busy machine, wall time only ends programs that hang.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, evaluateCommand, b.time.String(), strconv.FormatInt(b.memory, 10), file.Name())
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	begin := time.Now()
	err = cmd.Run()
	r.wall = time.Since(begin).Round(time.Millisecond)
	r.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond)
	r.outcome = strings.TrimSpace(out.String())
	if err == nil {
		if _, err := fmt.Sscanf(stderr.String(), "peak %d", &r.rss); err != nil {
			fail(fmt.Errorf("%s: no peak in %q", p.name, stderr.String()))
		}
	}
	switch {
	case err != nil:
		text := strings.TrimSpace(stderr.String())
		r.problem = err.Error() + ": " + text[:min(len(text), 300)]
	case strings.HasPrefix(r.outcome, "untyped"):
		r.problem = r.outcome
	case min(r.cpu, r.wall) > b.duration:
		r.problem = "took longer than " + b.duration.String()
	case r.rss > b.rss:
		r.problem = fmt.Sprintf("took more memory than %d MiB", b.rss>>20)
	}
	return r
}
