package source

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
)

// FromFS converts a file system to a tree; one that is a Tree itself, such as a Dir, is returned
// as it is.
func FromFS(f fs.FS) Tree {
	if tree, ok := f.(Tree); ok {
		return tree
	}
	return files{f}
}

// maxFile bounds a file of a file system, in bytes.
const maxFile = 256 << 20

// files is a file system that expressions read. Links are followed by FS, from one
// file system to another too, and never out of all of them.
type files struct{ fs fs.FS }

func (f files) Lstat(name string) (fs.FileInfo, error)     { return fs.Lstat(f.fs, name) }
func (f files) Readlink(name string) (string, error)       { return fs.ReadLink(f.fs, name) }
func (f files) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(f.fs, name) }

func (f files) ReadFile(name string) ([]byte, error) {
	info, err := fs.Lstat(f.fs, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("not a regular file")}
	case info.Size() > maxFile:
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("larger than %d MiB", maxFile>>20)}
	}
	return fs.ReadFile(f.fs, name)
}

// AsFS converts a tree to a file system, which FromFS returns as it is.
func AsFS(tree Tree) fs.FS { return treeFS{tree} }

type treeFS struct{ Tree }

// Open implements fs.FS.
func (t treeFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	info, err := t.Lstat(name)
	if err != nil {
		return nil, err
	}
	f := &openFile{info: info}
	if info.IsDir() {
		f.entries, err = t.Tree.ReadDir(name)
	} else {
		var data []byte
		data, err = t.Tree.ReadFile(name)
		f.Reader = bytes.NewReader(data)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// openFile is an open file or directory of a tree.
type openFile struct {
	*bytes.Reader
	info    fs.FileInfo
	entries []fs.DirEntry
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

func (f *openFile) Read(p []byte) (int, error) {
	if f.Reader == nil {
		return 0, &fs.PathError{Op: "read", Path: f.info.Name(), Err: fs.ErrInvalid}
	}
	return f.Reader.Read(p)
}

func (f *openFile) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.entries)
	} else if len(f.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(f.entries))
	out := f.entries[:n]
	f.entries = f.entries[n:]
	return out, nil
}
