package lock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// sources gets what inputs are.
type sources struct {
	ctx     context.Context
	options Options
	known   map[string]*fetched // by attributes, without `dir`
	opened  []func()
}

// fetched is a source as it is now.
type fetched struct {
	locked    attrs
	tree      source.Tree // nil for a single file
	elsewhere bool
	// of a single file of this machine: its name, and the directory around it
	file   string
	around source.Tree
}

func (s *sources) close() {
	for _, done := range s.opened {
		done()
	}
}

// open is the place of the flake that is locked.
func (s *sources) open(ref flake.Ref) (place, error) {
	tree, dir, done, err := ref.FlakeTree(s.ctx)
	if err != nil {
		return place{}, &Error{Kind: Unavailable, Err: err}
	}
	s.opened = append(s.opened, done)
	return place{tree: tree, dir: dir}, nil
}

// file reads a file of a source; links in it are followed, and not out of it.
func (p place) file(name string) ([]byte, error) {
	sources := &source.FS{}
	sources.Mount("/source", p.tree)
	return sources.ReadFile(path.Join("/source", p.dir, name))
}

var inputName = pattern.Lazy{Text: `^[a-zA-Z][a-zA-Z0-9_-]*$`}

// readFlake reads the inputs of a flake. What it follows is relative to itself,
// and so to the path to it.
func (s *sources) readFlake(at place, prefix []string) (map[string]*input, error) {
	fail := func(kind Kind, err error) error {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		return &Error{Kind: kind, Input: join(prefix), Err: err}
	}
	if at.tree == nil {
		return nil, fail(Invalid, errors.New("a file is not a flake; write `flake = false;`"))
	}
	text, err := at.file("flake.nix")
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, source.ErrHidden) {
		return nil, &Error{Kind: Invalid, Input: join(prefix), Msg: "it has no flake.nix", Hint: "write `flake = false;` if it is only a source tree"}
	}
	if err != nil {
		return nil, fail(Unavailable, err)
	}
	written, err := flake.ReadWritten(string(text), path.Join(at.dir, "flake.nix"))
	switch {
	case err != nil:
		return nil, fail(Invalid, err)
	case !written.Outputs:
		return nil, fail(Invalid, errors.New("flake.nix has no `outputs`"))
	case written.Submodules && len(prefix) > 0:
		return nil, fail(NeedsNix, errors.New("`inputs.self.submodules` needs Nix"))
	case written.LFS && len(prefix) > 0:
		return nil, fail(NeedsNix, errors.New("`inputs.self.lfs` needs Nix"))
	}
	inputs, err := convert(written.Inputs, prefix)
	if err != nil {
		return nil, fail(Invalid, err)
	}
	return inputs, nil
}

func convert(written map[string]*flake.Input, prefix []string) (map[string]*input, error) {
	inputs := make(map[string]*input, len(written))
	for _, name := range sorted(written) {
		w := written[name]
		in := &input{isFlake: w.Flake}
		if w.URL != "" || len(w.Attrs) > 0 {
			ref, err := w.OriginalAttrs(name)
			if err != nil {
				return nil, fmt.Errorf("`inputs.%s`: %w", name, err)
			}
			in.ref = ref
		}
		if w.Follows != nil {
			for _, step := range w.Follows {
				if !inputName.Get().MatchString(step) {
					return nil, fmt.Errorf("`inputs.%s.follows` has an invalid name: %q", name, step)
				}
			}
			in.follows = append(append([]string{}, prefix...), w.Follows...)
		}
		if in.ref != nil && in.follows != nil {
			return nil, fmt.Errorf("`inputs.%s` has both an address and `follows`", name)
		}
		var err error
		if in.overrides, err = convert(w.Inputs, prefix); err != nil {
			return nil, err
		}
		inputs[name] = in
	}
	return inputs, nil
}

