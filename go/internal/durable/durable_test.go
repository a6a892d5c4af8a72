package durable

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := OS.ReadFile(path, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := OS.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestReplaceLeavesOneWholeFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, text := range []string{"first and longer", "second"} {
		if err := Replace(OS, path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != text {
			t.Errorf("read %q, want %q", got, text)
		}
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("the folder has %q", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestReplaceWritesNothingThroughLinks(t *testing.T) {
	dir := t.TempDir()
	other, link := filepath.Join(dir, "other"), filepath.Join(dir, "link")
	if err := os.WriteFile(other, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, link); err != nil {
		t.Fatal(err)
	}
	if err := Replace(OS, link, []byte("ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := read(t, other); got != "theirs" {
		t.Errorf("what the link led to is %q", got)
	}
	if got := read(t, link); got != "ours" {
		t.Errorf("the file is %q", got)
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := Create(OS, path, []byte("first"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(OS, path, []byte("second"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if got := read(t, path); got != "first" {
		t.Errorf("the file is %q", got)
	}
}

func TestReadFileRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, err := OS.ReadFile(link, 10); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a link: %v", err)
	}
	if _, err := OS.ReadFile(dir, 10); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := OS.ReadFile(target, 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte too many: %v", err)
	}
	if _, err := OS.ReadFile(target, 5); err != nil {
		t.Errorf("just as large as it may be: %v", err)
	}
}

func TestMkdirAllAndRemoveAll(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b", "c")
	for range 2 {
		if err := MkdirAll(OS, deep, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(deep, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(deep, "link")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := RemoveAll(OS, filepath.Join(dir, "a")); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	if got := names(t, outside); len(got) != 1 {
		t.Errorf("what a link led to is gone: %q", got)
	}
}

func TestLockKeepsOthersOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var held, most, runs int
	var mutex sync.Mutex
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			for range 5 {
				unlock, err := OS.Lock(context.Background(), path)
				if err != nil {
					t.Error(err)
					return
				}
				mutex.Lock()
				held++
				runs++
				most = max(most, held)
				mutex.Unlock()
				time.Sleep(time.Millisecond)
				mutex.Lock()
				held--
				mutex.Unlock()
				if err := unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	if most != 1 || runs != 40 {
		t.Errorf("%d had the lock at once, %d in all", most, runs)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock file is gone: %v", err)
	}
}

func TestLockStopsWaitingWhenTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := OS.Lock(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unlock() }()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := OS.Lock(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
