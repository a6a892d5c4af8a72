package bounded

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Open opens a regular file for reading parts of it; links are followed. It
// never waits for a writer or a device. The size is the one at the time of
// opening. Errors are *fs.PathError. Close the file after use.
func Open(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, 0, err
	}
	return regular(f, path)
}

// Open is like the function Open, for a file below the root.
func (r *Root) Open(name string) (*os.File, int64, error) {
	path := filepath.Join(r.dir, name)
	f, err := r.root.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, 0, r.wrap(path, err)
	}
	return regular(f, path)
}

func regular(f *os.File, path string) (*os.File, int64, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// Readlink returns what a link below the root names.
func (r *Root) Readlink(name string) (string, error) {
	target, err := r.root.Readlink(name)
	return target, r.wrap(filepath.Join(r.dir, name), err)
}
