//go:build unix

package bounded

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What is opened is a regular file, and of a root one that is in it.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plain")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	os.Symlink("/dev/zero", filepath.Join(dir, "zero"))
	root, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, open := range map[string]func(string) (*os.File, int64, error){
		"function": func(name string) (*os.File, int64, error) { return Open(filepath.Join(dir, name)) },
		"root":     root.Open,
	} {
		f, size, err := open("plain")
		if err != nil || size != 5 {
			t.Fatalf("%s: %d, %v", name, size, err)
		}
		if data, err := io.ReadAll(f); err != nil || string(data) != "12345" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
		f.Close()
		for _, special := range []string{"fifo", ".", "zero"} {
			if _, _, err := open(special); !errors.Is(err, ErrNotRegular) && !errors.Is(err, ErrOutside) {
				t.Errorf("%s: %s: %v", name, special, err)
			}
		}
	}
	if target, err := root.Readlink("zero"); err != nil || target != "/dev/zero" {
		t.Errorf("got %q, %v", target, err)
	}
	if _, err := root.Readlink("../x"); !errors.Is(err, ErrOutside) {
		t.Errorf("got %v", err)
	}
}
