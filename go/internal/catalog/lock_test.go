package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/config"
)

// Commands that pin at once keep each other's pins, and the file its permissions.
func TestPinAtOnce(t *testing.T) {
	dir := t.TempDir()
	if err := Pin(dir, config.User, "old", &Locked{Ref: "github:o/r"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, LockName)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			if err := Pin(dir, config.User, fmt.Sprintf("s%d", i), &Locked{Ref: "github:o/r", Profiles: map[string]string{"p": "x"}}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Go(func() {
		if err := Pin(dir, config.User, "old", nil); err != nil {
			t.Error(err)
		}
	})
	group.Wait()
	locks, problem := ReadLock(dir, config.User)
	if problem != nil || len(locks) != 50 {
		t.Errorf("%d pins, %v", len(locks), problem)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A damaged lock is not written over.
func TestPinLeavesDamage(t *testing.T) {
	for _, text := range []string{"{", `{"schema":"insomnia.sources/v2","sources":{}}`, "\uFEFF{}", ""} {
		dir := t.TempDir()
		path := filepath.Join(dir, LockName)
		os.WriteFile(path, []byte(text), 0o644)
		if err := Pin(dir, config.User, "s", &Locked{}); err == nil {
			t.Errorf("%q is written over", text)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
