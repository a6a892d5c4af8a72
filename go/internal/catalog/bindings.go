package catalog

import (
	"context"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Storable writes a selection so that the config of a scope can hold it: a
// qualified reference, or an explicit one that is relative to the project or the
// same from everywhere. A file that does not exist is an error, and so is one
// that is outside of a project whose config is to name it.
func (r *Catalog) Storable(s *Selection, to config.Scope) (string, error) {
	if s.Source != "" && !s.Ref.IsFlake() && s.Ref.Kind != reference.File {
		return s.Ref.String(), nil
	}
	target := s.Target
	if err := r.missingFile(target, target.String()); err != nil {
		return "", err
	}
	if err := r.Inside(to, target); err != nil {
		return "", err
	}
	switch {
	case target.Dir() == "":
		return s.Ref.String(), nil
	case to == config.Project:
		return target.Portable(r.Root), nil
	}
	return target.Lasting(), nil
}

// ConfigDir returns the directory of a scope's config. It fails if there is none, with
// an error that explains what to do: its callers are about to write the config.
func (r *Catalog) ConfigDir(scope config.Scope) (string, error) {
	switch {
	case scope == config.User && r.User.Dir == "":
		return "", diag.Errorf(diag.ExitNotFound, "no-home", "no directory for your config").Hintf("set HOME or XDG_CONFIG_HOME")
	case scope == config.User:
		return r.User.Dir, nil
	case r.Refused != nil:
		return "", r.Refused
	case r.Root == "":
		return "", diag.Errorf(diag.ExitNotFound, "no-project", "no project found here").
			Hintf("a project is a git work tree, or a directory with .insomnia or flake.nix: mkdir .insomnia")
	}
	return r.Project.Dir, nil
}

// Removable reports whether a command may take out what a config sets: it is in
// local.toml, which commands write. what names the thing for the message.
func Removable(set config.Setting, what string) error {
	if filepath.Base(set.At.File) == config.LocalName {
		return nil
	}
	return diag.Errorf(diag.ExitRefused, "config-not-ours", "cannot remove %s: it is set in a file that commands do not write", what).
		At(set.At).Hintf("edit the file by hand: %s", diag.Shell(set.At.File))
}

// Binding is a default or an alias of one scope.
type Binding struct {
	Alias string // empty for the default
	Scope config.Scope
	config.Setting
}

// Bindings are the defaults and aliases of every scope, those of the project
// first: also those that do not count because the project has the same.
func (r *Catalog) Bindings() []Binding {
	var all []Binding
	for _, c := range r.configs() {
		if c.Default != nil {
			all = append(all, Binding{"", c.Scope, *c.Default})
		}
		for _, name := range sortedKeys(c.Aliases) {
			all = append(all, Binding{name, c.Scope, c.Aliases[name]})
		}
	}
	return all
}

// Dangling reports why a binding resolves to nothing; nil where it resolves, or
// where that cannot be told without a download.
func (r *Catalog) Dangling(ctx context.Context, b Binding) error {
	for _, c := range r.configs() {
		if c.Scope != b.Scope {
			continue
		}
		what, chain := "the default", []config.Setting(nil)
		if b.Alias != "" {
			what, chain = "the alias "+diag.Quote(b.Alias), []config.Setting{b.Setting}
		}
		_, err := r.follow(ctx, c, b.Setting, what, chain)
		return err
	}
	return nil
}
