//go:build unix

package ownership

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Owner and marker files decide. The files here are the tester's own, so that
// another user is who the test says.
func TestCheck(t *testing.T) {
	t.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
	t.Setenv("GIT_CONFIG_COUNT", "")
	dir := t.TempDir()
	nobody := func() func(int) bool { return func(int) bool { return false } }
	err := check(dir, nobody())
	if err == nil || err.Exit != diag.ExitRefused || err.Diagnostics[0].Code != "foreign-project" || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	if err := Check(dir); err != nil {
		t.Errorf("one's own: %v", err)
	}
	for _, name := range []string{".insomnia", "flake.nix", ".git"} {
		path := filepath.Join(dir, name)
		if err := os.Symlink("nowhere", path); err != nil {
			t.Fatal(err)
		}
		asked := 0
		// The folder is trusted, what is in it is not.
		err := check(dir, func(int) bool { asked++; return asked == 1 })
		if err == nil || !strings.Contains(err.Error(), path+" belongs") {
			t.Errorf("%s: %v", name, err)
		}
		os.Remove(path)
	}
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "safe.directory")
	t.Setenv("GIT_CONFIG_VALUE_0", "*")
	if err := check(dir, nobody()); err != nil {
		t.Errorf("git was told to trust it: %v", err)
	}
}

// A directory that everybody can write to is no project for what is below it.
func TestCheckFound(t *testing.T) {
	t.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
	t.Setenv("GIT_CONFIG_COUNT", "")
	dir := t.TempDir()
	for mode, refused := range map[os.FileMode]bool{0o755: false, 0o775: false, 0o777: true, 0o777 | os.ModeSticky: true, 0o703: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if err := CheckFound(dir); (err != nil) != refused {
			t.Errorf("%v: %v", mode, err)
		}
		if err := Check(dir); err != nil {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

// A user who became root with sudo is trusted by root only.
func TestTrusted(t *testing.T) {
	self := os.Geteuid()
	for sudo, also := range map[string]int{"": -1, "4242": 4242, "no number": -1} {
		t.Setenv("SUDO_UID", sudo)
		ours := trusted()
		if !ours(self) || !ours(0) || ours(4243) {
			t.Errorf("SUDO_UID=%s: wrong users", sudo)
		}
		if also > 0 && ours(also) != (self == 0) {
			t.Errorf("SUDO_UID=%s as user %d", sudo, self)
		}
	}
}
