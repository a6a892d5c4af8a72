//go:build unix

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// The examples of docs/secrets.md are what a shell says: each line of a block
// marked `console` that begins with `$` is run by sh, in a home of its own.
// checks/update writes them again.
func TestSecretExamples(t *testing.T) {
	path, err := filepath.Abs("../../../docs/secrets.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	work := filepath.Join(home, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	bin := filepath.Join(home, ".local", "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tracker-mcp", "npx"} { // what the examples bind
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	environment := []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + t.TempDir(), "GORACE=" + os.Getenv("GORACE")}
	want := runExamplesWith(t, string(page), func(line string) string {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = work, environment
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatalf("%s: %v", line, err)
		}
		return strings.ReplaceAll(string(out), home, "/home/ada")
	})
	golden.Check(t, path, []byte(want))
}
