// Package flake evaluates flakes with the embedded evaluator, without Nix and without
// network: the flake in a directory or a git work tree, with the inputs that its
// flake.lock names, as far as their sources are on this machine. A missing source is an
// *InputError that names it.
//
// Nothing is copied: a work tree is read in place, and only its tracked files are
// visible. Other sources are checked against the lock's narHash and appear below
// /nix/store under the name that Nix would give them, so that positions in them mean
// the same with both.
package flake

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

//go:embed call.nix
var callText string

// Options configure the evaluation of a flake.
type Options struct {
	// Eval configures the evaluator, which reads no files but those of the flake and its inputs.
	Eval nix.Options
	// Overrides replace inputs, as --override-input does.
	Overrides []Override
	// Find returns the directory of a locked source that needs a download. Default: none
	// is found.
	Find func(*Locked) (dir string, ok bool)
}

// Ref is a flake on this machine.
type Ref struct {
	// Dir is the absolute directory with the flake.nix, links followed.
	Dir string
	// GitRoot is the work tree around it whose tracked files are the source; empty if the
	// source is the directory with all its files.
	GitRoot string
	// Submodules: those of GitRoot are part of the source.
	Submodules bool
	// Top is the directory that is the source, where that is above Dir and is no
	// work tree; empty otherwise.
	Top string
	// Locked describes a source that was downloaded instead; no other field is set then.
	// Options.Find returns its directory.
	Locked *Locked
}

func (r Ref) root() string {
	switch {
	case r.GitRoot != "":
		return r.GitRoot
	case r.Top != "":
		return r.Top
	}
	return r.Dir
}

// dir returns the directory of flake.nix within the source, "" for its top.
func (r Ref) dir() string {
	rel, err := filepath.Rel(r.root(), r.Dir)
	if err != nil || rel == "." {
		return ""
	}
	return filepath.ToSlash(rel)
}

// Override replaces an input: `nixpkgs`, or `a/b` for the input b of the input a.
type Override struct {
	Input string
	Ref   Ref
}

// Flake is an opened flake. Close it when its values are no longer needed.
type Flake struct {
	Ref  Ref
	Lock *Lock // nil when there is no flake.lock

	ctx     context.Context
	options Options
	sources *source.FS
	nix     *nix.Evaluator
	ev      *eval.Evaluator // of nix
	graph   *graph
	dirs    []*source.Dir
	mounted map[string]bool
	local   map[string]bool // of mounted, directories: whether with submodules
	stored  map[string]string
	// repositories are those of the work trees, by root.
	repositories map[string]*gitrepo.Repo
	value        eval.Value
}

// Open reads the lock of a flake and prepares its evaluation; no Nix file is read yet.
func Open(ctx context.Context, ref Ref, o Options) (*Flake, error) {
	f := &Flake{Ref: ref, ctx: ctx, options: o, sources: &source.FS{}, mounted: make(map[string]bool), local: make(map[string]bool),
		repositories: make(map[string]*gitrepo.Repo)}
	ref, lock, err := f.mountFlake(ref)
	if err != nil {
		f.Close()
		return nil, err
	}
	f.Ref, f.Lock = ref, lock
	f.graph = newGraph(ref, lock)
	for _, over := range o.Overrides {
		if err := f.override(over); err != nil {
			f.Close()
			return nil, err
		}
	}
	f.nix, err = nix.NewFrom(o.Eval, func(o *eval.Options) {
		o.Context, o.Sources, o.StoredAs = ctx, f.sources, f.storedAs
	})
	if err != nil {
		f.Close()
		return nil, err
	}
	f.ev = f.nix.Engine()
	return f, nil
}

// Do calls f, whose evaluations share one account of time and memory, and one context.
func (f *Flake) Do(ctx context.Context, do func() error) error {
	f.ctx = ctx
	return f.nix.Do(ctx, do)
}

// Close releases the directories that are open.
func (f *Flake) Close() {
	for _, d := range f.dirs {
		d.Close()
	}
	f.dirs = nil
	for _, r := range f.repositories {
		r.Close()
	}
	clear(f.repositories)
}

// Evaluator is the evaluator of the flake's values.
func (f *Flake) Evaluator() *nix.Evaluator { return f.nix }

