package hostgroup

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
	"github.com/insomnia-pods/insomnia/go/internal/remembered"
	"github.com/insomnia-pods/insomnia/go/internal/shortrun"
)

const (
	// patience is how long a package manager may take to answer.
	patience = 10 * time.Second
	// maxOutput bounds its output.
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

// ask runs a package manager in an empty directory and returns its output. If the
// program does not exist, the output is empty; if it fails, a note reports that.
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

// identity identifies a program by its path, as [remembered.Program] does.
type identity func(path string) (id string, ok bool)

// askOnce is [machine.ask], but for an answer that the same program has given before, with
// the same files and variables that it may depend on. A program that takes half a second
// would else take it in each start. What its answer depends on identifies the program.
func (m machine) askOnce(ctx context.Context, identify identity, files []string, name string, args ...string) (out, note string) {
	of, ok := m.dependsOn(name, identify, files)
	if ok {
		if out, found := remembered.Get(name, of); found {
			return out, ""
		}
	}
	out, note = m.ask(ctx, name, args...)
	if ok && note == "" && out != "" {
		remembered.Put(name, of, out)
	}
	return out, note
}

// dependsOn identifies what the answer of a program depends on; empty where that cannot
// be known.
func (m machine) dependsOn(name string, identify identity, files []string) (of string, ok bool) {
	program := m.find(name)
	if program == "" {
		return "", false
	}
	of, ok = identify(program)
	for _, file := range files {
		if !ok || !filepath.IsAbs(file) {
			continue
		}
		var id string
		id, ok = remembered.File(file)
		of += "\n" + id
	}
	if !ok {
		return "", false
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); envvar.In(inherited, name) {
			of += "\n" + variable
		}
	}
	return of, true
}

// around returns files of these names near a program: in its directory and those above,
// both as found and after resolving links. A package manager that installed it may have
// its configuration there.
func (m machine) around(program string, names ...string) (files []string) {
	path := m.find(program)
	if path == "" {
		return nil
	}
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(real(path))} {
		for range 4 {
			for _, name := range names {
				files = append(files, filepath.Join(dir, name))
			}
			dir = filepath.Dir(dir)
		}
	}
	return files
}
