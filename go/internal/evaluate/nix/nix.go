// Package nix evaluates with the installed Nix, a subprocess that is guarded.
//
// Every call gets a scrubbed environment, null on standard input, a process
// group of its own that is killed at the deadline and on interruption, and caps
// on what it may print. Its standard output counts only when it exits with 0.
// Evaluation has no network: what must be downloaded is fetched first, by a
// call that evaluates nothing of the profile (Call.Network).
//
// Units: sizes are bytes. Errors are *evaluate.Failure when an evaluation failed,
// and *diag.Error for everything else (Nix missing, too old, without its store).
// What Nix writes on standard error is understood here and nowhere else.
package nix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
)

const (
	// FetchTimeout bounds a call as a whole, downloads included.
	FetchTimeout = 10 * time.Minute

	maxStdout = 16 << 20
	maxStderr = 1 << 20
	// waitDelay is how long a pipe may stay open after the process is gone.
	waitDelay = 500 * time.Millisecond
)

// Nix is the installed program.
type Nix struct {
	// Program is the name or path of the executable; "nix" when empty.
	Program string
	// CacheDir holds the empty registry and data folder given to Nix.
	CacheDir string
	// Debug receives a line for each call.
	Debug func(message string, fields map[string]any)
	// Warn receives what Nix warns of and what profiles trace, on success.
	Warn func(message string)
	// Progress receives what is being downloaded, once it takes over a second.
	Progress func(text string)
}

// Call is one run of nix.
type Call struct {
	Args    []string
	Dir     string
	Timeout time.Duration // zero: evaluate.DefaultTimeout
	Network bool          // downloads allowed; only for calls that evaluate no profile
	Quiet   []string      // warnings with these texts are not passed on: the caller reads them
	Again   bool          // warnings are not passed on: an earlier call has
}

// Output is the printed output of a successful call.
type Output struct {
	Stdout   []byte
	Warnings []string
}

func (c *Call) quiet(message string) bool {
	return slices.ContainsFunc(c.Quiet, func(text string) bool { return strings.Contains(message, text) })
}

var (
	errDeadline = errors.New("deadline")
	errStdout   = errors.New("too much on standard output")
	errStderr   = errors.New("too much on standard error")
)

// Run runs nix once.
func (n *Nix) Run(ctx context.Context, call Call) (*Output, error) {
	program, err := n.find()
	if err != nil {
		return nil, err
	}
	timeout := call.Timeout
	if timeout <= 0 {
		timeout = evaluate.DefaultTimeout
	}
	environment, err := n.environment(os.Environ(), call.Network)
	if err != nil {
		return nil, err
	}

	parent := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	var stdout capped
	stdout.limit, stdout.exceeded = maxStdout, func() { cancel(errStdout) }
	clock := newClock(timeout, n.Progress, func() { cancel(errDeadline) })
	stderr := &stderrReader{limit: maxStderr, exceeded: func() { cancel(errStderr) }, activity: clock.activity}

	args := append([]string{"--log-format", "internal-json", "--show-trace"}, call.Args...)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = call.Dir
	cmd.Env = environment
	cmd.Stdin = nil
	cmd.Stdout = &stdout
	cmd.Stderr = stderr
	cmd.WaitDelay = waitDelay
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }

	// The thread that forks must outlive the child where the kernel ties them.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	started := time.Now()
	if err := cmd.Start(); err != nil {
		if parent.Err() != nil {
			return nil, interrupted()
		}
		return nil, cannotStart(program, err)
	}
	clock.start()
	waitErr := cmd.Wait()
	clock.stop()
	// Whatever it left behind goes too.
	killGroup(cmd.Process.Pid)
	stderr.close()
	if n.Debug != nil {
		n.Debug("ran nix", map[string]any{"args": shortened(call.Args), "ms": time.Since(started).Milliseconds(), "network": call.Network})
	}

	if parent.Err() != nil {
		return nil, interrupted()
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, stopped(cause, timeout)
	}
	if waitErr != nil && !errors.Is(waitErr, exec.ErrWaitDelay) {
		return nil, n.failure(parent, program, call, waitErr, stderr)
	}
	if n.Warn != nil && !call.Again {
		for _, list := range [][]string{stderr.warnings, stderr.plain} {
			for _, message := range list {
				if !call.quiet(message) {
					n.Warn(message)
				}
			}
		}
	}
	return &Output{Stdout: stdout.buf.Bytes(), Warnings: stderr.warnings}, nil
}

// shortened leaves the expressions out of the log.
func shortened(args []string) []string {
	short := slices.Clone(args)
	for i, arg := range short {
		short[i] = truncate(arg, 100)
	}
	return short
}

func interrupted() error {
	return &evaluate.Failure{Kind: evaluate.Cancelled, Message: "interrupted; nix was stopped", Cause: context.Canceled}
}

func stopped(cause error, timeout time.Duration) error {
	f := &evaluate.Failure{Cause: cause}
	switch {
	case errors.Is(cause, errDeadline):
		f.Kind, f.Message = evaluate.Time, fmt.Sprintf("nix did not finish within %s and was stopped", timeout)
	case errors.Is(cause, errStdout):
		f.Kind, f.Message = evaluate.Output, fmt.Sprintf("nix printed more than %d MiB and was stopped", maxStdout>>20)
	case errors.Is(cause, errStderr):
		f.Kind, f.Message = evaluate.Messages, fmt.Sprintf("nix wrote more than %d MiB of messages and was stopped", maxStderr>>20)
	default:
		return diag.Errorf(diag.ExitInternal, "internal", "nix was stopped: %v", cause)
	}
	return f
}

func (n *Nix) find() (string, error) {
	name := n.Program
	if name == "" {
		name = "nix"
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return "", Missing()
	}
	return program, nil
}

// Missing is the error for a machine without Nix, with the ways on.
func Missing() *diag.Error {
	return diag.Errorf(diag.ExitMissing, "nix-missing", "--evaluator nix needs the Nix that is installed, and there is no `nix` on PATH").
		Hintf("leave --evaluator nix out, and the profile is evaluated by this program itself;\n" +
			"install Nix from https://nixos.org/download (Debian: apt install nix-bin);\n" +
			"or use a resolved manifest: insomnia resolve --manifest FILE.json (or FILE.toml)")
}

func cannotStart(program string, err error) error {
	return diag.Errorf(diag.ExitMissing, "nix-cannot-start", "cannot start %s: %v", program, errors.Unwrap(err)).
		Hintf("check that it is a program for this machine, or use a resolved manifest: insomnia resolve --manifest FILE")
}

// capped keeps the output up to a limit and reports once that it was exceeded.
type capped struct {
	buf      bytes.Buffer
	limit    int
	exceeded func()
}

func (c *capped) Write(p []byte) (int, error) {
	if c.buf.Len()+len(p) > c.limit {
		c.exceeded()
		return 0, fmt.Errorf("more than %d bytes", c.limit)
	}
	return c.buf.Write(p)
}
