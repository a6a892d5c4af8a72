package runtimetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Main runs tests, or serves tools if [Room.Server] started this program.
func Main(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "mcp-server" {
		serveMCP(os.Stdin, os.Stdout, os.Args[2:])
		return
	}
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// self returns the path of the test program.
func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var built struct {
	once      sync.Once
	dir, path string
	err       error
	out       []byte
}

// Insomnia builds the program once per test run, and returns its path. INSOMNIA_BUILT may
// name a program that is already built, to share it between packages.
func Insomnia(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.path = os.Getenv("INSOMNIA_BUILT"); built.path != "" {
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "insomnia-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "insomnia")
		built.out, built.err = exec.Command("go", "build", "-o", built.path, "github.com/insomnia-pods/insomnia/go/cmd/insomnia").CombinedOutput()
	})
	if built.err != nil {
		t.Fatalf("%v\n%s", built.err, built.out)
	}
	return built.path
}

// find finds a program.
func find(t testing.TB, name string) string {
	t.Helper()
	path := name
	if dir := os.Getenv("INSOMNIA_AGENTS"); dir != "" {
		path = filepath.Join(dir, name)
	}
	found, err := exec.LookPath(path)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s not found", name)
		}
		t.Skipf("%s not found; set INSOMNIA_AGENTS", name)
	}
	if found, err = filepath.Abs(found); err != nil {
		t.Fatal(err)
	}
	return found
}
