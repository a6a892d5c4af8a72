package nix

import (
	"fmt"
	"io/fs"
)

// maxFile bounds a file that an expression reads, in bytes.
const maxFile = 256 << 20

// files is a file system that expressions read. Links are followed by the evaluator, from one
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
