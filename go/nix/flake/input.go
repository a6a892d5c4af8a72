package flake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Reason is the kind of problem with an input.
type Reason string

const (
	// NotLocked: flake.nix names it and flake.lock does not.
	NotLocked Reason = "not-locked"
	// LockNotTracked: flake.lock exists but git does not know it.
	LockNotTracked Reason = "lock-not-tracked"
	// Missing: its source is not on this machine; Locked describes it.
	Missing Reason = "missing"
	// WrongHash: its source is not the one that the lock means.
	WrongHash Reason = "wrong-hash"
	// NoSuchInput: an override names an input that there is not.
	NoSuchInput Reason = "no-such-input"
	// Unreadable: its source cannot be read.
	Unreadable Reason = "unreadable"
	// Refused: its place is one that a lock may not name.
	Refused Reason = "refused"
	// Unsafe: a flake from elsewhere names something of this machine.
	Unsafe Reason = "unsafe"
	// Stale: flake.nix and flake.lock disagree about it; Why explains how.
	Stale Reason = "stale"
	// Submodules: those of the flake's own source are not where they can be read;
	// Why says it.
	Submodules Reason = "submodules"
	// Unsupported: its type is not one that this program knows.
	Unsupported Reason = "unsupported"
)

// InputError is an input that cannot be used. Evaluation that needs the input
// fails with an *eval.Error that wraps it.
type InputError struct {
	Input  string // as in an --override-input
	Flake  string // the directory of the flake
	Reason Reason
	Locked *Locked
	Names  []string // the inputs that there are, for NoSuchInput
	Why    string   // for Stale and Submodules
	Err    error
}

