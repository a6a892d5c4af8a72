package flake

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// GitState is the commit that a work tree is based on, and whether files differ from it.
type GitState = gitrepo.State

// GitError is a repository that cannot be read: which file, why, and what helps.
type GitError = gitrepo.Error

// repository opens the repository of a work tree, once. No git process runs and
// nothing that the repository configures: see package gitrepo.
func (f *Flake) repository(root string) (*gitrepo.Repo, error) {
	if r := f.repositories[root]; r != nil {
		return r, nil
	}
	r, err := gitrepo.Open(root)
	if err == nil {
		f.repositories[root] = r
	}
	return r, err
}

// worktree is a git work tree of which only the tracked files are visible.
func (f *Flake) worktree(ref Ref, dir *source.Dir) (source.Tree, error) {
	r, err := f.repository(ref.GitRoot)
	if err != nil {
		return nil, err
	}
	list := r.Tracked
	if ref.Submodules {
		list = r.TrackedInAll
	}
	files, err := list()
	if err != nil {
		return nil, err
	}
	return source.NewVisible(dir, files), nil
}

// lockedRepository reads a commit of a repository on this machine that a lock
// names. The author of the source wrote the lock, and may have written a
// repository into the source as well: that is not one that a user has.
func (f *Flake) lockedRepository(dir, rev string) (source.Tree, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		real = filepath.Clean(dir)
	}
	for root := range f.mounted {
		if rel, err := filepath.Rel(root, real); err == nil && filepath.IsLocal(rel) && rel != "." {
			return nil, &GitError{Kind: gitrepo.Refused, Path: dir, Msg: "is part of the source that names it"}
		}
	}
	r, err := gitrepo.OpenGitDir(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Tree(f.ctx, rev)
}

// RefusePlace refuses what is not on a disk, however its path is written.
func RefusePlace(path string) error {
	path = filepath.Clean(path)
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	for _, place := range []string{"/proc", "/sys", "/dev"} {
		// Links there lead anywhere, and links from anywhere lead there.
		for _, path := range []string{path, real} {
			if path == place || strings.HasPrefix(path, place+"/") {
				return fmt.Errorf("nothing below %s is read", place)
			}
		}
	}
	return nil
}

// GitRoot is the directory at or above dir that holds `.git`, or "".
func GitRoot(dir string) string { return reference.WorkTree(dir) }
