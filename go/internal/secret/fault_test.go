//go:build unix

package secret

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// failing is a disk on which the operation of one number fails, and all after
// it when it is dead.
type failing struct {
	durable.FS
	at, done int
	dead     bool
}

var errDisk = errors.New("input/output error")

func (f *failing) fails() error {
	f.done++
	if f.done == f.at || f.dead && f.done > f.at {
		return &fs.PathError{Op: "write", Path: "disk", Err: errDisk}
	}
	return nil
}

func (f *failing) Create(path string, perm fs.FileMode) (durable.File, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	file, err := f.FS.Create(path, perm)
	return &failingFile{file, f}, err
}
func (f *failing) Mkdir(path string, perm fs.FileMode) error {
	return errors.Join(f.fails(), f.FS.Mkdir(path, perm))
}
func (f *failing) Rename(from, to string) error {
	if err := f.fails(); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}
func (f *failing) Remove(path string) error {
	if err := f.fails(); err != nil {
		return err
	}
	return f.FS.Remove(path)
}
func (f *failing) SyncDir(path string) error { return errors.Join(f.fails(), f.FS.SyncDir(path)) }
func (f *failing) Lock(ctx context.Context, path string) (func() error, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.FS.Lock(ctx, path)
}

type failingFile struct {
	durable.File
	disk *failing
}

func (f *failingFile) Write(p []byte) (int, error) {
	if err := f.disk.fails(); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}
func (f *failingFile) Sync() error {
	if err := f.disk.fails(); err != nil {
		return err
	}
	return f.File.Sync()
}

// Each operation fails in turn, in the first set, in a later one and in a
// removal: the failure is reported, and the old value or the new one is there.
func TestFailingDisk(t *testing.T) {
	for _, dead := range []bool{false, true} {
		for _, what := range []string{"first set", "later set", "removal"} {
			operations := 0
			for at := 1; ; at++ {
				dir := t.TempDir()
				if what != "first set" {
					set(t, storeIn(dir), "a", "old")
					set(t, storeIn(dir), "b", "other")
				}
				disk := &failing{FS: durable.OS, at: at, dead: dead}
				s := storeIn(dir)
				s.disk = disk
				var err error
				if what == "removal" {
					_, err = s.Remove(t.Context(), "a")
				} else {
					_, err = s.Set(t.Context(), "a", []byte(canary), nil)
				}
				if disk.done < at {
					if err != nil {
						t.Fatalf("%s without a fault: %s", what, report(err))
					}
					break
				}
				operations++
				if err == nil && what == "removal" {
					// The value went first, which made room for the record.
					if _, err := get(storeIn(dir), "a"); !diag.CodeIs(err, "secret-missing") {
						t.Errorf("%s, fault %d: acknowledged, but %s", what, at, report(err))
					}
				} else if err == nil || diag.From(err).Exit != diag.ExitState || diag.From(err).Diagnostics[0].Hint == "" || strings.Contains(report(err), canary) {
					t.Errorf("%s, fault %d: %s", what, at, report(err))
				}
				value, err := get(storeIn(dir), "a")
				fine := value == canary || value == "old" && what != "first set"
				switch what {
				case "first set":
					fine = fine || diag.CodeIs(err, "secret-missing")
				case "removal": // begun, and so not to be taken for a value
					fine = fine || diag.CodeIs(err, "secret-missing") || diag.CodeIs(err, "secret-rolled-back")
				}
				if !fine {
					t.Errorf("%s, fault %d: %q %s", what, at, value, report(err))
				}
				if what != "first set" {
					wants(t, storeIn(dir), "b", "other")
				}
				set(t, storeIn(dir), "a", "mended")
				wants(t, storeIn(dir), "a", "mended")
				for _, folder := range []string{dir, s.Dir} {
					files, err := os.ReadDir(folder)
					if err != nil {
						t.Fatal(err)
					}
					for _, f := range files {
						if durable.Temporary(f.Name()) {
							t.Errorf("%s, fault %d: %s is left over", what, at, filepath.Join(folder, f.Name()))
						}
					}
				}
			}
			if operations < 6 {
				t.Errorf("%s: only %d operations", what, operations)
			}
			t.Logf("%s, dead %t: %d faults", what, dead, operations)
		}
	}
}

// fullDisk is a disk on which no file can be created, before a removal has made
// room if it ever does.
type fullDisk struct {
	durable.FS
	errno     syscall.Errno
	room      int
	makesRoom bool
}

func (f *fullDisk) Create(path string, perm fs.FileMode) (durable.File, error) {
	if f.room == 0 {
		return nil, &fs.PathError{Op: "open", Path: path, Err: f.errno}
	}
	return f.FS.Create(path, perm)
}
func (f *fullDisk) Remove(path string) error {
	if f.makesRoom && filepath.Ext(path) == suffix {
		f.room++
	}
	return f.FS.Remove(path)
}

// A value is removed from a full disk, where nothing can be written; what a set
// could not write leaves the old value, and the hint is about room.
func TestFullDiskRemoval(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO} {
		for _, makesRoom := range []bool{true, false} {
			dir := t.TempDir()
			set(t, storeIn(dir), "a", "old")
			set(t, storeIn(dir), "b", "other")
			s := storeIn(dir)
			s.disk = &fullDisk{FS: durable.OS, errno: errno, makesRoom: makesRoom}
			_, err := s.Set(t.Context(), "b", []byte(canary), nil)
			if hint := diag.From(err).Diagnostics[0].Hint; err == nil || strings.Contains(hint, "permission") ||
				(errno != syscall.EIO) != strings.HasPrefix(hint, "nothing was lost; make room on the file system of the directory, then try again: df -h "+s.Dir) {
				t.Errorf("%v: %s", errno, report(err))
			}
			wants(t, storeIn(dir), "b", "other")
			removed, err := s.Remove(t.Context(), "a")
			if !removed || (err == nil) != makesRoom || err != nil && !strings.Contains(report(err), "the value of a is deleted, but a copy of its file would be accepted again") {
				t.Errorf("%v, %t: removed %t, %s", errno, makesRoom, removed, report(err))
			}
			if _, err := os.Lstat(filepath.Join(s.Dir, "a.age")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the value is there: %v", err)
			}
			// The removal is recorded once there is room.
			if _, err := storeIn(dir).Remove(t.Context(), "a"); err != nil {
				t.Error(report(err))
			}
			refuses(t, storeIn(dir), "a", diag.ExitNotFound, "secret-missing")
			wants(t, storeIn(dir), "b", "other")
		}
	}
}
