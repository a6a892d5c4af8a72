package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// FS is what is done to a file system here, so that tests can put a disk that
// fails, fills up or loses power in its place.
//
// What Create, Rename, Remove and Mkdir do to a folder is durable after SyncDir
// of that folder, and what Write does after Sync of the file. Errors are those
// of package os.
type FS interface {
	Create(path string, perm fs.FileMode) (File, error) // fails if anything is there
	Mkdir(path string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(path string) error // a file, a link or an empty folder
	SyncDir(path string) error

	// ReadFile follows no link in the last part of the path and reads regular
	// files of up to limit bytes only.
	ReadFile(path string, limit int64) ([]byte, error)
	ReadDir(path string) ([]fs.DirEntry, error) // sorted by name
	Lstat(path string) (fs.FileInfo, error)

	// Lock waits until nobody else holds the lock of this file, which is made if
	// it is missing and never removed. The end of a process ends its locks.
	Lock(ctx context.Context, path string) (unlock func() error, err error)
}

// File is a new file that is being written.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// OS is the file system of this machine.
var OS FS = system{}

type system struct{}

func (system) Create(path string, perm fs.FileMode) (File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}

func (system) Mkdir(path string, perm fs.FileMode) error  { return os.Mkdir(path, perm) }
func (system) Rename(from, to string) error               { return os.Rename(from, to) }
func (system) Remove(path string) error                   { return os.Remove(path) }
func (system) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }
func (system) Lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }

func (system) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ErrTooLarge and ErrNotRegular say why a file is not read.
var (
	ErrTooLarge   = errors.New("larger than any file that is written here")
	ErrNotRegular = errors.New("not a regular file")
)

func (system) ReadFile(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|readFlags, 0)
	if errors.Is(err, syscall.ELOOP) { // a link
		err = &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	if info.Size() > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	data := make([]byte, info.Size())
	// Files are replaced and never grow: what is there now is all there is.
	n, err := io.ReadFull(f, data)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return data[:n], err
}

// lockRetry is how often a lock that somebody else has is asked for again.
const lockRetry = 5 * time.Millisecond

func (system) Lock(ctx context.Context, path string) (func() error, error) {
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|readFlags), flock.SetPermissions(0o600))
	locked, err := lock.TryLockContext(ctx, lockRetry)
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, fmt.Errorf("locking %s: it cannot be locked", path)
	}
	return lock.Unlock, nil
}
