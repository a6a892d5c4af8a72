//go:build unix

package secret

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// What is taken from a directory that systemd or an orchestrator filled, and
// what is not.
func TestMounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "credentials")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Dir(dir), 0o755) // a umask may let the group write
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	put := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		os.Chmod(path, mode)
		return "mount:" + path
	}
	gives(t, bound(put("key", canary+"\n", 0o400)), canary)
	gives(t, bound("mount:key"), canary)
	gives(t, bound(put("group", canary, 0o440)), canary)
	gives(t, bound(put("all", canary, 0o444)), canary) // nobody else enters the directory
	gives(t, bound(put("crlf", canary+"\r\n", 0o400)), canary)
	gives(t, bound(put("lines", "BEGIN\n"+canary+"\nEND\n", 0o400)), "BEGIN\n"+canary+"\nEND\n")
	gives(t, bound(put("largest", strings.Repeat("k", MaxBytes)+"\n", 0o400)), strings.Repeat("k", MaxBytes))
	gives(t, bound(put("..odd", canary, 0o400)), canary)

	fails(t, bound(put("larger", strings.Repeat("k", MaxBytes+1), 0o400)), diag.ExitRefused, "secret-value")
	fails(t, bound(put("huge", strings.Repeat("k", 1<<20), 0o400)), diag.ExitRefused, "secret-value")
	fails(t, bound(put("empty", "", 0o400)), diag.ExitRefused, "secret-value")
	fails(t, bound(put("nul", canary+"\x00", 0o400)), diag.ExitRefused, "secret-value")
	fails(t, bound(put("group-writes", canary, 0o460)), diag.ExitRefused, "secret-unsafe")
	fails(t, bound(put("all-write", canary, 0o402)), diag.ExitRefused, "secret-unsafe")
	fails(t, bound("mount:none"), diag.ExitNotFound, "secret-missing")
	fails(t, bound("mount:"+filepath.Join(dir, "none")), diag.ExitNotFound, "secret-missing")
	fails(t, bound("mount:"+dir), diag.ExitRefused, "secret-unsafe")
	for _, place := range []string{"", ".", "..", "a/b", "../key", "./key", "/", "//", `a\b`} {
		fails(t, bound("mount:"+place), diag.ExitUsage, "secret-place")
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, bound("mount:pipe"), diag.ExitRefused, "secret-unsafe")

	// As Kubernetes does it.
	os.Mkdir(filepath.Join(dir, "..2026"), 0o755)
	put("..2026/token", canary, 0o444)
	link := func(name, to string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("..data", "..2026")
	link("token", "..data/token")
	gives(t, bound("mount:token"), canary)
	gives(t, bound("mount:"+filepath.Join(dir, "token")), canary)
	os.Chmod(filepath.Join(dir, "..2026"), 0o777)
	fails(t, bound("mount:token"), diag.ExitRefused, "secret-unsafe")
	os.Chmod(filepath.Join(dir, "..2026"), 0o777|os.ModeSticky)
	gives(t, bound("mount:token"), canary)

	// Links out of the directory.
	outside := filepath.Join(filepath.Dir(dir), "outside")
	os.WriteFile(outside, []byte(canary), 0o600)
	link("absolute", outside)
	link("relative", "../outside")
	link("self", "self")
	link("dangling", "nothing")
	fails(t, bound("mount:absolute"), diag.ExitRefused, "secret-unsafe")
	fails(t, bound("mount:relative"), diag.ExitRefused, "secret-unsafe")
	fails(t, bound("mount:self"), diag.ExitState, "secret-unreadable")
	fails(t, bound("mount:dangling"), diag.ExitNotFound, "secret-missing")

	// A directory that leads there is followed; one that others can change is not.
	alias := filepath.Join(filepath.Dir(dir), "alias")
	os.Symlink(dir, alias)
	gives(t, bound("mount:"+alias+"/key"), canary)
	for _, mode := range []os.FileMode{0o770, 0o777, 0o707} {
		os.Chmod(dir, mode)
		fails(t, bound("mount:key"), diag.ExitRefused, "secret-unsafe")
	}
	os.Chmod(dir, 0o700)

	t.Setenv("CREDENTIALS_DIRECTORY", "credentials")
	fails(t, bound("mount:key"), diag.ExitNotFound, "secret-missing")
	os.Unsetenv("CREDENTIALS_DIRECTORY")
	fails(t, bound("mount:key"), diag.ExitNotFound, "secret-missing")
}

// Who may have written a file and who can read it is judged without a machine
// that has such files.
func TestMountedFilesAreJudged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	os.WriteFile(path, []byte(canary), 0o600)
	for _, test := range []struct {
		mode     os.FileMode
		kept, ok bool
	}{
		{0o400, false, true}, {0o440, false, true}, {0o444, false, false}, {0o444, true, true}, {0o604, false, false},
		{0o644, true, true}, {0o664, true, false}, {0o646, true, false}, {0o420, true, false}, {0o402, true, false},
	} {
		os.Chmod(path, test.mode)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := judgeMounted(path, info, test.kept); (err == nil) != test.ok {
			t.Errorf("%04o, kept %t: %v", test.mode, test.kept, err)
		}
	}
}

// With root, another user's files and a mount as an orchestrator makes it.
func TestMountsOfRoot(t *testing.T) {
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		return // there is nothing to judge
	}
	dir := filepath.Join(t.TempDir(), "run")
	os.Mkdir(dir, 0o755)
	foreign := filepath.Join(dir, "foreign")
	os.WriteFile(foreign, []byte(canary), 0o400)
	if err := os.Chown(foreign, 12345, -1); err != nil {
		return // in a user namespace with one user
	}
	fails(t, bound("mount:"+foreign), diag.ExitRefused, "secret-unsafe")
	os.Symlink("key", filepath.Join(dir, "planted"))
	os.WriteFile(filepath.Join(dir, "key"), []byte(canary), 0o400)
	os.Lchown(filepath.Join(dir, "planted"), 12345, -1)
	fails(t, bound("mount:"+filepath.Join(dir, "planted")), diag.ExitRefused, "secret-unsafe")
	os.Chown(dir, 12345, -1)
	fails(t, bound("mount:"+filepath.Join(dir, "key")), diag.ExitRefused, "secret-unsafe")

	// Everybody can read the file and enter its directory: only a read-only file
	// system in memory is taken.
	top, err := os.MkdirTemp("/", "mounted")
	if err != nil {
		return // the root directory cannot be written
	}
	defer os.RemoveAll(top)
	os.Chmod(top, 0o755)
	write := func() string {
		path := filepath.Join(top, "token")
		os.WriteFile(path, []byte(canary), 0o444)
		os.Chmod(path, 0o444)
		return "mount:" + path
	}
	fails(t, bound(write()), diag.ExitRefused, "secret-unsafe")
	if exec.Command("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", top).Run() != nil {
		return // nothing can be mounted here
	}
	defer exec.Command("umount", top).Run()
	fails(t, bound(write()), diag.ExitRefused, "secret-unsafe")
	if out, err := exec.Command("mount", "-o", "remount,ro", top).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	gives(t, bound("mount:"+filepath.Join(top, "token")), canary)
}
