// Package durable writes files so that an acknowledged write survives a power cut, and
// an unacknowledged one leaves the old state intact.
//
// The order matters: a temporary file that no other process has, its bytes, fsync,
// rename over the old one, fsync of the directory. Without the first fsync a file can
// exist with torn content; without the second an acknowledged file can be missing.
package durable

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
)

// Replace writes a file whole in the place of what is there, if anything. Its
// folder must be there. After an error the old content is still there, unless
// only the last step failed, the fsync of the folder: then either is.
//
// What a process that died has left of it is a file for which [Temporary] is true.
func Replace(fsys FS, path string, data []byte, perm fs.FileMode) error {
	return replace(fsys, path, data, perm, nil)
}

// Swap is [Replace] for a file that means nothing after a power cut: readers see the old
// content or the new one, and nothing is waited for.
func Swap(fsys FS, path string, data []byte, perm fs.FileMode) error {
	temporary := temporaryFor(path)
	f, err := fsys.Create(temporary, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = fsys.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, fsys.Remove(temporary))
	}
	return nil
}

// Rewrite is [Replace] for a file of the user: what is there keeps its
// permissions and its owner. perm is for a file that is not there yet.
func Rewrite(fsys FS, path string, data []byte, perm fs.FileMode) error {
	old, err := fsys.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Replace(fsys, path, data, perm)
	}
	if err != nil {
		return err
	}
	return replace(fsys, path, data, 0o600, func(f File) error { return keep(f, old) })
}

func replace(fsys FS, path string, data []byte, perm fs.FileMode, prepare func(File) error) error {
	s, err := stage(fsys, path, data, perm, prepare)
	if err != nil {
		return err
	}
	return s.Commit()
}

// Staged is a file written next to the one it will replace.
type Staged struct {
	fsys            FS
	path, temporary string
}

// Stage is the first half of [Replace], for a caller who is to replace the file only when
// something else has happened. Commit or Discard ends it.
func Stage(fsys FS, path string, data []byte, perm fs.FileMode) (*Staged, error) {
	return stage(fsys, path, data, perm, nil)
}

func stage(fsys FS, path string, data []byte, perm fs.FileMode, prepare func(File) error) (*Staged, error) {
	s := &Staged{fsys, path, temporaryFor(path)}
	return s, create(fsys, s.temporary, data, perm, prepare)
}

// Commit puts the file in its place. Its errors are those of [Replace].
func (s *Staged) Commit() error {
	if err := s.fsys.Rename(s.temporary, s.path); err != nil {
		return errors.Join(err, s.fsys.Remove(s.temporary))
	}
	return s.fsys.SyncDir(filepath.Dir(s.path))
}

// Discard removes it.
func (s *Staged) Discard() error { return s.fsys.Remove(s.temporary) }

// Create writes a new file, which must not be there, and leaves nothing after
// an error. The file is durable once its folder is: see [FS].
func Create(fsys FS, path string, data []byte, perm fs.FileMode) error {
	return create(fsys, path, data, perm, nil)
}

func create(fsys FS, path string, data []byte, perm fs.FileMode, prepare func(File) error) error {
	f, err := fsys.Create(path, perm)
	if err != nil {
		return err
	}
	if prepare != nil {
		err = prepare(f)
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, fsys.Remove(path))
	}
	return nil
}

const suffix = ".tmp"

func temporaryFor(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()+suffix)
}

// Temporary reports whether a name is that of a temporary file of [Replace]. A caller
// that keeps writers out by a lock may remove such files.
func Temporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, suffix)
}

// MkdirAll makes a folder and those above it that are missing, durably. They
// get the permissions perm; those that are there keep theirs.
func MkdirAll(fsys FS, path string, perm fs.FileMode) error {
	parents, err := Mkdirs(fsys, path, perm)
	if err != nil {
		return err
	}
	return SyncDirs(fsys, parents)
}

// Mkdirs is [MkdirAll] for a caller with something else to do meanwhile: what it makes is
// durable when [SyncDirs] of the directories that it returns has succeeded.
func Mkdirs(fsys FS, path string, perm fs.FileMode) (parents []string, err error) {
	if _, err := fsys.Lstat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil, err // a file in its place fails in whatever is done next
	}
	parent := filepath.Dir(path)
	if parents, err = Mkdirs(fsys, parent, perm); err != nil {
		return parents, err
	}
	if err := fsys.Mkdir(path, perm); err != nil && !errors.Is(err, fs.ErrExist) {
		return parents, err
	}
	return append(parents, parent), nil
}

// SyncDirs makes the entries of directories durable, in their order.
func SyncDirs(fsys FS, dirs []string) error {
	for _, dir := range dirs {
		if err := fsys.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// SyncAncestors makes the entry of a directory durable, however it was created.
// Directories above it that we may not open or sync are skipped: we did not create
// them.
func SyncAncestors(fsys FS, path string) error {
	for parent := filepath.Dir(path); parent != path; path, parent = parent, filepath.Dir(parent) {
		err := fsys.SyncDir(parent)
		for _, foreign := range []error{fs.ErrPermission, errors.ErrUnsupported, syscall.EINVAL, syscall.EROFS} {
			if errors.Is(err, foreign) {
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveAll removes a file, or a folder with all that is in it. Links are not
// followed. That nothing is there is no error.
func RemoveAll(fsys FS, path string) error {
	info, err := fsys.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := fsys.ReadDir(path)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := RemoveAll(fsys, filepath.Join(path, entry.Name())); err != nil {
				return err
			}
		}
	}
	if err := fsys.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
