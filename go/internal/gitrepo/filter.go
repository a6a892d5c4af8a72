package gitrepo

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// ErrIgnored is wrapped by errors for files that exist but are not visible.
var ErrIgnored = errors.New("exists but is ignored by git")

// Filter shows of a tree what Visible shows of the work tree; tree is the work
// tree, read by other means. Errors for the rest are fs.ErrNotExist and, where
// something is there, ErrIgnored.
func (r *Repo) Filter(tree source.Tree) source.Tree { return &filtered{r, tree} }

type filtered struct {
	repo *Repo
	tree source.Tree
}

type ignored struct{}

func (ignored) Error() string        { return ErrIgnored.Error() }
func (ignored) Is(target error) bool { return target == fs.ErrNotExist || target == ErrIgnored }

func (f *filtered) check(op, name string) error {
	if f.repo.Visible(name) {
		return nil
	}
	err := error(fs.ErrNotExist)
	if _, statErr := f.tree.Lstat(name); statErr == nil {
		err = ignored{}
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

func (f *filtered) Lstat(name string) (fs.FileInfo, error) {
	if err := f.check("stat", name); err != nil {
		return nil, err
	}
	return f.tree.Lstat(name)
}

func (f *filtered) ReadFile(name string) ([]byte, error) {
	if err := f.check("open", name); err != nil {
		return nil, err
	}
	return f.tree.ReadFile(name)
}

func (f *filtered) Readlink(name string) (string, error) {
	if err := f.check("readlink", name); err != nil {
		return "", err
	}
	return f.tree.Readlink(name)
}

func (f *filtered) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.check("open", name); err != nil {
		return nil, err
	}
	entries, err := f.tree.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !f.repo.Visible(path.Join(name, e.Name())) }), nil
}
