package nix_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOutside builds and runs a module that is not part of this one and knows this package by its
// documentation alone, with the race detector where there is a C compiler.
func TestOutside(t *testing.T) {
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "go/nix/testdata/outside/outside_test.go"} {
		data, err := os.ReadFile(filepath.Join(checkout, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "go.mod" {
			// What ours requires is what the packages need.
			text := strings.Replace(string(data), "module github.com/insomnia-pods/insomnia\n", "module example.org/outside\n", 1)
			data = []byte(text + "\nrequire github.com/insomnia-pods/insomnia v0.0.0\n\nreplace github.com/insomnia-pods/insomnia => " + checkout + "\n")
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"test", "-mod=mod", "-count=1", "./..."}
	if _, err := exec.LookPath("cc"); err == nil {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off", "GORACE=atexit_sleep_ms=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
