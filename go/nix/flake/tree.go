package flake

import (
	"context"
	"fmt"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Tree opens a source in a directory: of a work tree only what git tracks. done must
// be called when nothing of it is needed.
func (r Ref) Tree() (tree source.Tree, done func(), err error) {
	f := &Flake{repositories: map[string]*gitrepo.Repo{}}
	if tree, err = f.openTree(r); err != nil {
		f.Close()
		return nil, nil, err
	}
	return tree, f.Close, nil
}

// FlakeTree is Tree for the source of a flake, which may ask for its submodules. dir
// is where in it the flake.nix is.
func (r Ref) FlakeTree(ctx context.Context) (tree source.Tree, dir string, done func(), err error) {
	f := &Flake{ctx: ctx, repositories: map[string]*gitrepo.Repo{}}
	if _, tree, err = f.openSource(r); err != nil {
		f.Close()
		return nil, "", nil, err
	}
	return tree, r.dir(), f.Close, nil
}

// LockedTree opens a locked source as evaluation would, with the same checks. A
// source that is not on this machine is an *InputError with the reason Missing.
func LockedTree(ctx context.Context, l *Locked, find func(*Locked) (dir string, ok bool)) (tree source.Tree, done func(), err error) {
	f := &Flake{ctx: ctx, options: Options{Find: find}, mounted: map[string]bool{}, repositories: map[string]*gitrepo.Repo{}}
	sum, ok := parseSRI(l.NarHash)
	if !ok {
		return nil, nil, &InputError{Reason: NotLocked, Locked: l, Err: fmt.Errorf("flake.lock has no narHash for it")}
	}
	tree, trusted, err := f.lockedTree("", l, eval.SourcePath(sum))
	if err == nil && !trusted {
		if err = checkHash(ctx, tree, sum, l); err != nil {
			err = &InputError{Reason: WrongHash, Locked: l, Err: err}
		}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return tree, f.Close, nil
}

// WorkTree is a git work tree with what is in its tracked files now.
type WorkTree struct {
	Tree source.Tree
	GitState
	RevCount int64 // 0 if it is unknown, or was not requested
}

// OpenWorkTree opens the work tree at root. done must be called when nothing of it is needed.
func OpenWorkTree(ctx context.Context, root string, count bool) (w WorkTree, done func(), err error) {
	f := &Flake{ctx: ctx, repositories: map[string]*gitrepo.Repo{}}
	ref := Ref{Dir: root, GitRoot: root}
	w.Tree, err = f.openTree(ref)
	var r *gitrepo.Repo
	if err == nil {
		r, err = f.repository(root)
	}
	if err == nil {
		w.GitState, err = stateOf(ctx, r, ref)
	}
	if err == nil && count && !w.Dirty && w.Rev != "" {
		w.RevCount, _, err = r.RevCount(ctx, w.Rev)
	}
	if err != nil {
		f.Close()
		return w, nil, err
	}
	return w, f.Close, nil
}
