package locate

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// View is the set of files that a profile file may read below its root: never git's own
// files, and in a work tree no files that git ignores. Names are slash-separated and
// relative to the root.
type View struct {
	Root string
	repo *gitrepo.Repo // nil if git does not matter
	// own is visible although git ignores it: the profile that was named, or its
	// folder where git ignores all of that.
	own string
}

// OpenView opens the view of a profile file. Close it after use.
func OpenView(p *File) (*View, error) {
	v := &View{Root: p.Root}
	if !p.Worktree {
		return v, nil
	}
	repo, err := gitrepo.Open(p.Root)
	if err != nil {
		return nil, repositoryUnreadable(err)
	}
	v.repo = repo
	rel, err := filepath.Rel(p.Root, p.Path)
	if err != nil {
		rel = "."
	}
	rel = filepath.ToSlash(rel)
	tracked, err := repo.IsTracked(rel)
	if err != nil {
		repo.Close()
		return nil, repositoryUnreadable(err)
	}
	if !tracked && repo.Ignored(rel) {
		v.own = rel
		if dir := path.Dir(rel); dir != "." && !repo.Visible(dir) {
			v.own = dir
		}
	}
	return v, nil
}

// Serves reports whether a profile file may read what is in the view, and nothing else.
func (v *View) Serves(p *File) bool {
	if v.Root != p.Root || (v.repo != nil) != p.Worktree || v.own != "" {
		return false
	}
	rel, err := filepath.Rel(p.Root, p.Path)
	return err == nil && v.Hidden(filepath.ToSlash(rel)) == nil
}

func (v *View) Close() {
	if v.repo != nil {
		v.repo.Close()
	}
}

// repositoryUnreadable returns the error for a work tree whose tracked files are
// unknown: only the user may decide to read all of it.
func repositoryUnreadable(err error) *diag.Error {
	e := diag.From(GitFailure(err))
	d := &e.Diagnostics[0]
	if d.Hint != "" {
		d.Hint += "\n"
	}
	d.Hint += "say what the profile may read without git: --root DIR"
	return e
}

// Reasons for which a file is not visible. To an evaluation it does not exist.
var (
	errGitOwn  = &NotVisible{"is git's own"}
	errIgnored = &NotVisible{"is ignored by git"}
)

// NotVisible is the error for a file that is there and not visible.
type NotVisible struct{ Why string }

func (n *NotVisible) Error() string        { return "exists but " + n.Why }
func (n *NotVisible) Is(target error) bool { return target == fs.ErrNotExist }

// Remedy returns the hint for a profile that reads a hidden file below root.
func (n *NotVisible) Remedy(root, file string) string {
	if n != errIgnored {
		return "a profile never reads what is in .git; copy what it needs into a file of the project"
	}
	if rel, err := filepath.Rel(root, file); err == nil {
		file = rel
	}
	return "widen what the profile may read: --root " + diag.Shell(root) +
		"\nor, if it holds no secret, track it: git -C " + diag.Shell(root) + " add --force " + diag.Shell(file)
}

// Hidden returns why a file is not visible, or nil.
func (v *View) Hidden(name string) error {
	if name == "." {
		return nil
	}
	for step := range strings.SplitSeq(name, "/") {
		if len(step) == 4 && strings.EqualFold(step, ".git") {
			return errGitOwn
		}
	}
	if v.repo == nil || v.repo.Visible(name) {
		return nil
	}
	if v.own != "" && (name == v.own || strings.HasPrefix(name, v.own+"/") || strings.HasPrefix(v.own, name+"/")) {
		return nil
	}
	return errIgnored
}

// Tree shows of the root what is visible.
func (v *View) Tree(tree source.Tree) source.Tree { return &viewed{tree, v} }

type viewed struct {
	source.Tree
	view *View
}

func (t *viewed) check(op, name string) error {
	why := t.view.Hidden(name)
	if why == nil {
		return nil
	}
	if _, err := t.Tree.Lstat(name); err != nil {
		why = fs.ErrNotExist
	}
	return &fs.PathError{Op: op, Path: name, Err: why}
}

func (t *viewed) Lstat(name string) (fs.FileInfo, error) {
	if err := t.check("stat", name); err != nil {
		return nil, err
	}
	return t.Tree.Lstat(name)
}

func (t *viewed) ReadFile(name string) ([]byte, error) {
	if err := t.check("open", name); err != nil {
		return nil, err
	}
	return t.Tree.ReadFile(name)
}

func (t *viewed) Readlink(name string) (string, error) {
	if err := t.check("readlink", name); err != nil {
		return "", err
	}
	return t.Tree.Readlink(name)
}

func (t *viewed) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := t.check("open", name); err != nil {
		return nil, err
	}
	entries, err := t.Tree.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return t.view.Hidden(path.Join(name, e.Name())) != nil }), nil
}

// Limits of the work of finding out what the installed Nix may read.
const (
	mostSeenFiles = 50_000
	mostFolders   = 500
)

// VisiblePaths are paths below the root that together hold what is visible and
// nothing else: for the installed Nix, which can be given folders to read but
// not what to leave out of them. Links are in none of them but where a whole
// folder is visible.
func (v *View) VisiblePaths() ([]string, error) {
	root, err := bounded.OpenRoot(v.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	c := &cover{view: v, root: root}
	whole, paths, err := c.folder(".")
	if err != nil {
		return nil, err
	}
	if whole {
		return []string{v.Root}, nil
	}
	for i := range paths {
		paths[i] = filepath.Join(v.Root, filepath.FromSlash(paths[i]))
	}
	return paths, nil
}

type cover struct {
	view *View
	root *bounded.Root
	seen int
}

// ErrTooMany is the error for a view that has no short list of paths.
var ErrTooMany = errors.New("too many files")

// folder returns whether everything in a folder is visible, and else what is.
func (c *cover) folder(name string) (whole bool, paths []string, err error) {
	entries, err := c.root.ReadDir(filepath.FromSlash(name), mostSeenFiles)
	if err != nil {
		return false, nil, err
	}
	whole = true
	for _, e := range entries {
		if c.seen++; c.seen > mostSeenFiles {
			return false, nil, ErrTooMany
		}
		sub := path.Join(name, e.Name())
		switch {
		case c.view.Hidden(sub) != nil:
			whole = false
		case e.IsDir():
			all, below, err := c.folder(sub)
			if err != nil {
				return false, nil, err
			}
			if whole = whole && all; all {
				below = []string{sub}
			}
			paths = append(paths, below...)
		case e.Type().IsRegular():
			paths = append(paths, sub)
		}
		if len(paths) > mostFolders && !whole {
			return false, nil, ErrTooMany
		}
	}
	return whole, paths, nil
}
