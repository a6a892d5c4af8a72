//go:build unix

package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// A project's folder is read and written inside itself, and the user's folder with
// the links that the user has put there.
func TestInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	os.WriteFile(outside, []byte("CANARY"), 0o600)
	link := func(target string) func(path string) error {
		return func(path string) error { return os.Symlink(target, path) }
	}
	for _, test := range []struct {
		name   string
		make   func(path string) error
		reads  string // by a project
		err    error  // of it, where it is no link out
		linked bool
		user   string // what the user's config gives
	}{
		{name: "file", make: func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) }, reads: "x", user: "x"},
		{name: "missing", make: func(string) error { return nil }, err: fs.ErrNotExist},
		{name: "link inside", make: link("other"), reads: "other", user: "other"},
		{name: "link to above .insomnia", make: link("../top"), linked: true, user: "top"},
		{name: "link out", make: link(outside), linked: true, user: "CANARY"},
		{name: "link out by two", make: link("second"), linked: true, user: "CANARY"},
		{name: "link out and back", make: link("../../p/top"), linked: true},
		{name: "dangling", make: link("nowhere"), err: fs.ErrNotExist},
		{name: "dangling, outside", make: link("/nowhere/at/all"), linked: true},
		{name: "circle", make: link(FileName), err: syscall.ELOOP},
		{name: "FIFO", make: func(path string) error { return syscall.Mkfifo(path, 0o600) }, err: bounded.ErrNotRegular},
		{name: "directory", make: func(path string) error { return os.Mkdir(path, 0o700) }, err: bounded.ErrNotRegular},
		{name: "too large", make: func(path string) error { return os.WriteFile(path, make([]byte, 101), 0o600) }, err: bounded.ErrTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), ".insomnia")
			os.Mkdir(dir, 0o700)
			os.WriteFile(filepath.Join(dir, "other"), []byte("other"), 0o600)
			os.WriteFile(filepath.Join(dir, "..", "top"), []byte("top"), 0o600)
			os.Symlink(outside, filepath.Join(dir, "second"))
			if err := test.make(filepath.Join(dir, FileName)); err != nil {
				t.Fatal(err)
			}
			data, err := ReadFile(dir, Project, FileName, 100)
			var refused *diag.Error
			switch {
			case test.linked:
				if !errors.As(err, &refused) || refused.Exit != diag.ExitRefused || !strings.Contains(err.Error(), filepath.Join(".insomnia", FileName)) {
					t.Errorf("got %q, %v", data, err)
				}
				if Inside(dir, Project, FileName) == nil {
					t.Error("would be written through")
				}
			case !errors.Is(err, test.err) || string(data) != test.reads:
				t.Errorf("got %q, %v", data, err)
			}
			if data, _ := ReadFile(dir, User, FileName, 100); string(data) != test.user {
				t.Errorf("the user's gives %q", data)
			}
			if err := Inside(dir, User, FileName); err != nil {
				t.Error(err)
			}
		})
	}
}
