package pod

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestUnsafeFolderIsRefused(t *testing.T) {
	s := newStore(t)
	p := create(t, s, "a", 1)
	outer := filepath.Dir(s.dir)
	refused := func(what, remedy string) {
		t.Helper()
		_, _, listing := s.List()
		_, finding := s.Find("a")
		_, reading := s.Envelope(p, 0)
		_, events := s.Events(p)
		_, creating := s.Create(ctx, New{Envelope: envelope(t, 1)})
		for _, err := range []error{listing, finding, reading, events, creating, s.Record(ctx, p, EventStarted), s.Remove(ctx, p)} {
			wants(t, err, diag.ExitRefused, "unsafe-state")
			if d := diag.From(err).Diagnostics[0]; !strings.Contains(d.Message, what) || !strings.Contains(d.Hint, remedy) {
				t.Errorf("%s: %s", d.Message, d.Hint)
			}
		}
	}
	for _, dir := range []string{s.dir, outer} {
		for _, mode := range []os.FileMode{0o770, 0o702} {
			must[int](t)(0, os.Chmod(dir, mode))
			refused("can be written by other users", "chmod go-w "+dir)
		}
		must[int](t)(0, os.Chmod(dir, 0o700))
	}
	for _, dir := range []string{s.dir, outer} {
		must[int](t)(0, os.Rename(dir, dir+"-elsewhere"))
		must[int](t)(0, os.Symlink(dir+"-elsewhere", dir))
		refused("is a symbolic link", dir)
		remove(t, dir)
		must[int](t)(0, os.Rename(dir+"-elsewhere", dir))
	}
	must[*Pod](t)(s.Find("a"))

	// The folder of another user, without being root.
	info := foreign{must[os.FileInfo](t)(os.Lstat(s.dir))}
	if what, remedy := durable.Unsafe(s.dir, info); what != "belongs to another user" || !strings.Contains(remedy, "chown") {
		t.Errorf("%s: %s", what, remedy)
	}
}

type foreign struct{ os.FileInfo }

func (f foreign) Sys() any {
	stat := *f.FileInfo.Sys().(*syscall.Stat_t)
	stat.Uid++
	return &stat
}

