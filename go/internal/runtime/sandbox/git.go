package sandbox

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
)

// repository describes which parts of a git repository are writable.
type repository struct {
	// writable is the directory outside the workspace that git writes to; empty for none.
	writable string
	// fixed lists files and directories that decide which programs git runs: the agent may
	// only read them.
	fixed []string
	// hooks lists directories of hooks that do not exist: they are kept empty.
	hooks []string
}

// Limits on the work trees and submodules of a repository that are examined.
const (
	maxWorkTrees     = 256
	maxSubmodules    = 256
	maxSubmoduleDeep = 4
)

// repository finds the repository of the workspace. A linked work tree has its repository
// elsewhere. The agent may write there only if that repository lists this work tree,
// because a file `.git` can name any repository.
func (s *Spec) repository() repository {
	var r repository
	dotGit := filepath.Join(s.Workspace, ".git")
	info, err := os.Lstat(dotGit)
	if err != nil {
		return r
	}
	if info.IsDir() {
		r.fix(dotGit)
		return r
	}
	if info.Mode().IsRegular() {
		r.fixed = append(r.fixed, dotGit)
	}
	repo, err := gitrepo.Open(s.Workspace)
	if err != nil {
		return r
	}
	defer repo.Close()
	own, common := repo.GitDir(), repo.Common()
	back, err := bounded.ReadFileNoFollow(filepath.Join(own, "gitdir"), 8<<10)
	if err != nil || filepath.Dir(own) != filepath.Join(common, "worktrees") {
		return r
	}
	named := string(bytes.TrimRight(back, "\r\n"))
	if !filepath.IsAbs(named) {
		named = filepath.Join(own, named)
	}
	if real, err := filepath.EvalSymlinks(named); err != nil || real != dotGit {
		return r
	}
	r.writable = common
	r.fix(common)
	return r
}

// fix protects the parts of a git directory that decide which programs run.
func (r *repository) fix(dir string) {
	for _, name := range []string{"config", "config.worktree", "commondir"} {
		r.add(filepath.Join(dir, name))
	}
	if hooks := filepath.Join(dir, "hooks"); !r.add(hooks) {
		r.hooks = append(r.hooks, hooks)
	}
	trees, _ := bounded.ReadDir(filepath.Join(dir, "worktrees"), maxWorkTrees)
	for _, tree := range trees {
		for _, name := range []string{"commondir", "gitdir", "config.worktree"} {
			r.add(filepath.Join(dir, "worktrees", tree.Name(), name))
		}
	}
	left := maxSubmodules
	r.submodules(filepath.Join(dir, "modules"), maxSubmoduleDeep, &left)
}

// submodules does the same for the repositories of submodules, whose names may contain
// slashes.
func (r *repository) submodules(dir string, deep int, left *int) {
	entries, _ := bounded.ReadDir(dir, maxSubmodules)
	for _, entry := range entries {
		if *left--; !entry.IsDir() || deep == 0 || *left < 0 {
			continue
		}
		at := filepath.Join(dir, entry.Name())
		if _, err := os.Lstat(filepath.Join(at, "HEAD")); err == nil {
			r.fix(at)
		} else {
			r.submodules(at, deep-1, left)
		}
	}
}

// add reports whether the path exists. A link cannot be protected, so its target is.
func (r *repository) add(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		r.fixed = append(r.fixed, real)
	}
	return err == nil
}
