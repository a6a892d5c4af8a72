package pod

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// damages are all ways to flip one byte of a file, and to cut it off.
func damages(whole []byte, try func(what string, at int, damaged []byte)) {
	for _, flip := range []byte{0x01, 0x80} {
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

// listed returns the names of the listed Pods, and the damaged ones.
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
		list, _, err := s.List()
		if err != nil || len(list) != 2 {
			t.Fatalf("%s at %d: %v are listed, %v", what, at, list, err)
		}
		if broken := s.Verify(list); len(broken) != 1 || broken[0].ID != p.ID {
			t.Fatalf("%s at %d: marked as damaged are %v", what, at, broken)
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
	// The damaged Pod is not touched, and does not affect others.
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
		if at%100 == 0 && len(s.Verify([]*Pod{p})) != 1 {
			t.Fatalf("%s at %d: not marked as damaged", what, at)
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
