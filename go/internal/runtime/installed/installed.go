// Package installed finds agent programs on this machine and determines their versions.
package installed

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/remembered"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/shortrun"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

const (
	// patience limits how long a program may take to print its version; it takes up to a
	// second.
	patience = 15 * time.Second
	// maxOutput limits its output.
	maxOutput = 16 << 10
	// maxRaw limits the part of the output that is kept.
	maxRaw = 200
)

// inherited are the variables that a program gets; none of them holds a key or loads
// code.
const inherited = "HOME USER LOGNAME PATH LANG LC_* SystemRoot PATHEXT"

// Installed is a program on this machine.
type Installed struct {
	// Path is absolute. It is the path found on PATH, which may be a link or a wrapper.
	Path    string
	Version runtime.Version
	// Raw is the unmodified line that the program printed for its version.
	Raw string
}

// Find finds the program of a runtime in the absolute directories of PATH. It asks the
// program for its version, unless the version of the same file is cached. The program
// does not see its settings and writes nothing to the user's home. If it exists but has
// no version, Path is set nevertheless.
func Find(ctx context.Context, d *runtime.Driver) (Installed, error) {
	path := onPath(d.Program)
	if path == "" {
		return Installed{}, diag.Errorf(diag.ExitMissing, "runtime-missing", "program not found: %s", d.Program).
			Hintf("install %s: %s", d.Title, d.Install)
	}
	found := Installed{Path: path}
	of, ok := remembered.Program(path)
	if ok {
		if raw, ok := remembered.Get(d.Name, of); ok {
			if version, ok := runtime.ParseVersion(raw); ok {
				found.Version, found.Raw = version, raw
				return found, nil
			}
		}
	}
	out, err := shortrun.Output(ctx, shortrun.Program{
		Path: path, Args: []string{"--version"}, Inherited: inherited, Env: elsewhere, Patience: patience, Most: maxOutput,
	})
	if ctx.Err() != nil {
		return found, context.Cause(ctx)
	}
	if err != nil {
		return found, unknown(path, reason(err))
	}
	line, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
	found.Raw = strings.TrimSpace(line[:min(len(line), maxRaw)])
	version, known := runtime.ParseVersion(found.Raw)
	if !known {
		return found, unknown(path, "it prints none")
	}
	found.Version = version
	if ok {
		remembered.Put(d.Name, of, found.Raw)
	}
	return found, nil
}

func unknown(path, why string) error {
	return diag.Errorf(diag.ExitMissing, "runtime-version", "cannot read the version of %s: %s", diag.Quote(path), why).
		Hintf("see what it prints, and install it again if need be: %s --version", diag.Shell(path))
}

func reason(err error) string {
	if errors.Is(err, shortrun.ErrLate) {
		return "it does not answer"
	}
	return err.Error()
}

// onPath returns the first program with a name in the absolute directories of PATH; empty
// for none. It skips the working directory, even through a link in PATH, because a
// project may have put a program there. The home directory does not count as a project.
func onPath(name string) string {
	project := project()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		path, err := exec.LookPath(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil && (project == "" || !within(project, real)) {
			return path
		}
	}
	return ""
}

// project returns the working directory; empty if that contains the home directory.
func project() string {
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	if err != nil {
		return ""
	}
	home, err := userdir.Home()
	if err == nil {
		home, err = filepath.EvalSymlinks(home)
	}
	if err == nil && within(here, home) {
		return ""
	}
	return here
}

// within reports whether a path is a directory or below it.
func within(dir, path string) bool {
	return path == dir || dir == "/" || strings.HasPrefix(path, dir+"/")
}

// elsewhere returns the variables that make the programs keep settings and data in a
// directory.
func elsewhere(dir string) []string {
	env := []string{"TMPDIR=" + dir, "DISABLE_AUTOUPDATER=1", "OPENCODE_DISABLE_AUTOUPDATE=1"}
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME"} {
		env = append(env, name+"="+dir)
	}
	return env
}
