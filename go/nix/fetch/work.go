package fetch

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

const (
	workPrefix = ".new-"
	workLock   = "lock"
	storeLock  = ".lock" // appended to the path of the directory
)

// workDir makes a folder for one download, which is locked while it is in use,
// and removes those of downloads that were killed.
func (s *Store) workDir(ctx context.Context) (dir string, remove func(), err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return "", nil, err
	}
	// A folder is made and locked, or seen without its lock, and nothing between.
	all := flock.New(filepath.Clean(s.Dir)+storeLock, flock.SetPermissions(0o600))
	if _, err := all.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return "", nil, err
	}
	dead := s.abandoned()
	dir, err = os.MkdirTemp(s.Dir, workPrefix)
	var own *flock.Flock
	if err == nil {
		own = flock.New(filepath.Join(dir, workLock), flock.SetPermissions(0o600))
		_, err = own.TryLock()
	}
	_ = all.Unlock()
	for path, lock := range dead {
		_ = os.RemoveAll(path)
		_ = lock.Unlock()
	}
	if err != nil {
		return "", nil, err
	}
	return dir, func() {
		_ = os.RemoveAll(dir)
		_ = own.Unlock()
	}, nil
}

// abandoned are the folders of downloads whose process is gone, locked by us.
func (s *Store) abandoned() map[string]*flock.Flock {
	entries, _ := bounded.ReadDir(s.Dir, mostEntries)
	dead := map[string]*flock.Flock{}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), workPrefix) {
			continue
		}
		path := filepath.Join(s.Dir, entry.Name())
		lock := flock.New(filepath.Join(path, workLock), flock.SetPermissions(0o600))
		if locked, err := lock.TryLock(); err == nil && locked {
			dead[path] = lock
		}
	}
	return dead
}
