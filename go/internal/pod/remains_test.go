package pod

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
)

// Whatever is wrong with a Pod, what is left of it is removed, and nothing else.
func TestDamagedPodsAreRemoved(t *testing.T) {
	for what, damage := range map[string]func(t *testing.T, a, b string){
		"record cut off": func(t *testing.T, a, _ string) {
			must[int](t)(0, os.Truncate(filepath.Join(a, recordName), 300))
		},
		"record that is empty":   func(t *testing.T, a, _ string) { must[int](t)(0, os.Truncate(filepath.Join(a, recordName), 0)) },
		"record that is missing": func(t *testing.T, a, _ string) { remove(t, filepath.Join(a, recordName)) },
		"record of another Pod":  func(t *testing.T, a, b string) { copyFile(t, b, a, recordName) },
		"record that is a link":  func(t *testing.T, a, b string) { link(t, b, a, recordName) },
		"generation that is a link": func(t *testing.T, a, b string) {
			link(t, b, a, "generation-1.json")
		},
		"generation that is missing": func(t *testing.T, a, _ string) { remove(t, filepath.Join(a, "generation-1.json")) },
		"generation that is a directory": func(t *testing.T, a, _ string) {
			remove(t, filepath.Join(a, "generation-1.json"))
			must[int](t)(0, os.MkdirAll(filepath.Join(a, "generation-1.json", "deep", "er"), 0o700))
		},
		"generation that is a pipe": func(t *testing.T, a, _ string) {
			remove(t, filepath.Join(a, "generation-1.json"))
			must[int](t)(0, syscall.Mkfifo(filepath.Join(a, "generation-1.json"), 0o600))
		},
		"empty directory": func(t *testing.T, a, _ string) {
			must[int](t)(0, os.RemoveAll(a))
			must[int](t)(0, os.Mkdir(a, 0o700))
		},
		"Pod that is a link": func(t *testing.T, a, b string) {
			must[int](t)(0, os.RemoveAll(a))
			must[int](t)(0, os.Symlink(b, a))
		},
		"Pod that is a link to nothing": func(t *testing.T, a, _ string) {
			must[int](t)(0, os.RemoveAll(a))
			must[int](t)(0, os.Symlink("nowhere", a))
		},
		"Pod that is a file": func(t *testing.T, a, _ string) {
			must[int](t)(0, os.RemoveAll(a))
			must[int](t)(0, os.WriteFile(a, nil, 0o600))
		},
		"links to elsewhere inside": func(t *testing.T, a, b string) {
			remove(t, filepath.Join(a, recordName))
			must[int](t)(0, os.Symlink(b, filepath.Join(a, "b")))
			must[int](t)(0, os.Symlink("../..", filepath.Join(a, "up")))
		},
		"renamed and damaged": func(t *testing.T, a, _ string) {
			remove(t, filepath.Join(a, "generation-1.json"))
			must[int](t)(0, os.Rename(a, filepath.Join(filepath.Dir(a), strings.Repeat("x", 255))))
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := newStore(t)
			a, b := create(t, s, "a", 1), create(t, s, "b", 2)
			damage(t, filepath.Join(s.dir, a.ID), filepath.Join(s.dir, b.ID))
			pods, damaged, err := s.List()
			if err != nil {
				t.Fatal(err)
			}
			damaged = append(damaged, s.Verify(pods)...)
			if len(damaged) != 1 {
				t.Fatalf("damaged are %v", damaged)
			}
			left := must[*Remains](t)(s.Remains(damaged[0].ID))
			if !diag.CodeIs(left.Why, "pod-damaged") || left.Intact > left.Generations || left.Dir != filepath.Join(s.dir, damaged[0].ID) {
				t.Errorf("left: %+v", left)
			}
			must[int](t)(0, s.RemoveDamaged(ctx, damaged[0].ID))
			entries := must[[]os.DirEntry](t)(os.ReadDir(s.dir))
			for _, e := range entries {
				if e.Name() != lockName && e.Name() != b.ID {
					t.Errorf("%s is left", e.Name())
				}
			}
			now := must[*Pod](t)(s.Find("b"))
			if broken := s.Verify([]*Pod{now}); len(broken) > 0 {
				t.Errorf("the other Pod is damaged: %v", broken)
			}
			_, err = s.Remains(damaged[0].ID)
			wants(t, err, diag.ExitNotFound, "pod-not-found")
			wants(t, s.RemoveDamaged(ctx, damaged[0].ID), diag.ExitNotFound, "pod-not-found")
		})
	}
}

func TestRemainsAreCounted(t *testing.T) {
	s := newStore(t)
	a := create(t, s, "a", 1)
	a = must[*Pod](t)(s.Add(ctx, a, envelope(t, 2)))
	must[*Pod](t)(s.Add(ctx, a, envelope(t, 3)))
	dir := filepath.Join(s.dir, a.ID)
	must[int](t)(0, os.Truncate(filepath.Join(dir, "generation-2.json"), 9))
	must[int](t)(0, os.Truncate(filepath.Join(dir, recordName), 300))
	left := must[*Remains](t)(s.Remains(a.ID))
	if left.Name != "a" || left.Generations != 3 || left.Intact != 2 {
		t.Errorf("left: %+v", left)
	}
}

