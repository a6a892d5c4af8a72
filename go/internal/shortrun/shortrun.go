// Package shortrun runs a program of the user's for a short answer: within a time, in an
// empty directory, without a terminal, and with nothing left running.
package shortrun

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/envvar"
)

// Program is a program to run, and the bounds that it runs within.
type Program struct {
	// Path is absolute.
	Path string
	Args []string
	// Inherited are the names of the variables that it gets of this process, with blanks
	// between them, as [envvar.In] reads them.
	Inherited string
	// Env returns variables that it gets besides, given the empty directory; nil for none.
	Env func(dir string) []string
	// Patience is how long it may take, and Most how many bytes it may write.
	Patience time.Duration
	Most     int
}

// ErrLate means that a program did not end in time, or wrote too much.
var ErrLate = errors.New("no answer")

// Output runs the program and returns what it writes to standard output. What it writes
// to standard error is dropped. An error is [ErrLate] or one of os/exec.
func Output(ctx context.Context, p Program) (string, error) {
	dir, err := os.MkdirTemp("", "insomnia-ask-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	within, cancel := context.WithTimeout(ctx, p.Patience)
	defer cancel()
	stdout := &capped{most: p.Most, full: cancel}
	cmd := exec.CommandContext(within, p.Path, p.Args...)
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !envvar.In(p.Inherited, name)
	}), "PWD="+dir)
	if p.Env != nil {
		cmd.Env = append(cmd.Env, p.Env(dir)...)
	}
	cmd.Stdout = stdout
	cmd.SysProcAttr = ownSession()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if cmd.Process != nil {
		killGroup(cmd.Process.Pid) // what it left running
	}
	switch {
	case within.Err() != nil:
		return "", ErrLate
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", err
	}
	return stdout.buf.String(), nil
}

// capped keeps the beginning of what is written, and ends the writer beyond it.
type capped struct {
	buf  bytes.Buffer
	most int
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	if c.buf.Len()+len(p) > c.most {
		c.full()
		return 0, errors.New("too much output")
	}
	return c.buf.Write(p)
}
