package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == writerCommand { // a writer of the test below
		os.Exit(write(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

func TestPowerCutsLoseNothing(t *testing.T) {
	s := simulation{wrap: func(f durable.FS) durable.FS { return f }, seed: 1}
	if err := s.run(context.Background(), 5000); err != nil {
		t.Fatal(err)
	}
	if s.lost+s.torn > 0 {
		t.Errorf("of %d states %d lost something and %d tore something: %s", s.states, s.lost, s.torn, s.first)
	}
}

func TestSimulationSeesForgottenSyncs(t *testing.T) {
	dirs := simulation{wrap: crashfs.ForgetDirs, seed: 1}
	files := simulation{wrap: crashfs.ForgetFiles, seed: 1}
	for _, s := range []*simulation{&dirs, &files} {
		if err := s.run(context.Background(), 500); err != nil {
			t.Fatal(err)
		}
	}
	if dirs.lost == 0 || files.torn == 0 {
		t.Errorf("without the fsync of folders %d of %d were lost, without that of files %d of %d torn", dirs.lost, dirs.states, files.torn, files.states)
	}
}

func TestKilledWritersLoseNothing(t *testing.T) {
	var out strings.Builder
	if err := kill(context.Background(), &out, 10, 1, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
}

// What the kill loop compares with has to notice a loss.
func TestLedgerSeesLosses(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		what string
		do   func(t *testing.T, dir string, before []byte)
		want string
	}{
		{"nothing", func(*testing.T, string, []byte) {}, ""},
		{"a Pod", func(t *testing.T, dir string, _ []byte) { fail(t, os.RemoveAll(dir)) }, "lost"},
		{"the last change", func(t *testing.T, dir string, before []byte) {
			fail(t, os.WriteFile(filepath.Join(dir, "pod.json"), before, 0o600))
		}, "revision 1"},
		{"a generation", func(t *testing.T, dir string, _ []byte) { fail(t, os.Remove(filepath.Join(dir, "generation-1.json"))) }, "missing"},
		{"half a file", func(t *testing.T, dir string, _ []byte) { fail(t, os.Truncate(filepath.Join(dir, "pod.json"), 100)) }, "damaged"},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "insomnia", "pods")
			store := pod.Open(dir)
			p, err := store.Create(ctx, pod.New{Envelope: envelope(1)})
			fail(t, err)
			before, err := os.ReadFile(filepath.Join(dir, p.ID, "pod.json"))
			fail(t, err)
			acks := ledger{}
			acks.note(said{Did: "create", Pod: p.ID, Revision: 1, Current: 1, Sums: []string{p.Generations[0].Checksum}})
			p, err = store.Add(ctx, p, envelope(2))
			fail(t, err)
			acks.note(said{Did: "add", Pod: p.ID, Revision: 2, Current: 2, Sums: []string{p.Generations[0].Checksum, p.Generations[1].Checksum}})

			c.do(t, filepath.Join(dir, p.ID), before)
			err = ledger{}.hold(store, acks, nil)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func fail(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