// A Pod that is healthy, or that may be, is never removed as a damaged one.
func TestHealthyPodsAreNotRemovedAsDamaged(t *testing.T) {
	for what, c := range map[string]struct {
		do   func(t *testing.T, a string) (id string)
		exit diag.Exit
		code string
	}{
		"healthy":        {func(t *testing.T, a string) string { return filepath.Base(a) }, diag.ExitRefused, "pod-not-damaged"},
		"by its name":    {func(t *testing.T, a string) string { return "a" }, diag.ExitNotFound, "pod-not-found"},
		"by its prefix":  {func(t *testing.T, a string) string { return filepath.Base(a)[:12] }, diag.ExitNotFound, "pod-not-found"},
		"empty":          {func(*testing.T, string) string { return "" }, diag.ExitNotFound, "pod-not-found"},
		"the store":      {func(*testing.T, string) string { return "." }, diag.ExitNotFound, "pod-not-found"},
		"above":          {func(*testing.T, string) string { return ".." }, diag.ExitNotFound, "pod-not-found"},
		"the lock":       {func(*testing.T, string) string { return lockName }, diag.ExitNotFound, "pod-not-found"},
		"a path":         {func(t *testing.T, a string) string { return a }, diag.ExitNotFound, "pod-not-found"},
		"a path inside":  {func(t *testing.T, a string) string { return filepath.Base(a) + "/" + recordName }, diag.ExitNotFound, "pod-not-found"},
		"a path outside": {func(*testing.T, string) string { return "../pods" }, diag.ExitNotFound, "pod-not-found"},
		"with a slash":   {func(t *testing.T, a string) string { return filepath.Base(a) + "/" }, diag.ExitNotFound, "pod-not-found"},
		"renamed": {func(t *testing.T, a string) string {
			must[int](t)(0, os.Rename(a, a+".bak"))
			return filepath.Base(a) + ".bak"
		}, diag.ExitRefused, "pod-not-damaged"},
		"copied": {func(t *testing.T, a string) string {
			must[int](t)(0, os.CopyFS(a+" copy", os.DirFS(a)))
			return filepath.Base(a) + " copy"
		}, diag.ExitRefused, "pod-not-damaged"},
		"newer": {func(t *testing.T, a string) string {
			rewrite(t, filepath.Join(a, recordName), recordSchema, schemaPrefix+"9")
			return filepath.Base(a)
		}, diag.ExitState, "pod-newer"},
	} {
		t.Run(what, func(t *testing.T) {
			s := newStore(t)
			p := create(t, s, "a", 1)
			before := len(must[[]os.DirEntry](t)(os.ReadDir(s.dir)))
			id := c.do(t, filepath.Join(s.dir, p.ID))
			_, err := s.Remains(id)
			wants(t, err, c.exit, c.code)
			wants(t, s.RemoveDamaged(ctx, id), c.exit, c.code)
			if now := len(must[[]os.DirEntry](t)(os.ReadDir(s.dir))); now < before {
				t.Errorf("%d entries are left of %d", now, before)
			}
		})
	}
}

// A Pod that cannot be read now is not known to be damaged. A fault during the removal of
// a damaged Pod leaves it unchanged or removes it completely.
func TestFaultsOfRemovingADamagedPod(t *testing.T) {
	for _, fault := range faults {
		failed := 0
		for at := 0; ; at++ {
			fsys := crashfs.New()
			s := OpenOn(fsys, memoryDir)
			a := create(t, s, "a", 1)
			create(t, s, "b", 2)
			path := filepath.Join(s.dir, a.ID, recordName)
			put(t, fsys, path, must[[]byte](t)(fsys.ReadFile(path, maxRecord))[:200])
			operation, struck := 0, ""
			fsys.Before = func(what, path string) error {
				if operation++; operation == at+1 {
					struck = what + " " + path
					return fault
				}
				return nil
			}
			err := s.RemoveDamaged(ctx, a.ID)
			fsys.Before = nil
			names, damaged := listed(t, s)
			if len(names) != 1 || names[0] != "b" {
				t.Fatalf("%s: left are %v", struck, names)
			}
			if struck == "" {
				if err != nil || len(damaged) > 0 {
					t.Fatalf("without a fault: %v, damaged %v", err, damaged)
				}
				break
			}
			if err != nil {
				failed++
			}
			if (err == nil) != (len(damaged) == 0) {
				t.Errorf("%s: %v, and damaged are %v", struck, err, damaged)
			}
		}
		if failed < 5 {
			t.Errorf("only %d operations failed", failed)
		}
	}
}

// A Pod that is restored while the user is asked is not removed.
func TestRestoredPodIsNotRemoved(t *testing.T) {
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	path := filepath.Join(s.dir, p.ID, recordName)
	whole := must[[]byte](t)(fsys.ReadFile(path, maxRecord))
	must[int](t)(0, durable.Replace(fsys, path, whole[:100], 0o600))
	must[*Remains](t)(s.Remains(p.ID))
	must[int](t)(0, durable.Replace(fsys, path, whole, 0o600))
	wants(t, s.RemoveDamaged(ctx, p.ID), diag.ExitRefused, "pod-not-damaged")
	must[*Pod](t)(s.Find("a"))
}
