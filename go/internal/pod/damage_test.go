package pod

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// damages are all ways to flip one byte of a file, and to cut it off.
func damages(whole []byte, try func(what string, at int, damaged []byte)) {
	for _, flip := range []byte{0x01, 0x20, 0x80, 0xff} {
		for at := range whole {
			damaged := bytes.Clone(whole)
			damaged[at] ^= flip
			try("flipped", at, damaged)
		}
	}
	for length := range whole {
		try("cut off", length, whole[:length])
	}
	try("longer", len(whole), append(bytes.Clone(whole), '\n'))
}

// listed tells which Pods are listed and which are damaged.
func listed(t *testing.T, s *Store) (names []string, damaged []Damaged) {
	t.Helper()
	pods, damaged, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pods {
		names = append(names, p.Name)
	}
	return names, damaged
}

// put writes a file of a file system in memory, whatever is there.
func put(t *testing.T, fsys durable.FS, path string, data []byte) {
	t.Helper()
	if err := durable.Replace(fsys, path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEveryDamageOfAGenerationIsFound(t *testing.T) {
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	create(t, s, "b", 1)
	path := filepath.Join(s.dir, p.ID, "generation-1.json")
	whole := must[[]byte](t)(fsys.ReadFile(path, maxGeneration))
	damages(whole, func(what string, at int, damaged []byte) {
		put(t, fsys, path, damaged)
		if _, err := s.Envelope(p, 0); !diag.CodeIs(err, "pod-damaged") || diag.From(err).Exit != diag.ExitState {
			t.Fatalf("%s at %d: the envelope is %v", what, at, err)
		}
		if _, err := s.Bytes(p, 0); !diag.CodeIs(err, "pod-damaged") {
			t.Fatalf("%s at %d: the bytes are %v", what, at, err)
		}
		if names, _ := listed(t, s); len(names) != 2 {
			t.Fatalf("%s at %d: %v are listed", what, at, names)
		}
	})
	put(t, fsys, path, whole)
	must[*manifest.Envelope](t)(s.Envelope(p, 0))
}

func TestEveryDamageOfAPodIsFound(t *testing.T) {
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	create(t, s, "b", 1)
	path := filepath.Join(s.dir, p.ID, recordName)
	whole := must[[]byte](t)(fsys.ReadFile(path, maxRecord))
	damages(whole, func(what string, at int, damaged []byte) {
		put(t, fsys, path, damaged)
		names, broken := listed(t, s)
		if len(names) != 1 || names[0] != "b" || len(broken) != 1 || broken[0].ID != p.ID || !diag.CodeIs(broken[0].Err, "pod-damaged") {
			t.Fatalf("%s at %d: %v are listed, and damaged are %v", what, at, names, broken)
		}
	})
	// Nothing touches it, and nothing stands in the way of others.
	left := must[[]byte](t)(fsys.ReadFile(path, maxRecord))
	wants(t, s.Record(ctx, p, EventStarted), diag.ExitState, "pod-damaged")
	wants(t, s.Remove(ctx, p), diag.ExitState, "pod-damaged")
	_, err := s.Add(ctx, p, envelope(t, 2))
	wants(t, err, diag.ExitState, "pod-damaged")
	_, err = s.Find(p.ID[:len(p.ID)-1])
	wants(t, err, diag.ExitState, "pod-damaged")
	_, err = s.Find("a")
	wants(t, err, diag.ExitState, "pod-damaged")
	create(t, s, "c", 1)
	if now := must[[]byte](t)(fsys.ReadFile(path, maxRecord)); !bytes.Equal(now, left) {
		t.Error("the damaged file was changed")
	}
	// When not even the name can be read, any name may have been its.
	put(t, fsys, path, whole[:20])
	_, err = s.Find("a")
	wants(t, err, diag.ExitNotFound, "pod-not-found")
	if !strings.Contains(err.Error(), "1 cannot") {
		t.Errorf("that it may be the damaged one is not said: %v", err)
	}
}

func TestEveryDamageOfOlderEventsIsFound(t *testing.T) {
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	for range 2 * eventsEach {
		must[int](t)(0, s.Record(ctx, p, EventResumed))
	}
	path := filepath.Join(s.dir, p.ID, "events-2.json")
	whole := must[[]byte](t)(fsys.ReadFile(path, maxRecord))
	damages(whole, func(what string, at int, damaged []byte) {
		put(t, fsys, path, damaged)
		if _, err := s.Events(p); !diag.CodeIs(err, "pod-damaged") {
			t.Fatalf("%s at %d: %v", what, at, err)
		}
	})
	put(t, fsys, path, must[[]byte](t)(fsys.ReadFile(filepath.Join(s.dir, p.ID, "events-1.json"), maxRecord)))
	if _, err := s.Events(p); !diag.CodeIs(err, "pod-damaged") {
		t.Fatalf("the events of another time: %v", err)
	}
	must[*manifest.Envelope](t)(s.Envelope(p, 0))
}

// Files that are whole, but not those that belong there.
func TestForgedPods(t *testing.T) {
	for _, c := range []struct {
		what   string
		do     func(t *testing.T, a, b string)
		listed int
	}{
		{"generation of another Pod", func(t *testing.T, a, b string) { copyFile(t, b, a, "generation-1.json") }, 2},
		{"record of another Pod", func(t *testing.T, a, b string) { copyFile(t, b, a, recordName) }, 1},
		{"generation that is a link", func(t *testing.T, a, b string) { link(t, b, a, "generation-1.json") }, 2},
		{"generation that is missing", func(t *testing.T, a, _ string) { remove(t, filepath.Join(a, "generation-1.json")) }, 2},
		{"generation that is a folder", func(t *testing.T, a, _ string) {
			remove(t, filepath.Join(a, "generation-1.json"))
			must[int](t)(0, os.Mkdir(filepath.Join(a, "generation-1.json"), 0o700))
		}, 2},
		{"generation that is a pipe", func(t *testing.T, a, _ string) {
			remove(t, filepath.Join(a, "generation-1.json"))
			must[int](t)(0, syscall.Mkfifo(filepath.Join(a, "generation-1.json"), 0o600))
		}, 2},
		{"record that is a link", func(t *testing.T, a, b string) { link(t, b, a, recordName) }, 1},
		{"record that is missing", func(t *testing.T, a, _ string) { remove(t, filepath.Join(a, recordName)) }, 1},
		{"Pod that is a link", func(t *testing.T, a, b string) {
			must[int](t)(0, os.RemoveAll(a))
			must[int](t)(0, os.Symlink(b, a))
		}, 1},
		{"Pod that is a file", func(t *testing.T, a, _ string) {
			must[int](t)(0, os.RemoveAll(a))
			must[int](t)(0, os.WriteFile(a, nil, 0o600))
		}, 1},
		{"folder with another name", func(t *testing.T, a, _ string) { must[int](t)(0, os.Rename(a, filepath.Join(filepath.Dir(a), "copy"))) }, 1},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := newStore(t)
			a, b := create(t, s, "a", 1), create(t, s, "b", 2)
			c.do(t, filepath.Join(s.dir, a.ID), filepath.Join(s.dir, b.ID))
			names, damaged := listed(t, s)
			if len(names) != c.listed || len(damaged) != 2-c.listed || names[0] != "b" {
				t.Errorf("listed are %v, damaged %v", names, damaged)
			}
			if now, err := s.Find(a.ID); err == nil {
				_, err = s.Envelope(now, 0)
				wants(t, err, diag.ExitState, "pod-damaged")
			} else if diag.From(err).Exit != diag.ExitState && c.what != "folder with another name" {
				t.Errorf("found: %v", err)
			}
			if _, err := s.Envelope(b, 0); err != nil {
				t.Error(err)
			}
			for _, d := range damaged {
				if diag.From(d.Err).Exit != diag.ExitState || diag.From(d.Err).Diagnostics[0].Hint == "" {
					t.Errorf("damaged: %+v", diag.From(d.Err))
				}
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to, name string) {
	t.Helper()
	data := must[[]byte](t)(os.ReadFile(filepath.Join(from, name)))
	if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, from, to, name string) {
	t.Helper()
	remove(t, filepath.Join(to, name))
	if err := os.Symlink(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
		t.Fatal(err)
	}
}

func TestRollbackLeadsOutOfADamagedGeneration(t *testing.T) {
	s := newStore(t)
	p := must[*Pod](t)(s.Add(ctx, create(t, s, "a", 1), envelope(t, 2)))
	if err := os.Truncate(filepath.Join(s.dir, p.ID, "generation-2.json"), 10); err != nil {
		t.Fatal(err)
	}
	_, err := s.Envelope(p, 0)
	wants(t, err, diag.ExitState, "pod-damaged")
	if hint := diag.From(err).Diagnostics[0].Hint; !strings.Contains(hint, "insomnia pod rollback a") {
		t.Errorf("the hint is %s", hint)
	}
	p = must[*Pod](t)(s.Rollback(ctx, p, 1))
	must[*manifest.Envelope](t)(s.Envelope(p, 0))
	_, err = s.Rollback(ctx, p, 2)
	wants(t, err, diag.ExitState, "pod-damaged")
}

// rewrite changes the content of a file and gives it the checksum for that.
func rewrite(t *testing.T, path, old, new string) (before, after []byte) {
	t.Helper()
	before = must[[]byte](t)(os.ReadFile(path))
	content, _, err := durable.Unframe(before)
	if err != nil || !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%v, or no %s in %s", err, old, before)
	}
	after, _ = durable.Frame(bytes.Replace(content, []byte(old), []byte(new), 1))
	if err := os.WriteFile(path, after, 0o600); err != nil {
		t.Fatal(err)
	}
	return before, after
}

func TestNewerPodIsRefusedAndLeftAlone(t *testing.T) {
	s := newStore(t)
	p := create(t, s, "a", 1)
	create(t, s, "b", 1)
	path := filepath.Join(s.dir, p.ID, recordName)
	_, newer := rewrite(t, path, `"`+recordSchema+`"`, `"insomnia.stored-pod/v2","unheard":"of"`)

	names, damaged := listed(t, s)
	if len(names) != 1 || len(damaged) != 1 {
		t.Fatalf("listed are %v, damaged %v", names, damaged)
	}
	wants(t, damaged[0].Err, diag.ExitState, "pod-newer")
	if !strings.Contains(damaged[0].Err.Error(), "insomnia.stored-pod/v2") {
		t.Errorf("the schema is not named: %v", damaged[0].Err)
	}
	_, err := s.Find(p.ID)
	wants(t, err, diag.ExitState, "pod-newer")
	_, err = s.Add(ctx, p, envelope(t, 2))
	wants(t, err, diag.ExitState, "pod-newer")
	_, err = s.Rollback(ctx, p, 1)
	wants(t, err, diag.ExitState, "pod-newer")
	wants(t, s.Record(ctx, p, EventStarted), diag.ExitState, "pod-newer")
	wants(t, s.Remove(ctx, p), diag.ExitState, "pod-newer")
	if got := must[[]byte](t)(os.ReadFile(path)); !bytes.Equal(got, newer) {
		t.Error("it was rewritten")
	}
}

func TestNewerGenerationIsRefused(t *testing.T) {
	s := newStore(t)
	p := create(t, s, "a", 1)
	path := filepath.Join(s.dir, p.ID, "generation-1.json")
	_, newer := rewrite(t, path, manifest.EnvelopeSchema, "insomnia.resolved/v2")
	_, sum, _ := durable.Unframe(newer)
	rewrite(t, filepath.Join(s.dir, p.ID, recordName), p.Generations[0].Checksum, sum)
	p = must[*Pod](t)(s.Find("a"))
	_, err := s.Envelope(p, 0)
	wants(t, err, diag.ExitState, "pod-newer")
}

func TestRecordsThatDoNotFitTogether(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"schema":"` + recordSchema + `"`, `"schema":"insomnia.pod/v1"`, "unknown schema"},
		{`"name":"a"`, `"name":"../a"`, "name"},
		{`"name":"a"`, `"name":"a","unheard":"of"`, "unheard"},
		{`"name":"a"`, `"name":"a","name":"b"`, "not JSON"},
		{`"current":1`, `"current":2`, "current generation"},
		{`"current":1`, `"current":"1"`, "current"},
		{`"number":1`, `"number":2`, "numbered"},
		{`"state":"saved"`, `"state":"flying"`, "flying"},
		{`{"schema"`, `["schema"`, "JSON"},
	} {
		s := newStore(t)
		p := create(t, s, "a", 1)
		rewrite(t, filepath.Join(s.dir, p.ID, recordName), c.old, c.new)
		_, damaged := listed(t, s)
		if len(damaged) != 1 || !diag.CodeIs(damaged[0].Err, "pod-damaged") || !strings.Contains(damaged[0].Err.Error(), c.want) {
			t.Errorf("%s: %v", c.new, damaged)
		}
	}
}

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

// Nobody sweeps what the writer that has the lock is working on.
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
	if d := cmp.Diff(0, len(must[[]*Pod](t)(pods(s)))); d != "" {
		t.Error(d)
	}
}

func pods(s *Store) ([]*Pod, error) {
	list, _, err := s.List()
	return list, err
}
