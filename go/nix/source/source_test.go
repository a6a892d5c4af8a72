package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// TestReadFile reads files whose bytes come in one read, and those for which that does not do.
func TestReadFile(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "root")
	files := map[string]string{
		"empty": "", "one": "1", "text": "a\nb\n", "large": strings.Repeat("0123456789abcdef", 1<<14), "d/e/deep": "deep",
	}
	for name, text := range files {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "outside"), []byte("outside"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"out": "../outside", "d/out": filepath.Join(top, "outside"), "d/up": "../..", "none": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for range 2 { // directories are kept open for the second time
		for name, text := range files {
			if data, err := dir.ReadFile(name); err != nil || string(data) != text {
				t.Errorf("%s: got %.20q, %d bytes, %v", name, data, len(data), err)
			}
		}
		for _, name := range []string{"out", "d/out", "d/up", "d/up/outside", "d", "none", "missing", "..", "../outside"} {
			if data, err := dir.ReadFile(name); err == nil {
				t.Errorf("%s: got %q, want an error", name, data)
			}
		}
	}
}

// TestReadFileOfUnknownSize reads a file that has more than it says.
func TestReadFileOfUnknownSize(t *testing.T) {
	want, err := os.ReadFile("/proc/version")
	if err != nil {
		t.Skip("no /proc here")
	}
	dir, err := source.OpenDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if data, err := dir.ReadFile("version"); err != nil || string(data) != string(want) {
		t.Errorf("got %q, %v", data, err)
	}
}

// A path of millions of steps is an error and not the end of the stack.
func TestLongPath(t *testing.T) {
	f := &source.FS{}
	f.Mount("/src", source.NewMemory())
	long := "/src" + strings.Repeat("/a", 4<<20)
	if _, err := f.ReadFile(long); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %.200v", err)
	}
	if _, err := f.Lstat(long); err == nil {
		t.Error("it is there")
	}
}
