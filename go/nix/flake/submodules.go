package flake

import (
	"context"
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// selfSubmodules reports whether a flake.nix asks for the submodules of its own source.
// If it cannot be read, evaluation reports the error.
func selfSubmodules(sources *source.FS, file string) bool {
	text, err := sources.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "submodules") {
		return false
	}
	written, err := ReadWritten(string(text), file)
	return err == nil && written.Submodules
}

// asksForSubmodules reports whether the flake.nix of a source that was opened asks
// for submodules that are not in it. Nix then takes those of the work tree where that
// has changes, and else those of the commit: where they differ, it is an *InputError.
func (f *Flake) asksForSubmodules(ref Ref, tree source.Tree) (bool, error) {
	alone := &source.FS{}
	alone.Mount("/source", tree)
	if ref.Submodules || !selfSubmodules(alone, path.Join("/source", ref.dir(), "flake.nix")) {
		return false, nil
	}
	fail := func(why string) (bool, error) {
		return false, &InputError{Input: "self", Flake: ref.Dir, Reason: Submodules, Why: why}
	}
	if ref.GitRoot == "" {
		return fail(filepath.ToSlash(ref.root()) + " is not a git work tree")
	}
	r, err := f.repository(ref.GitRoot)
	if err != nil {
		return false, err
	}
	s, err := r.State(f.ctx)
	if err != nil || s.Dirty {
		return err == nil, err
	}
	moved, err := r.Moved(f.ctx)
	if err != nil {
		return false, err
	}
	if moved != "" {
		return fail("the submodule `" + moved + "` is not as its commit, which is what is meant in a work tree without changes")
	}
	return true, nil
}

// stateOf is the state of a work tree with all that is part of the source.
func stateOf(ctx context.Context, r *gitrepo.Repo, ref Ref) (GitState, error) {
	if ref.Submodules {
		return r.StateOfAll(ctx)
	}
	return r.State(ctx)
}