// readLock reads the lock that a fetched flake came with.
func (s *sources) readLock(at place, prefix []string) (*node, error) {
	data, err := at.file("flake.lock")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, source.ErrHidden) {
		return readOld(nil)
	}
	if err != nil {
		return nil, &Error{Kind: Unavailable, Input: join(prefix), Err: err}
	}
	old, err := readOld(data)
	var damaged *Error
	if errors.As(err, &damaged) {
		damaged.Input = join(prefix)
	}
	return old, err
}

// judge refuses references that a downloaded flake may not use.
func (s *sources) judge(ref attrs, at place, input []string) error {
	l, err := flake.LockedOf(ref)
	if err != nil {
		return &Error{Kind: Damaged, Input: join(input), Err: err}
	}
	if at.elsewhere && ref["type"] != "indirect" && l.OfThisMachine() {
		return &Error{Kind: Unsafe, Input: join(input), Msg: fmt.Sprintf("it is %s, and a flake from elsewhere may read nothing of this machine", l)}
	}
	return nil
}

// now fetches the current source of a reference. from is the flake that contains it.
func (s *sources) now(ref attrs, from place, input []string) (attrs, place, error) {
	if err := s.judge(ref, from, input); err != nil {
		return nil, place{}, err
	}
	plain := maps.Clone(ref)
	delete(plain, "dir")
	id := identity(ref)
	f := s.known[id]
	if f == nil {
		var err error
		if f, err = s.obtain(plain); err == nil {
			err = unlike(plain, f.locked)
		}
		if err != nil {
			return nil, place{}, s.explain(err, input)
		}
		s.known[id] = f
	}
	locked, dir := f.locked, ""
	if d, ok := ref["dir"].(string); ok {
		locked = maps.Clone(locked)
		locked["dir"] = d
		var ok bool
		if dir, ok = local(d); !ok {
			return nil, place{}, &Error{Kind: Unsafe, Input: join(input), Msg: fmt.Sprintf("the directory `%s` is outside of the source", d)}
		}
	}
	return locked, place{tree: f.tree, dir: dir, elsewhere: f.elsewhere}, nil
}

// identity is a text that is equal for references to the same source.
func identity(ref attrs) string {
	plain := maps.Clone(ref)
	delete(plain, "dir")
	return fmt.Sprintf("%#v", plain)
}

// local is a clean path inside a source, "" for its top.
func local(dir string) (string, bool) {
	switch dir = path.Clean(dir); {
	case dir == ".":
		return "", true
	case dir == "..", strings.HasPrefix(dir, "../"):
		return "", false
	}
	return strings.TrimPrefix(dir, "/"), true
}

// explain names the input in an error, and keeps that of an interruption.
func (s *sources) explain(err error, input []string) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	var known *Error
	if errors.As(err, &known) {
		known.Input = join(input)
		return known
	}
	return &Error{Kind: Unavailable, Input: join(input), Err: err}
}

// unlike finds the attributes in flake.nix that the source contradicts.
func unlike(ref, locked attrs) error {
	for _, name := range []string{"narHash", "lastModified", "rev", "revCount"} {
		if wanted, given := ref[name]; given && name != "rev" && wanted != locked[name] {
			return invalid("it has the %s %v, and flake.nix says %v", name, locked[name], wanted)
		}
	}
	return nil
}

// obtain fetches the source of a reference without `dir`.
func (s *sources) obtain(ref attrs) (*fetched, error) {
	l, err := flake.LockedOf(ref)
	if err != nil {
		return nil, invalid("%v", err)
	}
	switch l.Type {
	case "path":
		return s.path(ref, l)
	case "git":
		for _, name := range []string{"submodules", "lfs", "exportIgnore", "verifyCommit", "publicKey", "publicKeys"} {
			if value, given := ref[name]; given && value != false {
				return nil, &Error{Kind: NeedsNix, Msg: "`" + name + "` needs Nix"}
			}
		}
		a, err := address.Parse(l.URL)
		if err != nil {
			return nil, err
		}
		if a.Local() {
			if err := flake.RefusePlace(a.FilePath()); err != nil {
				return nil, err
			}
			if _, err := os.Lstat(filepath.Join(a.FilePath(), ".git")); err == nil {
				return s.repository(ref, l, a.FilePath())
			}
		}
	case "tarball", "file":
		if a, err := address.Parse(l.URL); err == nil && a.Local() {
			if err := flake.RefusePlace(a.FilePath()); err != nil {
				return nil, err
			}
		}
	case "github", "gitlab", "sourcehut":
		l.Rev = strings.ToLower(l.Rev)
	case "indirect":
		return nil, &Error{Kind: NeedsNix, Msg: fmt.Sprintf("it has no address: `%s` is a name in the Nix registry, which is not looked up here", ref["id"])}
	default:
		return nil, &Error{Kind: NeedsNix, Msg: fmt.Sprintf("only Nix can fetch the type `%s`", l.Type)}
	}
	return s.remote(ref, l)
}

