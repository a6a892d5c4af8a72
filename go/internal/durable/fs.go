package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// FS is the set of file system operations that this package uses, so that tests can
// substitute a disk that fails, fills up or loses power.
//
// The effects of Create, Rename, Remove and Mkdir are durable after SyncDir of the
// directory, and those of Write after Sync of the file. Errors are those of package os.
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

	// Lock waits until no one else holds the lock of this file. The file is created if it
	// is missing, and never removed. A process releases its locks when it ends.
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

func (system) Mkdir(path string, perm fs.FileMode) error { return os.Mkdir(path, perm) }
func (system) Rename(from, to string) error              { return os.Rename(from, to) }
func (system) Remove(path string) error                  { return os.Remove(path) }
func (system) Lstat(path string) (fs.FileInfo, error)    { return os.Lstat(path) }

func (system) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ErrTooLarge and ErrNotRegular are the reasons for not reading a file.
var (
	ErrTooLarge   = bounded.ErrTooLarge
	ErrNotRegular = bounded.ErrNotRegular
)

func (system) ReadFile(path string, limit int64) ([]byte, error) {
	return bounded.ReadFileNoFollow(path, limit)
}

// mostEntries is how many files a folder may have.
const mostEntries = 1 << 20

func (system) ReadDir(path string) ([]fs.DirEntry, error) { return bounded.ReadDir(path, mostEntries) }

// lockRetry is the interval between attempts to get a lock that is held elsewhere.
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
