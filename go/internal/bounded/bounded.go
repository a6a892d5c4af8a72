// Package bounded reads files that another user may have written.
//
// A project, a downloaded source or a damaged state directory can hold anything
// under a name that the program expects: a FIFO that never has a writer, a link
// to /dev/zero, a file of many gigabytes, a link out of the project. The readers
// here open without waiting, judge the open file and not its name, and read up
// to a limit. Every file that the program reads goes through this package; a
// test holds the rest of the program to that.
//
// What cannot be bounded here is a regular file on a file system that hangs,
// such as a dead network mount: the watchdog of the process ends that.
package bounded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Reasons for which a file is not read. They come wrapped in an *fs.PathError.
var (
	// ErrTooLarge means that the file has more bytes than the caller accepts.
	ErrTooLarge = errors.New("file is too large")
	// ErrNotRegular means a directory, FIFO, socket or device.
	ErrNotRegular = errors.New("not a regular file")
	// ErrOutside means that a link or a name points out of the root directory.
	ErrOutside = errors.New("points out of its directory")
)

// ReadFile reads a regular file of at most limit bytes; links are followed. It
// never waits for a writer or a device. Errors are *fs.PathError.
func ReadFile(path string, limit int64) ([]byte, error) {
	return readFile(path, 0, limit)
}

// ReadFileNoFollow is ReadFile for a file that must not be a symbolic link
// itself; such a link is ErrNotRegular. Links in its directories are followed.
func ReadFileNoFollow(path string, limit int64) ([]byte, error) {
	return readFile(path, noFollow, limit)
}

// Reason returns the problem with a file, without its path and the operation.
func Reason(err error) error {
	var in *fs.PathError
	var between *os.LinkError
	switch {
	case errors.As(err, &in):
		return in.Err
	case errors.As(err, &between):
		return between.Err
	}
	return err
}

// Root reads files below a directory. No name and no link can escape it, and links to
// absolute paths are refused even if they point back in.
type Root struct {
	dir  string
	root *os.Root
}

// OpenRoot opens a directory; links in its own name are followed. Close it after use.
func OpenRoot(dir string) (*Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Root{dir, root}, nil
}

// Close releases the directory.
func (r *Root) Close() error { return r.root.Close() }

// ReadFile reads a regular file of at most limit bytes. name is relative to the
// root, in the notation of the operating system. Errors are *fs.PathError with
// the whole path.
func (r *Root) ReadFile(name string, limit int64) ([]byte, error) {
	path := filepath.Join(r.dir, name)
	f, err := r.root.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, r.wrap(path, err)
	}
	defer f.Close()
	return read(f, path, limit)
}

// Stat describes a file; links that stay inside the root are followed.
func (r *Root) Stat(name string) (fs.FileInfo, error) {
	info, err := r.root.Stat(name)
	return info, r.wrap(filepath.Join(r.dir, name), err)
}

// Lstat describes a file without following a link in the last step.
func (r *Root) Lstat(name string) (fs.FileInfo, error) {
	info, err := r.root.Lstat(name)
	return info, r.wrap(filepath.Join(r.dir, name), err)
}

// ReadDir lists a directory, sorted by name, and fails with ErrTooLarge where
// it has more than limit entries.
func (r *Root) ReadDir(name string, limit int) ([]fs.DirEntry, error) {
	path := filepath.Join(r.dir, name)
	f, err := r.root.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, r.wrap(path, err)
	}
	defer f.Close()
	return ReadOpenDir(f, path, limit)
}

// LinkOut returns the first link on the way to a file that points out of the root, by
// its name below the root; empty if none does.
func (r *Root) LinkOut(name string) string {
	at := ""
	for step := range strings.SplitSeq(filepath.Clean(name), string(filepath.Separator)) {
		at = filepath.Join(at, step)
		info, err := r.root.Lstat(at)
		if err != nil {
			return ""
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		if _, err := r.Stat(at); errors.Is(err, ErrOutside) {
			return at
		}
	}
	return ""
}

// wrap completes an error of os.Root: with the whole path, and with a reason from this
// package.
func (r *Root) wrap(path string, err error) error {
	if err == nil {
		return nil
	}
	op := "open"
	var in *fs.PathError
	if errors.As(err, &in) {
		op, err = in.Op, in.Err
	}
	// The package os does not export this error.
	if strings.Contains(err.Error(), "escapes from parent") {
		err = ErrOutside
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// ReadDir lists a directory, sorted by name; links are followed. It fails with
// ErrTooLarge where the directory has more than limit entries.
func ReadDir(path string, limit int) ([]fs.DirEntry, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadOpenDir(f, path, limit)
}
