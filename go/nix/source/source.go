// Package source provides the files that an evaluation may read: trees mounted at
// absolute paths. It follows symbolic links by hand, so that a link can point from a
// mounted tree to another but never out of all of them. A directory of the host is also
// read through an os.Root.
package source

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tree is a read-only file tree. Names are as in io/fs: slash-separated,
// relative, "." for the tree itself. None of the methods follows a symbolic
// link in the last step of a name.
type Tree interface {
	Lstat(name string) (fs.FileInfo, error)
	ReadFile(name string) ([]byte, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	Readlink(name string) (string, error)
}

// ErrOutside is wrapped by errors for paths that no mounted tree holds.
var ErrOutside = errors.New("outside of the source trees of this evaluation")

// LinkError is an error about the target of a symbolic link.
type LinkError struct {
	Link, Target string // absolute paths
	Err          error
}

func (e *LinkError) Error() string {
	return "following the symbolic link " + e.Link + ": " + e.Err.Error()
}

func (e *LinkError) Unwrap() error { return e.Err }

// ErrManyLinks is wrapped by errors for a path that goes through too many symbolic links.
var ErrManyLinks = errors.New("too many symbolic links")

// maxLinks bounds how many symbolic links one path may take.
const maxLinks = 40

// maxPath bounds a path in bytes, as systems do: each step of it takes stack.
const maxPath = 4096

// FS is a set of mounted trees. It may be used from several goroutines.
type FS struct {
	mu     sync.Mutex // for the fields below; not held while a file is read
	mounts []mount
	real   map[string]string // paths with all links followed
	infos  map[string]fs.FileInfo

	store   string             // the directory of the objects
	objects map[string]*object // by path
}

type mount struct {
	at   string
	tree Tree
}

// Mount adds a tree at a clean absolute path. An inner mount hides the outer one there.
func (f *FS) Mount(at string, tree Tree) {
	f.mu.Lock()
	defer f.mu.Unlock()
	// What is found through the old list stays as it is.
	f.mounts = append(slices.Clone(f.mounts), mount{path.Clean(at), tree})
	slices.SortStableFunc(f.mounts, func(a, b mount) int { return len(b.at) - len(a.at) })
	f.real, f.infos = nil, nil
}

// within is the name of p in the tree mounted at at.
func within(at, p string) (string, bool) {
	switch {
	case p == at:
		return ".", true
	case at == "/":
		return p[1:], true
	case strings.HasPrefix(p, at) && p[len(at)] == '/':
		return p[len(at)+1:], true
	}
	return "", false
}

func (f *FS) find(op, p string) (Tree, string, error) {
	if o, name := f.object(p); o != nil {
		return f.findIn(o, op, p, name)
	}
	return f.findMounted(op, p)
}

func (f *FS) findMounted(op, p string) (Tree, string, error) {
	for _, m := range f.mounts {
		if name, ok := within(m.at, p); ok {
			return m.tree, name, nil
		}
	}
	return nil, "", &fs.PathError{Op: op, Path: p, Err: ErrOutside}
}

// Lstat looks at a clean absolute path; links in its directories are followed.
func (f *FS) Lstat(p string) (fs.FileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.resolveParent(p)
	if err != nil {
		return nil, err
	}
	return f.lstat(p)
}

// lstat looks at a file once; a tree is taken not to change.
func (f *FS) lstat(p string) (fs.FileInfo, error) {
	if info, ok := f.infos[p]; ok {
		return info, nil
	}
	tree, name, err := f.find("stat", p)
	if err != nil {
		if f.above(p) {
			return bareInfo{path.Base(p), fs.ModeDir | 0o555}, nil
		}
		return nil, err
	}
	info, err := tree.Lstat(name)
	if err != nil {
		return nil, rename(err, p)
	}
	if f.infos == nil {
		f.infos = make(map[string]fs.FileInfo)
	}
	f.infos[p] = info
	return info, nil
}

// ReadFile reads a file; links are followed.
func (f *FS) ReadFile(p string) ([]byte, error) {
	p, tree, name, err := f.open(p)
	if err != nil {
		return nil, err
	}
	data, err := tree.ReadFile(name)
	return data, rename(err, p)
}

// open finds a file, links followed, and the tree that has it.
func (f *FS) open(p string) (real string, tree Tree, name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	links := 0
	real, err = f.resolve(p, &links)
	if err != nil {
		return "", nil, "", err
	}
	tree, name, err = f.find("open", real)
	return real, tree, name, err
}

// ReadDir lists a directory, sorted; links are followed.
func (f *FS) ReadDir(p string) ([]fs.DirEntry, error) {
	p, tree, name, err := f.open(p)
	if err != nil {
		return nil, err
	}
	entries, err := tree.ReadDir(name)
	return entries, rename(err, p)
}

// Readlink reads a link; links in its directories are followed.
func (f *FS) Readlink(p string) (string, error) {
	f.mu.Lock()
	p, err := f.resolveParent(p)
	if err != nil {
		f.mu.Unlock()
		return "", err
	}
	tree, name, err := f.find("readlink", p)
	f.mu.Unlock()
	if err != nil {
		return "", err
	}
	target, err := tree.Readlink(name)
	return target, rename(err, p)
}

// Resolve follows every link of a clean absolute path.
func (f *FS) Resolve(p string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	links := 0
	return f.resolve(p, &links)
}

// ResolveParent follows every link but one in the last step.
func (f *FS) ResolveParent(p string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.resolveParent(p)
}

func (f *FS) resolveParent(p string) (string, error) {
	dir, base := path.Split(p)
	if base == "" {
		return p, nil
	}
	links := 0
	dir, err := f.resolve(parent(dir), &links)
	if err != nil {
		return "", err
	}
	return join(dir, base), nil
}

// parent is the first result of path.Split of a clean path, made clean.
func parent(dir string) string {
	if dir == "/" {
		return dir
	}
	return strings.TrimSuffix(dir, "/")
}

// join is path.Join for a clean directory and one step.
func join(dir, base string) string {
	if dir == "/" {
		return "/" + base
	}
	return dir + "/" + base
}

func (f *FS) resolve(p string, links *int) (string, error) {
	if r, ok := f.real[p]; ok {
		return r, nil
	}
	if p == "/" || f.above(p) {
		return p, nil
	}
	if len(p) > maxPath {
		return "", &fs.PathError{Op: "resolve", Path: p[:32] + "…", Err: errors.New("file name too long")}
	}
	dir, base := path.Split(p)
	dir, err := f.resolve(parent(dir), links)
	if err != nil {
		return "", err
	}
	full := join(dir, base)
	info, err := f.lstat(full)
	if err != nil {
		return "", err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if *links++; *links > maxLinks {
			return "", &fs.PathError{Op: "resolve", Path: p, Err: ErrManyLinks}
		}
		tree, name, err := f.find("readlink", full)
		if err != nil {
			return "", err
		}
		target, err := tree.Readlink(name)
		if err != nil {
			return "", rename(err, full)
		}
		if !path.IsAbs(target) {
			target = path.Join(dir, target)
		}
		full, err = f.resolve(path.Clean(target), links)
		if err != nil {
			return "", &LinkError{Link: p, Target: path.Clean(target), Err: err}
		}
	}
	f.remember(p, full)
	return full, nil
}

func (f *FS) remember(p, full string) {
	if f.real == nil {
		f.real = make(map[string]string)
	}
	f.real[p] = full
}

// above reports whether p is a directory on the way to a mounted tree or to the
// objects of the store, or a tree's top, which is taken as it is.
func (f *FS) above(p string) bool {
	if p == "/" {
		return len(f.mounts) > 0 || f.objects != nil
	}
	if f.objects != nil && (p == f.store || strings.HasPrefix(f.store, p+"/")) {
		return true
	}
	for _, m := range f.mounts {
		if m.at == p || strings.HasPrefix(m.at, p+"/") {
			return true
		}
	}
	return false
}

// bareInfo is the FileInfo of a file that is not on disk.
type bareInfo struct {
	name string
	mode fs.FileMode
}

func (i bareInfo) Name() string      { return i.name }
func (bareInfo) Size() int64         { return 0 }
func (i bareInfo) Mode() fs.FileMode { return i.mode }
func (bareInfo) ModTime() time.Time  { return time.Time{} }
func (i bareInfo) IsDir() bool       { return i.mode.IsDir() }
func (bareInfo) Sys() any            { return nil }

// rename puts the whole path into an error of a tree.
func rename(err error, p string) error {
	if err == nil {
		return nil
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return &fs.PathError{Op: pe.Op, Path: p, Err: pe.Err}
	}
	return &fs.PathError{Op: "read", Path: p, Err: err}
}
