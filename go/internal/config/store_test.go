package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// What is linked into the Nix store is not written to, whatever its permissions.
func TestInStore(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	usual := nixStore
	nixStore = filepath.Join(top, "store")
	t.Cleanup(func() { nixStore = usual })
	stored, own, linked := filepath.Join(nixStore, "abc-insomnia"), filepath.Join(top, "own"), filepath.Join(top, "linked")
	for _, dir := range []string{stored, own} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(stored, linked); err != nil {
		t.Fatal(err)
	}

	if err := SetBinding(own, "a.b", &Binding{URI: "env:A"}); err != nil {
		t.Errorf("a directory of its own: %v", err)
	}
	err = SetBinding(linked, "a.b", &Binding{URI: "env:A", Hosts: []Host{"example.org"}})
	var e *diag.Error
	if !errors.As(err, &e) {
		t.Fatalf("a directory in the store: got %v", err)
	}
	if hint := e.Diagnostics[0].Hint; !strings.Contains(hint, `uri = "env:A"`) || !strings.Contains(hint, `hosts = ["example.org"]`) {
		t.Errorf("the hint does not say what to declare: %s", hint)
	}
	if InStore(filepath.Join(linked, "profiles", "new.nix"), "") == nil {
		t.Error("a directory that is to be made in the store is not refused")
	}
	if entries, err := os.ReadDir(stored); err != nil || len(entries) != 0 {
		t.Errorf("the store has changed: %v, %v", entries, err)
	}
}