// Above the folder of insomnia links are a matter of taste.
func TestLinkAboveIsFine(t *testing.T) {
	dir := t.TempDir()
	must[int](t)(0, os.Mkdir(filepath.Join(dir, "state"), 0o700))
	must[int](t)(0, os.Symlink("state", filepath.Join(dir, "link")))
	create(t, Open(filepath.Join(dir, "link", "insomnia", "pods")), "a", 1)
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	s := newStore(t)
	p := create(t, s, "a", 1)
	must[*Pod](t)(s.Add(ctx, p, envelope(t, 2)))
	err := filepath.WalkDir(filepath.Dir(s.dir), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		want := os.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if info := must[os.FileInfo](t)(entry.Info()); info.Mode().Perm() != want {
			t.Errorf("%s has the mode %o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	fsys, s := someStore(t)
	p := podNamed(t, s, "a")
	fsys.Before = func(what, _ string) error {
		if what != "ReadFile" && what != "ReadDir" && what != "Lstat" {
			return syscall.EROFS
		}
		return nil
	}
	if names, damaged := listed(t, s); len(names) != 2 || len(damaged) > 0 {
		t.Errorf("listed are %v, damaged %v", names, damaged)
	}
	must[*Pod](t)(s.Find("a"))
	must[*manifest.Envelope](t)(s.Envelope(p, 1))
	must[[]Event](t)(s.Events(p))
	_, err := s.Create(ctx, New{Envelope: envelope(t, 1)})
	wants(t, err, diag.ExitState, "pod-not-written")
	if !strings.Contains(err.Error(), "read-only file system") {
		t.Errorf("got %v", err)
	}
	wants(t, s.Record(ctx, p, EventStarted), diag.ExitState, "pod-not-written")
}

// Two writers that have seen the same: they take turns, and the second has seen too little.
func TestOfTwoWritersOneWins(t *testing.T) {
	s := newStore(t)
	for round := range 20 {
		p := create(t, s, "", 1+round)
		results := make(chan error, 2)
		for i := range 2 {
			go func() {
				_, err := Open(s.dir).Add(ctx, p, envelope(t, 100+i))
				results <- err
			}()
		}
		first, second := <-results, <-results
		if first != nil {
			first, second = second, first
		}
		if first != nil {
			t.Fatalf("both fail: %v, %v", first, second)
		}
		wants(t, second, diag.ExitState, "pod-conflict")
		if now := must[*Pod](t)(s.Find(p.ID)); len(now.Generations) != 2 || now.Current != 2 {
			t.Errorf("%+v", now)
		}
	}
}

func TestNamesStayUniqueAmongWriters(t *testing.T) {
	s := newStore(t)
	results := make(chan error, 8)
	for range cap(results) {
		go func() {
			_, err := Open(s.dir).Create(ctx, New{Name: "same", Envelope: envelope(t, 1)})
			results <- err
		}()
	}
	created := 0
	for range cap(results) {
		if err := <-results; err == nil {
			created++
		} else {
			wants(t, err, diag.ExitState, "pod-exists")
		}
	}
	if created != 1 {
		t.Errorf("%d Pods have the same name", created)
	}
}

// A sweep never removes the work of the writer that has the lock.
func TestSweepWaitsForTheLock(t *testing.T) {
	s := newStore(t)
	create(t, s, "a", 1)
	unlock := must[func() error](t)(s.lock(ctx))
	half := filepath.Join(s.dir, newPrefix+"half")
	must[int](t)(0, os.Mkdir(half, 0o700))
	done := make(chan error)
	go func() {
		_, err := Open(s.dir).Create(ctx, New{Name: "b", Envelope: envelope(t, 1)})
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("the lock was not waited for: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := os.Stat(half); err != nil {
		t.Error(err)
	}
	must[int](t)(0, unlock())
	must[int](t)(0, <-done)
	if _, err := os.Stat(half); err == nil {
		t.Error("what was left is still there")
	}
}

func TestPatienceWithTheLockEnds(t *testing.T) {
	s := newStore(t)
	p := create(t, s, "a", 1)
	unlock := must[func() error](t)(s.lock(ctx))
	waiting := Open(s.dir)
	waiting.patience = 20 * time.Millisecond
	wants(t, waiting.Record(ctx, p, EventStarted), diag.ExitState, "pods-locked")
	// Reading goes on.
	must[*Pod](t)(waiting.Find("a"))
	must[int](t)(0, unlock())
	must[int](t)(0, waiting.Record(ctx, p, EventStarted))
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	for state, want := range map[string]string{
		"":         "/home/ada/.local/state/insomnia/pods",
		"relative": "/home/ada/.local/state/insomnia/pods", // to be ignored, says the specification
		"/state/":  "/state/insomnia/pods",
	} {
		t.Setenv("XDG_STATE_HOME", state)
		if got := must[string](t)(DefaultDir()); got != want {
			t.Errorf("with XDG_STATE_HOME=%s it is %s, want %s", state, got, want)
		}
	}
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	_, err := DefaultDir()
	wants(t, err, diag.ExitNotFound, "no-home")
}

func TestLargestEnvelope(t *testing.T) {
	s := OpenOn(crashfs.New(), memoryDir)
	e := envelope(t, 1)
	e.Provenance.Files = make([]manifest.ReadFile, 150000)
	for i := range e.Provenance.Files {
		e.Provenance.Files[i] = manifest.ReadFile{File: "input:" + strings.Repeat("x", 100), SHA256: "sha256-"}
	}
	_, err := s.Create(ctx, New{Envelope: e})
	wants(t, err, diag.ExitInvalid, "max-bytes")
	if entries, err := s.fs.ReadDir(memoryDir); err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
}