// Value is the flake as builtins.getFlake returns it: its outputs, its inputs and the
// attributes of its source.
func (f *Flake) Value() (nix.Value, error) {
	v, err := f.whole()
	if err != nil {
		return nix.Value{}, err
	}
	return f.nix.Wrap(v), nil
}

func (f *Flake) whole() (eval.Value, error) {
	if f.value != nil {
		return f.value, nil
	}
	if err := f.checkOverrides(); err != nil {
		return nil, err
	}
	if err := f.checkWritten(); err != nil {
		return nil, err
	}
	nodes, err := f.nodeValues()
	if err != nil {
		return nil, err
	}
	call, err := f.ev.EvalExpr(callText, "«flake»", "/")
	if err != nil {
		return nil, err
	}
	unlocked := f.ev.Func2(func(node, input string) (eval.Value, error) {
		return nil, &InputError{Input: f.graph.inputPath(node, input), Reason: NotLocked, Flake: f.Ref.Dir}
	})
	f.value, err = f.ev.Call(call, f.ev.Set(map[string]eval.Value{
		"nodes": f.ev.Set(nodes), "root": eval.Str(f.graph.root), "unlocked": unlocked,
	}))
	return f.value, err
}

// checkWritten checks the form of flake.nix as Nix does, and the lock against
// flake.nix. A downloaded flake was locked by its author.
func (f *Flake) checkWritten() error {
	if f.Ref.Locked != nil {
		return nil
	}
	name := path.Join(filepath.ToSlash(f.Ref.Dir), "flake.nix")
	text, err := f.sources.ReadFile(name)
	if err != nil {
		return nil // evaluation reports the error
	}
	written, err := ReadWritten(string(text), name)
	var syntaxError *syntax.Error
	switch {
	case errors.As(err, &syntaxError):
		return nil // likewise
	case err != nil:
		return err
	}
	if f.Lock == nil {
		return nil
	}
	for _, o := range f.options.Overrides {
		name, _, _ := strings.Cut(o.Input, "/")
		delete(written.Inputs, name) // what replaces it needs no lock
	}
	if stale := f.stale(written); stale != nil {
		return stale
	}
	return nil
}

// checkOverrides makes sure, for a flake without a lock, that flake.nix has the
// inputs that are overridden.
func (f *Flake) checkOverrides() error {
	if f.Lock != nil || f.Ref.Locked != nil || len(f.options.Overrides) == 0 {
		return nil
	}
	text, err := f.ev.EvalExpr(`file: let f = import file; in removeAttrs (builtins.functionArgs f.outputs // (f.inputs or { })) [ "self" ]`, "«flake»", "/")
	if err != nil {
		return err
	}
	v, err := f.ev.Call(text, eval.Path(path.Join(filepath.ToSlash(f.Ref.Dir), "flake.nix")))
	if err != nil {
		return err
	}
	names, err := f.ev.AttrNames(v)
	if err != nil {
		return err
	}
	for _, o := range f.options.Overrides {
		if input, _, _ := strings.Cut(o.Input, "/"); !slices.Contains(names, input) {
			return &InputError{Input: o.Input, Flake: f.Ref.Dir, Reason: NoSuchInput, Names: names}
		}
	}
	return nil
}

// storedAs returns the store path that Nix copies a directory's source to; "" for a path
// that is not the top of a source.
func (f *Flake) storedAs(p string) (string, error) {
	if _, ok := f.local[filepath.FromSlash(p)]; !ok {
		return "", nil
	}
	if at, ok := f.stored[p]; ok {
		return at, nil
	}
	sum, err := eval.NARHash(f.ctx, f.sources, p)
	if err != nil {
		return "", err
	}
	if f.stored == nil {
		f.stored = map[string]string{}
	}
	f.stored[p] = eval.SourcePath(sum)
	return f.stored[p], nil
}

// Output is one attribute of the flake's outputs. ok is false when one of the names is missing.
func (f *Flake) Output(names ...string) (v nix.Value, ok bool, err error) {
	all, err := f.Value()
	if err != nil {
		return nix.Value{}, false, err
	}
	return all.Attr(append([]string{"outputs"}, names...)...)
}

// NARHash is the hash of the flake's own source in the notation of Nix (SRI).
func (f *Flake) NARHash() (string, error) {
	if f.Ref.Locked != nil {
		return f.Ref.Locked.NarHash, nil
	}
	sum, err := eval.NARHash(f.ctx, f.sources, f.Ref.root())
	if err != nil {
		return "", err
	}
	return SRI(sum), nil
}

