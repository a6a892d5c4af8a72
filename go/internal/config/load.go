package config

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// The two files of a scope, the one that wins last.
const (
	FileName  = "config.toml"
	LocalName = "local.toml"
)

const maxSize = 1 << 20

// UserDir is the directory of the user's config, $XDG_CONFIG_HOME/insomnia; empty
// for a user without a home directory.
func UserDir() string {
	dir, _ := userdir.Config("insomnia")
	return dir
}

// Load reads config.toml and local.toml of a folder; neither needs to be there.
// What could be read comes back with everything that is wrong.
func Load(dir string, scope Scope) (*Config, []diag.Diagnostic) {
	c := &Config{Scope: scope, Dir: dir, Aliases: map[string]Setting{}, Sources: map[string]Setting{}, Secrets: map[string]Bound{}}
	var problems []diag.Diagnostic
	for _, name := range []string{FileName, LocalName} {
		path := filepath.Join(dir, name)
		if dir == "" {
			continue
		}
		data, err := ReadFile(dir, scope, name, maxSize)
		if errors.Is(err, fs.ErrNotExist) {
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

func unreadable(path string, err error) diag.Diagnostic {
	var refused *diag.Error
	if errors.As(err, &refused) {
		return refused.Diagnostics[0]
	}
	d := diag.Diagnostic{Severity: diag.SeverityError, Code: "config-unreadable",
		Message: "the config cannot be read: " + bounded.Reason(err).Error(), Positions: []diag.Position{{File: path}}}
	switch {
	case errors.Is(err, bounded.ErrTooLarge):
		d.Message = "the config cannot be read: larger than 1 MiB"
	case errors.Is(err, fs.ErrPermission):
		d.Hint = "check permissions: ls -ld " + diag.Shell(path)
	case errors.Is(err, bounded.ErrNotRegular):
		d.Hint = "put a file there, or move away what is there: ls -l " + diag.Shell(path)
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
