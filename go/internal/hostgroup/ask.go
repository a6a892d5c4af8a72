package hostgroup

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
)

const (
	// patience is how long a package manager may take to answer.
	patience = 10 * time.Second
	// maxOutput bounds what it may say.
	maxOutput = 256 << 10
)

// inherited are the variables that a package manager gets: where it finds itself and
// its configuration. What loads code into it is not among them.
const inherited = "HOME USER LOGNAME PATH LANG LC_* TMPDIR XDG_CONFIG_HOME XDG_CONFIG_DIRS GOENV GOPROXY GOSUMDB GOROOT " +
	"NPM_CONFIG_USERCONFIG NPM_CONFIG_GLOBALCONFIG SystemRoot USERPROFILE APPDATA LOCALAPPDATA PATHEXT TEMP TMP"

// find is the program of a name, or empty: none that a workspace could have put there.
func (m machine) find(name string) string {
	program, err := exec.LookPath(name)
	if err != nil || !filepath.IsAbs(program) {
		return ""
	}
	for _, path := range []string{program, real(program)} {
		if m.workspace != "" && (within(path, m.workspace) || within(path, real(m.workspace))) {
			return ""
		}
	}
	return program
}

func real(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

func within(path, dir string) bool {
	below, err := filepath.Rel(dir, path)
	return err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator))
}

// ask runs a package manager in an empty directory and returns what it prints. A
// program that is not there says nothing, and one that fails is in the note.
func (m machine) ask(ctx context.Context, name string, args ...string) (out, note string) {
	program := m.find(name)
	if program == "" {
		return "", ""
	}
	dir, err := os.MkdirTemp("", "insomnia-ask-")
	if err != nil {
		return "", diag.Sprintf("cannot ask `%s` for its registry: %v", name, err)
	}
	defer os.RemoveAll(dir)
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stdout := &capped{full: cancel}
	cmd := exec.CommandContext(within, program, args...)
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !envvar.In(inherited, name)
	}), "GOTOOLCHAIN=local", "GOFLAGS=", "PWD="+dir)
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
		return "", diag.Sprintf("`%s` did not answer where its registry is", name)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", diag.Sprintf("`%s` does not answer where its registry is: %v", name, err)
	}
	return stdout.buf.String(), ""
}

// capped keeps the beginning of what is written, and ends the writer beyond it.
type capped struct {
	buf  bytes.Buffer
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	if c.buf.Len()+len(p) > maxOutput {
		c.full()
		return 0, errors.New("too much output")
	}
	return c.buf.Write(p)
}
