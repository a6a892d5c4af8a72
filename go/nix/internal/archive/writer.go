package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// What a source may hold, so that a small archive can fill neither the disk nor
// the time. Sizes are bytes.
const (
	maxDepth   = 100  // folders in each other
	maxName    = 4096 // of a path, or of the target of a link
	maxElement = 255  // of a file name
)

// maxFiles and maxUnpacked are variables for tests alone.
var (
	maxFiles          = 500_000
	maxUnpacked int64 = 2 << 30
)

// place is a destination for files. Names are clean and local, their parent directories
// exist, and creating a name that is taken fails with fs.ErrExist.
type place interface {
	mkdir(name string) error
	write(name string, perm fs.FileMode, from io.Reader) (int64, error)
	symlink(target, name string) error
	// open opens a file that was written.
	open(name string) (fs.FileMode, io.ReadCloser, error)
}

// treeWriter writes files to a place. It creates each name once, and writes only below
// directories that it created.
type treeWriter struct {
	ctx   context.Context
	to    place
	dirs  map[string]bool
	files int
	bytes int64
	// newest is the latest time that the archive has for one of its members, in
	// seconds since 1970.
	newest int64
}

func newWriter(ctx context.Context, to place) *treeWriter {
	return &treeWriter{ctx: ctx, to: to, dirs: map[string]bool{".": true}}
}

// count counts a member; names cost as much as files do.
func (w *treeWriter) count() error {
	if w.files++; w.files > maxFiles {
		return fmt.Errorf("the archive has more than %d files", maxFiles)
	}
	return w.ctx.Err()
}

// name checks a member's name.
func (w *treeWriter) name(name string) (string, error) {
	if err := w.count(); err != nil {
		return "", err
	}
	if len(name) > maxName {
		return "", fmt.Errorf("the archive has a name of more than %d bytes", maxName)
	}
	clean := path.Clean(strings.TrimPrefix(name, "./"))
	switch {
	case strings.ContainsRune(name, 0):
		return "", fmt.Errorf("%q holds a null byte", name)
	case !filepath.IsLocal(filepath.FromSlash(clean)):
		return "", fmt.Errorf("%q is outside the archive", name)
	case strings.Count(clean, "/") >= maxDepth:
		return "", fmt.Errorf("the archive has more than %d nested directories", maxDepth)
	}
	for rest := clean; rest != ""; {
		var element string
		if element, rest, _ = strings.Cut(rest, "/"); len(element) > maxElement {
			return "", fmt.Errorf("the archive has a file name of more than %d bytes", maxElement)
		}
	}
	return clean, nil
}

func (w *treeWriter) dir(name string) error {
	name, err := w.name(name)
	if err != nil {
		return err
	}
	return w.mkdir(name)
}

// mkdir makes a folder and those that it is in. Each of them counts as a member.
func (w *treeWriter) mkdir(name string) error {
	if w.dirs[name] {
		return nil
	}
	if err := w.mkdir(path.Dir(name)); err != nil {
		return err
	}
	if err := w.count(); err != nil {
		return err
	}
	if err := w.to.mkdir(name); err != nil {
		return w.twice(name, err)
	}
	w.dirs[name] = true
	return nil
}

// twice explains a name that is taken: the archive contains it twice, or has names that
// differ only in case where the file system ignores case.
func (w *treeWriter) twice(name string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the archive has %q twice, or in two spellings", name)
	}
	return err
}

func (w *treeWriter) file(name string, mode fs.FileMode, r io.Reader) error {
	name, err := w.name(name)
	if err != nil {
		return err
	}
	if err := w.mkdir(path.Dir(name)); err != nil {
		return err
	}
	perm := fs.FileMode(0o644)
	if mode&0o100 != 0 {
		perm = 0o755
	}
	n, err := w.to.write(name, perm, io.LimitReader(&interruptible{w.ctx, r}, maxUnpacked-w.bytes+1))
	if w.bytes += n; err == nil && w.bytes > maxUnpacked {
		err = errTooMuch()
	}
	return w.twice(name, err)
}

// interruptible ends a copy when its context does.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

func (w *treeWriter) link(name, target string) error {
	name, err := w.name(name)
	if err != nil {
		return err
	}
	if target == "" || len(target) > maxName || strings.ContainsRune(target, 0) {
		return fmt.Errorf("the link %q has an invalid target", name)
	}
	if err := w.mkdir(path.Dir(name)); err != nil {
		return err
	}
	return w.twice(name, w.to.symlink(target, name))
}

// copy replaces a hard link to an earlier file.
func (w *treeWriter) copy(name, from string) error {
	from, err := w.name(from)
	if err != nil {
		return err
	}
	mode, f, err := w.to.open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	if !mode.IsRegular() {
		return fmt.Errorf("%q is a link to what is not a file", name)
	}
	return w.file(name, mode, f)
}

// WriteTree writes a tree to a new directory.
func WriteTree(ctx context.Context, tree source.Tree, out string) error {
	to, err := newDisk(out)
	if err != nil {
		return err
	}
	defer to.close()
	return newWriter(ctx, to).tree(tree, ".")
}

func (w *treeWriter) tree(tree source.Tree, dir string) error {
	entries, err := tree.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			err = w.dir(name)
			if err == nil {
				err = w.tree(tree, name)
			}
		case e.Type()&fs.ModeSymlink != 0:
			var target string
			if target, err = tree.Readlink(name); err == nil {
				err = w.link(name, target)
			}
		default:
			var info fs.FileInfo
			if info, err = tree.Lstat(name); err != nil {
				return err
			}
			var data []byte
			if data, err = tree.ReadFile(name); err == nil {
				err = w.file(name, info.Mode(), bytes.NewReader(data))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