// path takes a directory, or a file, as it is.
func (s *sources) path(ref attrs, l *flake.Locked) (*fetched, error) {
	dir := filepath.Clean(l.Path)
	if err := flake.RefusePlace(dir); err != nil {
		return nil, err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	f := &fetched{locked: maps.Clone(ref)}
	root, at := dir, "/source"
	switch {
	case info.Mode().IsRegular():
		root, at = filepath.Dir(dir), "/source/"+filepath.Base(dir)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, invalid("%s is a link; write the directory that it points to", dir)
	case !info.IsDir():
		return nil, invalid("%s is neither a directory nor a file", dir)
	}
	tree, err := source.OpenDir(root)
	if err != nil {
		return nil, err
	}
	s.opened = append(s.opened, func() { tree.Close() })
	if info.IsDir() {
		f.tree = tree
	} else {
		f.around, f.file = tree, filepath.Base(dir)
	}
	if _, given := ref["lastModified"]; !given {
		newest, err := flake.Newest(s.ctx, dir)
		if err != nil {
			return nil, err
		}
		f.locked["lastModified"] = newest
	}
	f.locked["narHash"], err = s.hash(tree, at)
	return f, err
}

func (s *sources) hash(tree source.Tree, at string) (string, error) {
	alone := &source.FS{}
	alone.Mount("/source", tree)
	sum, err := eval.NARHash(s.ctx, alone, at)
	if err != nil {
		return "", err
	}
	return flake.SRI(sum), nil
}

// repository takes the checked-out files of a repository on this machine, or the commit
// that the reference names.
func (s *sources) repository(ref attrs, l *flake.Locked, dir string) (*fetched, error) {
	r, err := gitrepo.Open(dir)
	if err != nil {
		return nil, err
	}
	s.opened = append(s.opened, r.Close)
	f := &fetched{locked: maps.Clone(ref)}
	shallow, _ := ref["shallow"].(bool)
	rev, branch := l.Rev, ""
	if l.Ref == "" {
		if branch, err = r.Branch(); err != nil {
			return nil, err
		}
	}
	switch {
	case l.Ref == "" && rev == "":
		if rev, err = s.checkedOut(r); err != nil {
			return nil, err
		}
		tree, done, err := flake.Ref{Dir: filepath.Clean(dir), GitRoot: filepath.Clean(dir)}.Tree()
		if err != nil {
			return nil, err
		}
		s.opened, f.tree = append(s.opened, done), tree
	case rev == "":
		found := false
		if rev, found, err = r.NamedCommit(s.ctx, l.Ref); err == nil && !found {
			err = &flake.GitError{Kind: gitrepo.NotFound, Path: dir, Msg: "it has no branch or tag `" + l.Ref + "`"}
		}
		if err != nil {
			return nil, err
		}
	case branch == "" && l.Ref == "":
		branch = "master" // as Nix has it for a repository whose HEAD is on no branch
	}
	if f.tree == nil {
		if f.tree, err = r.Tree(s.ctx, rev); err != nil {
			return nil, err
		}
	}
	if branch != "" {
		f.locked["ref"] = branch
	}
	f.locked["rev"] = rev
	if r.Shallow() && !shallow {
		return nil, &Error{Kind: Unlockable, Msg: "it is a shallow clone, whose commits cannot be counted", Hint: "add ?shallow=1 to its address, or: git -C " + dir + " fetch --unshallow"}
	}
	if !shallow {
		if f.locked["revCount"], _, err = r.RevCount(s.ctx, rev); err != nil {
			return nil, err
		}
	}
	if f.locked["lastModified"], err = r.CommitTime(s.ctx, rev); err != nil {
		return nil, err
	}
	f.locked["narHash"], err = s.hash(f.tree, "/source")
	return f, err
}

// checkedOut is the commit of a work tree that has no changes beyond it.
func (s *sources) checkedOut(r *gitrepo.Repo) (string, error) {
	state, err := r.State(s.ctx)
	switch {
	case err != nil:
		return "", err
	case state.Rev == "":
		return "", &Error{Kind: Unlockable, Msg: "it is a repository without a commit", Hint: "commit what is there: git -C " + r.Root() + " commit -a"}
	case state.Dirty:
		return "", &Error{Kind: Unlockable, Msg: "it has uncommitted changes, so that there is no commit to lock", Hint: "commit them: git -C " + r.Root() + " commit -a\nor name a branch, whose commit is locked: ?ref=BRANCH"}
	}
	return state.Rev, nil
}

// remote downloads.
func (s *sources) remote(ref attrs, l *flake.Locked) (*fetched, error) {
	f := &fetched{locked: maps.Clone(ref), elsewhere: !l.OfThisMachine()}
	if f.elsewhere && s.options.Permit != nil {
		if err := s.options.Permit(l); err != nil {
			return nil, err
		}
	}
	shallow, _ := ref["shallow"].(bool)
	got, dir, err := s.options.Store.Now(s.ctx, l, !shallow)
	if err != nil {
		return nil, err
	}
	if dir != "" {
		tree, err := source.OpenDir(dir)
		if err != nil {
			return nil, err
		}
		s.opened = append(s.opened, func() { tree.Close() })
		f.tree = tree
	}
	if l.Type == "tarball" && got.URL != l.URL {
		f.locked = attrs{"type": "tarball", "url": got.URL}
	}
	set := func(name, text string, n int64) {
		switch {
		case text != "":
			f.locked[name] = text
		case n != 0:
			f.locked[name] = n
		}
	}
	switch l.Type {
	case "github", "gitlab", "sourcehut":
		delete(f.locked, "ref")
		set("rev", got.Rev, 0)
	case "git":
		set("ref", got.Ref, 0)
		set("rev", got.Rev, 0)
		set("revCount", "", got.RevCount)
	case "tarball":
		set("rev", got.Rev, 0)
		set("revCount", "", got.RevCount)
	}
	switch l.Type {
	case "file":
	case "tarball":
		set("lastModified", "", got.LastModified)
	default:
		f.locked["lastModified"] = got.LastModified
	}
	f.locked["narHash"] = got.NarHash
	return f, nil
}

// again opens the source that was locked before.
func (s *sources) again(kept *node, from place, input []string) (place, error) {
	if relative(kept.locked) {
		return from.inside(kept.locked, input)
	}
	l, err := flake.LockedOf(kept.locked)
	if err != nil {
		return place{}, &Error{Kind: Damaged, Input: join(input), Err: err}
	}
	at := place{elsewhere: !l.OfThisMachine()}
	at.dir, _ = local(l.Dir)
	for range 2 {
		tree, done, err := flake.LockedTree(s.ctx, l, s.options.Store.Find)
		var missing *flake.InputError
		switch {
		case err == nil:
			s.opened = append(s.opened, done)
			at.tree = tree
			return at, nil
		case !errors.As(err, &missing) || missing.Reason != flake.Missing:
			return place{}, s.explain(err, input)
		}
		if s.options.Permit != nil {
			if err := s.options.Permit(l); err != nil {
				return place{}, s.explain(err, input)
			}
		}
		if _, err := s.options.Store.Fetch(s.ctx, l); err != nil {
			return place{}, s.explain(err, input)
		}
	}
	return place{}, &Error{Kind: Unavailable, Input: join(input), Msg: "the source is missing after its download"}
}