func (e *InputError) Error() string {
	msg := ""
	switch e.Reason {
	case NotLocked:
		msg = fmt.Sprintf("the input `%s` is not locked; lock it with: insomnia lock %s", e.Input, e.Flake)
	case LockNotTracked:
		msg = fmt.Sprintf("flake.lock is not tracked by git; make it part of the source with: git -C %s add flake.lock", e.Flake)
	case Missing:
		msg = fmt.Sprintf("the source of the input `%s` (%s) is not on this machine", e.Input, e.Locked)
	case WrongHash:
		msg = fmt.Sprintf("the source of the input `%s` (%s) is not the one that flake.lock means", e.Input, e.Locked)
	case Stale:
		msg = fmt.Sprintf("flake.lock is out of date: the input `%s`: %s", e.Input, e.Why)
	case Submodules:
		msg = "`inputs.self.submodules` needs Nix: " + e.Why
	case NoSuchInput:
		msg = fmt.Sprintf("the flake has no input `%s` to override", e.Input)
	case Unreadable:
		msg = fmt.Sprintf("the source of the input `%s` (%s) cannot be read", e.Input, e.Locked)
	case Refused:
		msg = fmt.Sprintf("the source of the input `%s` (%s) is not read", e.Input, e.Locked)
	case Unsafe:
		msg = fmt.Sprintf("the input `%s` of `%s` is %s, and a flake from elsewhere may read nothing of this machine", e.Input, e.Flake, e.Locked)
	case Unsupported:
		msg = fmt.Sprintf("the input `%s` has the type %s, which only Nix can fetch", e.Input, e.Locked.Type)
	}
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

func (e *InputError) Unwrap() error { return e.Err }

// String is the reference in the notation of Nix, for people.
func (l *Locked) String() string {
	if l == nil {
		return "?"
	}
	switch l.Type {
	case "github", "gitlab", "sourcehut":
		return l.Type + ":" + l.Owner + "/" + l.Repo + "/" + l.Rev
	case "path":
		return "path:" + l.Path
	case "git":
		return "git+" + l.URL + "?rev=" + l.Rev
	}
	return l.URL
}

// nodeValues are the values that call.nix takes for the nodes.
func (f *Flake) nodeValues() (map[string]eval.Value, error) {
	out := make(map[string]eval.Value, len(f.graph.nodes))
	for name, n := range f.graph.nodes {
		inputs := make(map[string]eval.Value, len(n.inputs))
		for input, t := range n.inputs {
			target, err := f.graph.target(n, t)
			if err != nil {
				return nil, err
			}
			inputs[input] = eval.Str(target)
		}
		members := map[string]eval.Value{"flake": eval.Bool(n.flake), "inputs": f.ev.Set(inputs)}
		switch {
		case n.local != nil:
			members["dir"] = eval.Str(n.local.dir())
			members["sourceInfo"] = f.localInfo(*n.local)
		case n.relative():
			parent, err := f.graph.target(n, Target{Follows: append([]string{}, n.parent...)})
			if err != nil {
				return nil, err
			}
			members["dir"] = eval.Str("")
			members["parent"] = eval.Str(parent)
			members["path"] = eval.Str(strings.TrimPrefix(n.locked.Path, "./"))
			members["sourceInfo"] = f.parentInfo(parent)
		default:
			members["dir"] = eval.Str(n.locked.Dir)
			members["sourceInfo"] = f.ev.Delay(func() (eval.Value, error) { return f.lockedInfo(name, n.locked) })
		}
		out[name] = f.ev.Set(members)
	}
	return out, nil
}

// parentInfo is the sourceInfo of the input that a relative path is in.
func (f *Flake) parentInfo(name string) eval.Value {
	return f.ev.Delay(func() (eval.Value, error) {
		for range len(f.graph.nodes) {
			n := f.graph.nodes[name]
			switch {
			case n.local != nil:
				return f.localInfo(*n.local), nil
			case !n.relative():
				return f.lockedInfo(name, n.locked)
			}
			var err error
			if name, err = f.graph.target(n, Target{Follows: append([]string{}, n.parent...)}); err != nil {
				return nil, err
			}
		}
		return nil, fmt.Errorf("flake.lock has relative paths in a circle")
	})
}

// dirtyNames are the attributes of a work tree that depend on its state.
var dirtyNames = []string{"rev", "shortRev", "revCount", "dirtyRev", "dirtyShortRev"}

// localInfo returns the attributes of a source in a directory.
func (f *Flake) localInfo(ref Ref) eval.Value {
	root := filepath.ToSlash(ref.root())
	members := map[string]eval.Value{
		// The string refers to its source, as a store path would.
		"outPath": eval.StrRefersTo(root, root),
		"narHash": f.ev.Delay(func() (eval.Value, error) {
			sum, err := eval.NARHash(f.ctx, f.sources, root)
			if err != nil {
				return nil, err
			}
			return eval.Str(SRI(sum)), nil
		}),
	}
	if ref.GitRoot == "" {
		when := func() (int64, error) { return Newest(f.ctx, ref.root()) }
		f.times(members, when)
		return f.ev.Set(members)
	}
	f.times(members, func() (int64, error) {
		r, err := f.repository(ref.GitRoot)
		if err != nil {
			return 0, err
		}
		rev, err := r.Head()
		if err != nil || rev == "" {
			return 0, err
		}
		return r.CommitTime(f.ctx, rev)
	})
	members["submodules"] = eval.Bool(ref.Submodules)
	return f.ev.SetWithOptional(members, dirtyNames, func() (map[string]eval.Value, error) {
		r, err := f.repository(ref.GitRoot)
		if err != nil {
			return nil, err
		}
		s, err := stateOf(f.ctx, r, ref)
		if err != nil {
			return nil, err
		}
		out := make(map[string]eval.Value)
		switch {
		case s.Rev == "":
		case s.Dirty:
			out["dirtyRev"], out["dirtyShortRev"] = eval.Str(s.Rev+"-dirty"), eval.Str(s.Rev[:7]+"-dirty")
		default:
			out["rev"], out["shortRev"] = eval.Str(s.Rev), eval.Str(s.Rev[:7])
			if r.Shallow() {
				break // the commits here are not all
			}
			out["revCount"] = f.ev.Delay(func() (eval.Value, error) {
				count, _, err := r.RevCount(f.ctx, s.Rev)
				return eval.Int(count), err
			})
		}
		return out, nil
	})
}

// times adds lastModified and lastModifiedDate.
func (f *Flake) times(members map[string]eval.Value, when func() (int64, error)) {
	members["lastModified"] = f.ev.Delay(func() (eval.Value, error) {
		t, err := when()
		return eval.Int(t), err
	})
	members["lastModifiedDate"] = f.ev.Delay(func() (eval.Value, error) {
		t, err := when()
		return eval.Str(date(t)), err
	})
}

func date(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("20060102150405") }

// Newest is the latest modification in a directory, in seconds since 1970.
func Newest(ctx context.Context, dir string) (int64, error) {
	latest := int64(0)
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			latest = max(latest, info.ModTime().Unix())
		}
		return err
	})
	return latest, err
}

