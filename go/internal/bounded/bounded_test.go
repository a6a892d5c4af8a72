//go:build unix

package bounded

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Each file is read within a second, or refused with the reason.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := func(name, to string) string {
		path := filepath.Join(dir, name)
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := write("plain", "12345")
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, test := range []struct {
		name, path string
		want       string
		err        error
	}{
		{"regular", plain, "12345", nil},
		{"empty", write("empty", ""), "", nil},
		{"as large as allowed", write("fits", "12345678"), "12345678", nil},
		{"too large", write("large", "123456789"), "", ErrTooLarge},
		{"link", link("link", "plain"), "12345", nil},
		{"directory", dir, "", ErrNotRegular},
		{"FIFO without a writer", fifo, "", ErrNotRegular},
		{"link to a FIFO", link("to-fifo", "fifo"), "", ErrNotRegular},
		{"socket", socket, "", ErrNotRegular},
		{"endless device", link("zero", "/dev/zero"), "", ErrNotRegular},
		{"no size, but content", "/proc/self/status", "", ErrTooLarge},
		{"missing", filepath.Join(dir, "none"), "", fs.ErrNotExist},
		{"dangling link", link("dangling", "none"), "", fs.ErrNotExist},
		{"link to itself", link("loop", "loop"), "", syscall.ELOOP},
	} {
		t.Run(test.name, func(t *testing.T) {
			started := time.Now()
			got, err := ReadFile(test.path, 8)
			if !errors.Is(err, test.err) || string(got) != test.want {
				t.Errorf("got %q, %v", got, err)
			}
			var in *fs.PathError
			if err != nil && (!errors.As(err, &in) || in.Path != test.path) {
				t.Errorf("%v does not name the path", err)
			}
			if passed := time.Since(started); passed > 10*time.Second {
				t.Errorf("took %v", passed)
			}
		})
	}
	if _, err := ReadFileNoFollow(filepath.Join(dir, "link"), 8); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a link is followed: %v", err)
	}
	if got, err := ReadFileNoFollow(plain, 8); err != nil || string(got) != "12345" {
		t.Errorf("got %q, %v", got, err)
	}
}

// A root gives nothing that is outside of it.
func TestRoot(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	os.WriteFile(secret, []byte("secret"), 0o600)
	os.Mkdir(filepath.Join(dir, "sub"), 0o700)
	os.WriteFile(filepath.Join(dir, "sub", "in"), []byte("in"), 0o600)
	os.Symlink("sub/in", filepath.Join(dir, "inner"))
	os.Symlink(secret, filepath.Join(dir, "absolute"))
	os.Symlink("../"+filepath.Base(outside)+"/secret", filepath.Join(dir, "relative"))
	os.Symlink(outside, filepath.Join(dir, "folder"))
	syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600)
	root, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, test := range []struct {
		name, want string
		err        error
	}{
		{"sub/in", "in", nil},
		{"inner", "in", nil},
		{"absolute", "", ErrOutside},
		{"relative", "", ErrOutside},
		{"folder/secret", "", ErrOutside},
		{"../" + filepath.Base(outside) + "/secret", "", ErrOutside},
		{"fifo", "", ErrNotRegular},
		{"sub", "", ErrNotRegular},
		{"none", "", fs.ErrNotExist},
	} {
		got, err := root.ReadFile(test.name, 100)
		if !errors.Is(err, test.err) || string(got) != test.want {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), filepath.Join(dir, test.name)) {
			t.Errorf("%v does not name the whole path", err)
		}
	}
}

func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"c", "a", "b"} {
		os.WriteFile(filepath.Join(dir, name), nil, 0o600)
	}
	entries, err := ReadDir(dir, 3)
	if err != nil || len(entries) != 3 || entries[0].Name() != "a" || entries[2].Name() != "c" {
		t.Errorf("got %v, %v", entries, err)
	}
	if _, err := ReadDir(dir, 2); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}
