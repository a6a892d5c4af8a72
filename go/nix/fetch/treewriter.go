package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
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

// treeWriter writes files below a new folder, and nowhere else. It makes each
// name once, and nothing below what is no folder of its own making.
type treeWriter struct {
	ctx   context.Context
	root  *os.Root
	dirs  map[string]bool
	at    *os.Root // of the folder that was written to last, which is most often the next too
	atDir string
	files int
	bytes int64
	// newest is the latest time that the archive has for one of its members, in
	// seconds since 1970.
	newest int64
}

func newWriter(ctx context.Context, out string) (*treeWriter, error) {
	if err := os.Mkdir(out, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return nil, err
	}
	return &treeWriter{ctx: ctx, root: root, dirs: map[string]bool{".": true}}, nil
}

func (w *treeWriter) close() {
	if w.at != nil {
		_ = w.at.Close()
	}
	_ = w.root.Close()
}

// in opens the folder that a name is in, which mkdir has made, and gives the rest
// of the name.
func (w *treeWriter) in(name string) (*os.Root, string, error) {
	dir, base := path.Split(name)
	if dir = path.Clean(dir); dir == "." {
		return w.root, base, nil
	}
	if w.at != nil && w.atDir == dir {
		return w.at, base, nil
	}
	from, rel := w.root, dir
	if below, ok := strings.CutPrefix(dir, w.atDir+"/"); ok && w.at != nil {
		from, rel = w.at, below
	}
	root, err := from.OpenRoot(rel)
	if err != nil {
		return nil, "", err
	}
	if w.at != nil {
		_ = w.at.Close()
	}
	w.at, w.atDir = root, dir
	return root, base, nil
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
	root, base, err := w.in(name)
	if err != nil {
		return err
	}
	if err := root.Mkdir(base, 0o755); err != nil {
		return w.twice(name, err)
	}
	w.dirs[name] = true
	return nil
}

// twice says what a name that is taken means: the archive has it twice, or has
// names that differ in case alone where the file system does not tell them apart.
func (w *treeWriter) twice(name string, err error) error {
	if os.IsExist(err) {
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
	root, base, err := w.in(name)
	if err != nil {
		return err
	}
	f, err := root.OpenFile(base, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return w.twice(name, err)
	}
	n, err := io.Copy(f, io.LimitReader(&interruptible{w.ctx, r}, maxUnpacked-w.bytes+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if w.bytes += n; err == nil && w.bytes > maxUnpacked {
		err = errTooMuch()
	}
	if err != nil {
		return err
	}
	// The umask may have taken the bit that counts.
	return root.Chmod(base, perm)
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
	root, base, err := w.in(name)
	if err != nil {
		return err
	}
	if err := root.Symlink(target, base); err != nil {
		return w.twice(name, err)
	}
	return nil
}

// copy stands for a hard link to a file that came before.
func (w *treeWriter) copy(name, from string) error {
	from, err := w.name(from)
	if err != nil {
		return err
	}
	info, err := w.root.Lstat(from)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%q is a link to what is not a file", name)
	}
	f, err := w.root.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.file(name, info.Mode(), f)
}

// writeTree writes a tree to a new folder.
func writeTree(ctx context.Context, tree source.Tree, out string) error {
	w, err := newWriter(ctx, out)
	if err != nil {
		return err
	}
	defer w.close()
	return w.tree(tree, ".")
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
