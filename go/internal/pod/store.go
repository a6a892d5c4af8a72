package pod

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

const (
	folderMode = 0o700
	fileMode   = 0o600

	lockName      = ".lock"
	newPrefix     = ".new-"
	removedPrefix = ".removed-"

	usualPatience = 30 * time.Second
)

// Store is the directory of all Pods.
type Store struct {
	dir      string
	fs       durable.FS
	patience time.Duration // how long to wait for the lock
}

// Open returns the store in a directory; the first Create makes the directory.
func Open(dir string) *Store { return OpenOn(durable.OS, dir) }

// OpenOn is Open on a file system other than this machine's.
func OpenOn(fsys durable.FS, dir string) *Store {
	return &Store{dir: filepath.Clean(dir), fs: fsys, patience: usualPatience}
}

// lock keeps other writers out until unlock. It creates the directory of the store if
// necessary.
func (s *Store) lock(ctx context.Context) (unlock func() error, err error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	if err := durable.MkdirAll(s.fs, s.dir, folderMode); err != nil {
		return nil, s.notWritten(err)
	}
	if err := s.safe(); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	unlock, err = s.fs.Lock(waiting, filepath.Join(s.dir, lockName))
	switch {
	case ctx.Err() != nil:
		if err == nil {
			err = unlock()
		}
		return nil, errors.Join(ctx.Err(), err)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, diag.Errorf(diag.ExitState, "pods-locked", "another process has been writing to the Pods in %s for %s", s.dir, s.patience).
			Hintf("wait for it, or end it: fuser %s", filepath.Join(s.dir, lockName))
	case err != nil:
		return nil, s.notWritten(err)
	}
	return unlock, nil
}

// sweep removes what dead writers have left in a directory. The caller has the lock, so
// no other writer is using it. What cannot be removed does no harm and stays.
func (s *Store) sweep(dir string, entries []fs.DirEntry, left func(name string) bool) {
	for synced, i := false, 0; i < len(entries); i++ {
		name := entries[i].Name()
		if !left(name) {
			continue
		}
		// The rename or the removed reference has to be durable first. Otherwise a power cut
		// could bring it back without these files.
		if !synced && s.fs.SyncDir(dir) != nil {
			return
		}
		synced = true
		_ = durable.RemoveAll(s.fs, filepath.Join(dir, name))
	}
}

// leftInStore reports whether a name is that of a temporary entry.
func leftInStore(name string) bool {
	return strings.HasPrefix(name, newPrefix) || strings.HasPrefix(name, removedPrefix) || durable.Temporary(name)
}

func (s *Store) notWritten(err error) error {
	var typed *diag.Error
	if errors.As(err, &typed) || errors.Is(err, context.Canceled) {
		return err
	}
	return diag.Errorf(diag.ExitState, "pod-not-written", "cannot write to the Pods in %s: %v", s.dir, bounded.Reason(err)).
		Hintf("nothing was changed; free space there or fix the permissions, then repeat the command")
}

// unsure is the error if the disk allows neither the change nor its reversal.
func (s *Store) unsure(err error) error {
	return diag.Errorf(diag.ExitState, "pod-unsure", "writing to the Pods in %s failed half way, and whether the change was made is not known: %v", s.dir, bounded.Reason(err)).
		Hintf("when the disk works again, look at what is there: insomnia pod list")
}
