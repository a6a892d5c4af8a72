package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A command without access to a file can do everything else: it reads, writes, moves and
// links neighboring files. It cannot reach the file, or the memory of processes that have
// read it.
func TestWithout(t *testing.T) {
	if landlockABI() < abiMoves {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Landlock here, and in CI there must be")
		}
		t.Skip("needs Landlock")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "login", "file")
	for path, text := range map[string]string{file: "canary", filepath.Join(dir, "login", "other"): "other", filepath.Join(dir, "work", "a", "x"): "x"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, command := range map[string]string{
		"reads": "! cat login/file", "by a link": "ln -s ../login/file work/link; ! cat work/link", "by a hard link": "! ln login/file work/hard && ! cat work/hard",
		"moved": "! mv login/file work/moved", "renamed": "mv login/file login/y; ! cat login/y; r=$?; mv login/y login/file; exit $r", "by its directory": "cd login && ! cat ./file", "through proc": "! cat /proc/self/root$PWD/login/file",
		"in a copy": "! cp -r login work/copy; ! cat work/copy/file", "in a process of its own": "sh -c '! cat login/file'",
		"root of another": "! ls /proc/$OUTSIDE/root/", "descriptors of another": "! readlink /proc/$OUTSIDE/fd/1",
		"the rest": "test $(cat login/other) = other && mkdir -p work/b && mv work/a/x work/b/x && test $(cat work/b/x) = x && echo new >work/b/y && test $(cat work/b/y) = new && mv work/b/x work/a/x",
		"programs": "echo a | sort </dev/null && cat /proc/self/status /dev/null >/dev/null && ls / >/dev/null",
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "without", file, "sh", "-c", command)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "OUTSIDE="+strconv.Itoa(os.Getpid()))
			out, err := cmd.CombinedOutput()
			if err != nil || strings.Contains(string(out), "canary") {
				t.Errorf("%v\n%s", err, out)
			}
			if data, err := os.ReadFile(file); err == nil && string(data) != "canary" {
				t.Errorf("the file is %q", data)
			}
		})
	}
}