// Commit is the state of the flake's work tree; the zero value for a flake in no
// work tree.
func (f *Flake) Commit() (GitState, error) {
	if f.Ref.GitRoot == "" {
		return GitState{}, nil
	}
	r, err := f.repository(f.Ref.GitRoot)
	if err != nil {
		return GitState{}, err
	}
	return stateOf(f.ctx, r, f.Ref)
}

// SRI writes a SHA-256 hash in the notation of Nix.
func SRI(sum []byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum) }

func parseSRI(s string) ([]byte, bool) {
	text, ok := strings.CutPrefix(s, "sha256-")
	if !ok {
		return nil, false
	}
	sum, err := base64.StdEncoding.DecodeString(text)
	return sum, err == nil && len(sum) == 32
}

// mountLocal makes a flake's source readable where it is.
func (f *Flake) mountLocal(ref Ref) (Ref, error) {
	root := ref.root()
	if with, mounted := f.local[root]; mounted {
		if ref.Submodules && !with {
			return ref, &InputError{Input: "self", Flake: ref.Dir, Reason: Submodules, Why: "the same repository is read without them too"}
		}
		ref.Submodules = with
		return ref, nil
	}
	ref, tree, err := f.openSource(ref)
	if err != nil {
		return ref, err
	}
	f.sources.Mount(filepath.ToSlash(root), tree)
	f.mounted[root], f.local[root] = true, ref.Submodules
	return ref, nil
}

// openSource opens a source with the submodules that it requests.
func (f *Flake) openSource(ref Ref) (Ref, source.Tree, error) {
	tree, err := f.openTree(ref)
	if err != nil {
		return ref, nil, err
	}
	on, err := f.asksForSubmodules(ref, tree)
	if err == nil && on {
		ref.Submodules = true
		tree, err = f.openTree(ref)
	}
	return ref, tree, err
}

func (f *Flake) openTree(ref Ref) (source.Tree, error) {
	dir, err := source.OpenDir(ref.root())
	if err != nil {
		return nil, err
	}
	f.dirs = append(f.dirs, dir)
	if ref.GitRoot == "" {
		return dir, nil
	}
	return f.worktree(ref, dir)
}

// mountFlake makes a flake's source readable and reads its lock.
func (f *Flake) mountFlake(ref Ref) (Ref, *Lock, error) {
	if ref.Locked == nil {
		ref, err := f.mountLocal(ref)
		if err != nil {
			return ref, nil, err
		}
		lock, err := f.readLock(ref, filepath.ToSlash(ref.Dir))
		return ref, lock, err
	}
	at, err := f.mountLocked("", ref.Locked)
	if err != nil {
		return ref, nil, err
	}
	dir := path.Join(at, ref.Locked.Dir)
	if selfSubmodules(f.sources, path.Join(dir, "flake.nix")) {
		return ref, nil, &InputError{Input: "self", Flake: dir, Reason: Submodules, Why: "the source is a commit, and no work tree"}
	}
	lock, err := f.readLock(ref, dir)
	if err != nil {
		return ref, nil, err
	}
	return ref, lock, refuseElsewhere(ref, lock)
}

// readLock reads the flake.lock next to a flake.nix; nil if it does not exist.
func (f *Flake) readLock(ref Ref, dir string) (*Lock, error) {
	data, err := f.sources.ReadFile(path.Join(dir, "flake.lock"))
	switch {
	case errors.Is(err, source.ErrHidden):
		return nil, &InputError{Flake: ref.Dir, Reason: LockNotTracked}
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return ParseLock(data)
}

// ErrNoFlake is returned by Find for a directory without a flake.
var ErrNoFlake = errors.New("no flake.nix there or above it")

// Find looks for the flake of a directory as Nix does: in it and above it, up
// to the top of the git work tree. The directory need not be clean.
func Find(dir string) (Ref, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Ref{}, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return Ref{}, err
	}
	at := reference.FlakeDir(dir)
	if at == "" {
		return Ref{}, &fs.PathError{Op: "find", Path: dir, Err: ErrNoFlake}
	}
	return Ref{Dir: at, GitRoot: GitRoot(at)}, nil
}
