package gitrepo

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Limits of the small files.
const (
	maxPointer = 8 << 10  // `.git`, HEAD, a ref, commondir
	maxConfig  = 1 << 20  // a config file
	maxPacked  = 64 << 20 // packed-refs
)

// Repo is an opened repository. It may be used from several goroutines.
type Repo struct {
	root   string // the work tree; empty for a repository without one
	gitDir string // HEAD and the index
	common string // refs, objects and config; gitDir but in a linked work tree
	format format

	index   func() (*index, error)
	tracked func() ([]string, error)
	work    func() (*bounded.Root, error) // the work tree
	// submodules are those of the work tree.
	submodules func() ([]Submodule, error)

	mu      sync.Mutex // for what is below
	objects *objects
	again   bool // the list of packs was read a second time
	opened  []io.Closer

	ignores ignores
}

// Open opens the repository of a work tree: the directory that holds `.git`.
func Open(workTree string) (*Repo, error) {
	root, err := filepath.Abs(workTree)
	if err != nil {
		return nil, &Error{Kind: NotFound, Path: workTree, Msg: "cannot be read", Err: err}
	}
	gitDir, err := findGitDir(root)
	if err != nil {
		return nil, err
	}
	return open(root, gitDir)
}

// OpenGitDir opens a repository by the directory of its objects and refs
// (a bare repository, or `.git`) or by its work tree, for its commits alone.
func OpenGitDir(dir string) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, &Error{Kind: NotFound, Path: dir, Msg: "cannot be read", Err: err}
	}
	if dir, err = realPlace(dir); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		if dir, err = findGitDir(dir); err != nil {
			return nil, err
		}
	} else if !looksLikeGitDir(dir) {
		return nil, &Error{Kind: NotFound, Path: dir, Msg: "is not a git repository"}
	}
	return open("", dir)
}

// looksLikeGitDir is git's own test: HEAD, objects and refs.
func looksLikeGitDir(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// findGitDir returns the directory that `.git` of a work tree is or names.
func findGitDir(root string) (string, error) {
	dotGit := filepath.Join(root, ".git")
	info, err := os.Lstat(dotGit)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &Error{Kind: NotFound, Path: root, Msg: "is not a git work tree", Hint: "git -C " + root + " init"}
	}
	if err != nil {
		return "", unreadable(dotGit, err)
	}
	if info.IsDir() {
		return dotGit, nil
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		real, err := realPlace(dotGit)
		if err != nil {
			return "", err
		}
		if info, err := os.Lstat(real); err == nil && info.IsDir() {
			return real, nil
		}
		return "", damaged(dotGit, "is a link whose target is not a directory")
	}
	data, err := bounded.ReadFileNoFollow(dotGit, maxPointer)
	if err != nil {
		return "", unreadable(dotGit, err)
	}
	named, ok := bytes.CutPrefix(data, []byte("gitdir: "))
	if !ok {
		return "", damaged(dotGit, "is neither a git directory nor names one")
	}
	return namedDir(dotGit, named)
}

// namedDir is the directory that the file `from` names on one line, absolute or
// relative to where the file is.
func namedDir(from string, line []byte) (string, error) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\n') >= 0 {
		return "", damaged(from, "does not name a directory")
	}
	dir := string(line)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(from), dir)
	}
	dir, err := realPlace(dir)
	var e *Error
	if errors.As(err, &e) {
		// What is named may be a secret of where this file points to.
		return "", &Error{Kind: e.Kind, Path: from, Msg: "names a directory that " + e.Msg, Hint: e.Hint, Err: e.Err}
	}
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return "", damaged(from, "does not name a directory")
	}
	return dir, nil
}

// realPlace resolves the links of a path and refuses pseudo file systems.
func realPlace(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		var in *fs.PathError
		if errors.As(err, &in) {
			err = in.Err
		}
		return "", &Error{Kind: NotFound, Path: path, Msg: "cannot be read", Err: err}
	}
	for _, place := range []string{"/proc", "/sys", "/dev"} {
		// /proc has links that point elsewhere.
		for _, p := range []string{filepath.Clean(path), real} {
			if p == place || strings.HasPrefix(p, place+"/") {
				return "", &Error{Kind: Refused, Path: path, Msg: "is below " + place + ", where no repository is read"}
			}
		}
	}
	return real, nil
}

func open(root, gitDir string) (*Repo, error) {
	r := &Repo{root: root, gitDir: gitDir, common: gitDir}
	pointer := filepath.Join(gitDir, "commondir")
	data, err := readInside(gitDir, pointer, maxPointer)
	switch {
	case err == nil:
		if r.common, err = namedDir(pointer, data); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, unreadable(pointer, err)
	}
	if r.format, err = r.readFormat(); err != nil {
		return nil, err
	}
	r.index = sync.OnceValues(r.readIndex)
	r.tracked = sync.OnceValues(r.listTracked)
	r.work = sync.OnceValues(r.openWork)
	r.submodules = sync.OnceValues(r.openSubmodules)
	return r, nil
}

// Root is the work tree, empty for a repository that was opened without one.
func (r *Repo) Root() string { return r.root }

// GitDir is the directory that holds the repository's HEAD.
func (r *Repo) GitDir() string { return r.gitDir }

// Common is the directory that holds its refs, objects and config: GitDir, but in a
// linked work tree.
func (r *Repo) Common() string { return r.common }

// Shallow reports whether history was cut off when the repository was cloned.
func (r *Repo) Shallow() bool {
	info, err := os.Lstat(filepath.Join(r.common, "shallow"))
	return err == nil && info.Size() > 0
}

func (r *Repo) openWork() (*bounded.Root, error) {
	if r.root == "" {
		return nil, &Error{Kind: NotFound, Path: r.gitDir, Msg: "has no work tree"}
	}
	work, err := bounded.OpenRoot(r.root)
	if err != nil {
		return nil, unreadable(r.root, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened = append(r.opened, work)
	return work, nil
}

// Close releases the files that are open. The Repo is of no use after it.
func (r *Repo) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.opened {
		f.Close()
	}
	r.opened = nil
	if r.objects != nil {
		r.objects.close()
		r.objects = nil
	}
}
