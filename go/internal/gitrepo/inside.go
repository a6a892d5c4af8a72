package gitrepo

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Files of a repository are opened inside the directory that holds them: a link that
// points out of it is refused and never opened, since it could name any file of this
// machine, or a device without an end.

// inside opens the directory dir for one call, which gets the rest of path.
func inside(dir, path string, call func(root *bounded.Root, name string) error) error {
	name, err := filepath.Rel(dir, path)
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	root, err := bounded.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return call(root, name)
}

func readInside(dir, path string, limit int64) (data []byte, err error) {
	err = inside(dir, path, func(root *bounded.Root, name string) (err error) {
		data, err = root.ReadFile(name, limit)
		return err
	})
	return data, err
}

func listInside(dir, path string, limit int) (entries []fs.DirEntry, err error) {
	err = inside(dir, path, func(root *bounded.Root, name string) (err error) {
		entries, err = root.ReadDir(name, limit)
		return err
	})
	return entries, err
}

func openInside(dir, path string) (f *os.File, size int64, err error) {
	err = inside(dir, path, func(root *bounded.Root, name string) (err error) {
		f, size, err = root.Open(name)
		return err
	})
	return f, size, err
}

// readCommon reads a file that the work trees of a repository have in common.
func (r *Repo) readCommon(path string, limit int64) ([]byte, error) {
	return readInside(r.common, path, limit)
}
