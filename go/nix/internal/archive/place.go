package archive

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// disk writes below a new directory, and nowhere else.
type disk struct {
	root  *os.Root
	at    *os.Root // of the directory that was written to last, which is most often the next too
	atDir string
}

func newDisk(out string) (*disk, error) {
	if err := os.Mkdir(out, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return nil, err
	}
	return &disk{root: root}, nil
}

func (d *disk) close() {
	if d.at != nil {
		_ = d.at.Close()
	}
	_ = d.root.Close()
}

// in opens the directory that a name is in, and returns the rest of the name.
func (d *disk) in(name string) (*os.Root, string, error) {
	dir, base := path.Split(name)
	if dir = path.Clean(dir); dir == "." {
		return d.root, base, nil
	}
	if d.at != nil && d.atDir == dir {
		return d.at, base, nil
	}
	from, rel := d.root, dir
	if below, ok := strings.CutPrefix(dir, d.atDir+"/"); ok && d.at != nil {
		from, rel = d.at, below
	}
	root, err := from.OpenRoot(rel)
	if err != nil {
		return nil, "", err
	}
	if d.at != nil {
		_ = d.at.Close()
	}
	d.at, d.atDir = root, dir
	return root, base, nil
}

func (d *disk) mkdir(name string) error {
	root, base, err := d.in(name)
	if err != nil {
		return err
	}
	return root.Mkdir(base, 0o755)
}

func (d *disk) write(name string, perm fs.FileMode, from io.Reader) (int64, error) {
	root, base, err := d.in(name)
	if err != nil {
		return 0, err
	}
	f, err := root.OpenFile(base, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, from)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return n, err
	}
	// The umask may have taken the bit that counts.
	return n, root.Chmod(base, perm)
}

func (d *disk) symlink(target, name string) error {
	root, base, err := d.in(name)
	if err != nil {
		return err
	}
	return root.Symlink(target, base)
}

func (d *disk) open(name string) (fs.FileMode, io.ReadCloser, error) {
	info, err := d.root.Lstat(name)
	if err != nil {
		return 0, nil, err
	}
	if !info.Mode().IsRegular() {
		return info.Mode(), io.NopCloser(strings.NewReader("")), nil
	}
	f, err := d.root.Open(name)
	return info.Mode(), f, err
}

// memory keeps the written files.
type memory struct {
	tree   *source.Memory
	charge func(int)
}

// nodeCost is roughly the memory that a name takes.
const nodeCost = 256

func (m *memory) add(name string, mode fs.FileMode, data []byte) error {
	m.charge(nodeCost + 2*len(name))
	if !m.tree.Add(name, mode, data) {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	return nil
}

func (m *memory) mkdir(name string) error {
	m.charge(nodeCost + 2*len(name))
	if !m.tree.AddDir(name) {
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	}
	return nil
}

func (m *memory) write(name string, perm fs.FileMode, from io.Reader) (int64, error) {
	var data bytes.Buffer
	n, err := io.Copy(charged{&data, m.charge}, from)
	if err != nil {
		return n, err
	}
	return n, m.add(name, perm, data.Bytes())
}

// charged charges what is written: a buffer has room for twice as much.
type charged struct {
	io.Writer
	charge func(int)
}

func (c charged) Write(p []byte) (int, error) {
	c.charge(2 * len(p))
	return c.Writer.Write(p)
}

func (m *memory) symlink(target, name string) error {
	m.charge(len(target))
	return m.add(name, fs.ModeSymlink|0o777, []byte(target))
}

func (m *memory) open(name string) (fs.FileMode, io.ReadCloser, error) {
	info, err := m.tree.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		if err != nil {
			return 0, nil, err
		}
		return info.Mode(), io.NopCloser(strings.NewReader("")), nil
	}
	m.charge(int(info.Size()))
	data, err := m.tree.ReadFile(name)
	return info.Mode(), io.NopCloser(bytes.NewReader(data)), err
}

// below is a directory of a tree as a tree.
type below struct {
	tree source.Tree
	dir  string
}

func (b below) Lstat(name string) (fs.FileInfo, error) { return b.tree.Lstat(path.Join(b.dir, name)) }
func (b below) ReadFile(name string) ([]byte, error)   { return b.tree.ReadFile(path.Join(b.dir, name)) }
func (b below) ReadDir(name string) ([]fs.DirEntry, error) {
	return b.tree.ReadDir(path.Join(b.dir, name))
}
func (b below) Readlink(name string) (string, error) { return b.tree.Readlink(path.Join(b.dir, name)) }
