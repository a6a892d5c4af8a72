package locate

import (
	"path/filepath"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
)

// The installed Nix does not report which files it read. So quotations are limited to
// files that it may have read: those of the source tree that git tracks.

// TrackedText quotes the files that are part of a flake in a folder.
func TrackedText(local *Flake) func(file string) *diag.Source {
	return func(file string) *diag.Source {
		rel, err := filepath.Rel(local.Root(), file)
		if err != nil {
			return nil
		}
		return diag.LazySource(func() (string, bool) {
			if local.GitRoot != "" && !tracked(local.GitRoot, filepath.ToSlash(rel)) {
				return "", false
			}
			return ownText(local.Root(), rel)
		})
	}
}

// Text quotes the files that a profile file may read: those in readable folders.
func (v *View) Text(readable []string) func(file string) *diag.Source {
	return func(file string) *diag.Source {
		rel, err := filepath.Rel(v.Root, file)
		if err != nil || !slices.ContainsFunc(readable, func(path string) bool { return Within(path, file) }) {
			return nil
		}
		return diag.LazySource(func() (string, bool) {
			return ownText(v.Root, rel)
		})
	}
}

// ownText reads a file that is not behind a link: a tracked link may point to a file
// that git ignores.
func ownText(root, rel string) (string, bool) {
	file := filepath.Join(root, rel)
	if real, err := filepath.EvalSymlinks(file); err != nil || real != file {
		return "", false
	}
	data, ok := ReadBelow(root, rel, MaxQuoted)
	return string(data), ok
}

// tracked reports whether git knows a file of a work tree.
func tracked(top, rel string) bool {
	repo, err := gitrepo.Open(top)
	if err != nil {
		return false
	}
	defer repo.Close()
	known, err := repo.IsTracked(rel)
	return err == nil && known
}