// lockedInfo makes a locked source readable and returns its attributes.
func (f *Flake) lockedInfo(name string, l *Locked) (eval.Value, error) {
	at, err := f.mountLocked(name, l)
	if err != nil {
		return nil, err
	}
	members := map[string]eval.Value{
		"outPath": eval.StrRefersTo(at, at),
		"narHash": eval.Str(l.NarHash),
	}
	if l.LastModified != 0 {
		f.times(members, func() (int64, error) { return l.LastModified, nil })
	}
	if len(l.Rev) >= 7 {
		members["rev"], members["shortRev"] = eval.Str(l.Rev), eval.Str(l.Rev[:7])
	}
	if l.RevCount != 0 {
		members["revCount"] = eval.Int(l.RevCount)
	}
	if l.Type == "git" {
		members["submodules"] = eval.Bool(false)
	}
	return f.ev.Set(members), nil
}

// mountLocked mounts a locked source under its store path and returns that path. The
// author controls the lock, which may name any path of this machine. So a source is
// used only if it has the hash in the lock: no one can know that hash without having
// read the file.
func (f *Flake) mountLocked(name string, l *Locked) (string, error) {
	sum, ok := parseSRI(l.NarHash)
	if !ok {
		return "", &InputError{Input: name, Flake: f.Ref.Dir, Reason: NotLocked, Locked: l,
			Err: fmt.Errorf("flake.lock has no narHash for it")}
	}
	at := eval.SourcePath(sum)
	if f.mounted[at] {
		return at, nil
	}
	tree, trusted, err := f.lockedTree(name, l, at)
	if err != nil {
		return "", err
	}
	if !trusted {
		if err := checkHash(f.ctx, tree, sum, l); err != nil {
			return "", &InputError{Input: name, Flake: f.Ref.Dir, Reason: WrongHash, Locked: l, Err: err}
		}
	}
	f.sources.Mount(at, tree)
	f.mounted[at] = true
	return at, nil
}

// checkHash compares a source with its lock. The error omits the hash of a local
// source: it would disclose the content to an author who may not read it.
func checkHash(ctx context.Context, tree source.Tree, want []byte, l *Locked) error {
	alone := &source.FS{}
	alone.Mount("/source", tree)
	got, err := eval.NARHash(ctx, alone, "/source")
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) && l.OfThisMachine() {
		return fmt.Errorf("it does not have the narHash %s", SRI(want))
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("its narHash is %s, locked is %s", SRI(got), SRI(want))
	}
	return nil
}

// lockedTree finds a locked source on this machine. trusted reports whether its hash
// was checked when it was put there.
func (f *Flake) lockedTree(name string, l *Locked, at string) (tree source.Tree, trusted bool, err error) {
	if info, err := os.Lstat(at); err == nil && info.IsDir() {
		tree, err := f.openTree(Ref{Dir: at})
		return tree, true, err
	}
	fail := func(reason Reason, err error) (source.Tree, bool, error) {
		return nil, false, &InputError{Input: name, Flake: f.Ref.Dir, Reason: reason, Locked: l, Err: err}
	}
	switch l.Type {
	case "path":
		if err := RefusePlace(l.Path); err != nil {
			return fail(Refused, err)
		}
		tree, err := f.openTree(Ref{Dir: l.Path})
		if err != nil {
			return fail(Unreadable, err)
		}
		return tree, false, nil
	case "git":
		a, _, err := l.Address()
		if err != nil {
			return fail(Unreadable, err)
		}
		if a.Local() {
			if l.Rev == "" {
				return fail(NotLocked, fmt.Errorf("flake.lock has no revision for it"))
			}
			tree, err := f.lockedRepository(a.FilePath(), l.Rev)
			var git *GitError
			if errors.As(err, &git) && git.Kind == gitrepo.Refused {
				return fail(Refused, err)
			}
			if err != nil {
				return fail(Unreadable, err)
			}
			return tree, false, nil
		}
	case "tarball", "file":
		// An archive on this machine, which is opened on demand.
		if a, _, err := l.Address(); err == nil && a.Local() {
			if err := RefusePlace(a.FilePath()); err != nil {
				return fail(Refused, err)
			}
		}
	case "github", "gitlab", "sourcehut":
	default:
		return fail(Unsupported, nil)
	}
	if f.options.Find != nil {
		if dir, ok := f.options.Find(l); ok {
			tree, err := f.openTree(Ref{Dir: dir})
			if err != nil {
				return fail(Unreadable, err)
			}
			return tree, false, nil
		}
	}
	return fail(Missing, nil)
}
