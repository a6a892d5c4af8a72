package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// The two files of a scope, the one that wins last.
const (
	FileName  = "config.toml"
	LocalName = "local.toml"
)

const maxSize = 1 << 20

// Load reads config.toml and local.toml of a folder; neither needs to be there.
// What could be read comes back with everything that is wrong.
func Load(dir string, scope Scope) (*Config, []diag.Diagnostic) {
	c := &Config{Scope: scope, Dir: dir, Aliases: map[string]Setting{}, Sources: map[string]Setting{}, Secrets: map[string]Bound{}}
	var problems []diag.Diagnostic
	for _, name := range []string{FileName, LocalName} {
		path := filepath.Join(dir, name)
		data, err := readFile(path)
		if errors.Is(err, fs.ErrNotExist) || dir == "" {
			continue
		}
		if err != nil {
			problems = append(problems, unreadable(path, err))
			continue
		}
		file, places, wrong := decodeFile(data, path, scope)
		problems = append(problems, wrong...)
		c.lay(file, places)
	}
	return c, problems
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if info.Size() > maxSize {
		return nil, errors.New("larger than 1 MiB")
	}
	return os.ReadFile(path)
}

func unreadable(path string, err error) diag.Diagnostic {
	reason := err.Error()
	var in *fs.PathError
	if errors.As(err, &in) {
		reason = in.Err.Error()
	}
	d := diag.Diagnostic{Severity: diag.SeverityError, Code: "config-unreadable",
		Message: "the config cannot be read: " + reason, Positions: []diag.Position{{File: path}}}
	if errors.Is(err, fs.ErrPermission) {
		d.Hint = "give yourself the right to read the file and its folder"
	}
	return d
}

// Problem makes an Error of the problems of a config.
func Problem(problems []diag.Diagnostic) error {
	if len(problems) == 0 {
		return nil
	}
	return &diag.Error{Exit: diag.ExitUsage, Diagnostics: problems}
}
