package hostgroup

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/shortrun"
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
	out, err := shortrun.Output(ctx, shortrun.Program{
		Path: program, Args: args, Inherited: inherited, Patience: patience, Most: maxOutput,
		Env: func(dir string) []string { return []string{"GOTOOLCHAIN=local", "GOFLAGS=", "npm_config_cache=" + dir} },
	})
	switch {
	case errors.Is(err, shortrun.ErrLate):
		return "", diag.Sprintf("`%s` did not answer where its registry is", name)
	case err != nil:
		return "", diag.Sprintf("`%s` does not answer where its registry is: %v", name, err)
	}
	return out, ""
}
