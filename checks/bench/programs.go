package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// bench is the state that the scenes share.
type bench struct {
	dir        string // for files of the benchmark
	insomnia   string // built as go/package.nix builds it, like the other programs
	plain      string // insomnia as `go build` makes it here
	hello      string
	floor      []string // with its argument
	nixpkgsLib string   // a checkout; empty for none
	pods       int      // that are listed; 0 for no such scene
}

const helloSource = `package main

import "os"

func main() { os.Stdout.WriteString("hello\n") }
`

// prepare builds the programs and resolves the manifest that floor reads.
func (b *bench) prepare(ctx context.Context) error {
	dir := b.dir
	source := filepath.Join(dir, "hello.go")
	if err := os.WriteFile(source, []byte(helloSource), 0o600); err != nil {
		return err
	}
	floor := ""
	for _, program := range []struct {
		path   *string
		name   string
		source string
		plain  bool
	}{
		{&b.insomnia, "insomnia", "./go/cmd/insomnia", false},
		{&b.plain, "insomnia-plain", "./go/cmd/insomnia", true},
		{&b.hello, "hello", source, false},
		{&floor, "floor", "./checks/bench/floor", false},
	} {
		path, err := b.build(ctx, program.name, program.source, program.plain)
		if err != nil {
			return err
		}
		*program.path = path
	}
	manifest := filepath.Join(dir, "coder.json")
	resolved, err := exec.CommandContext(ctx, b.insomnia, "resolve", ".#coder").Output()
	if err != nil {
		return fmt.Errorf("resolving .#coder: %w", err)
	}
	b.floor = []string{floor, manifest}
	return os.WriteFile(manifest, resolved, 0o600)
}

// build makes a program and copies it, as installing does: of a file that the
// linker wrote, the system maps fewer pages at once.
func (b *bench) build(ctx context.Context, name, source string, plain bool) (string, error) {
	path := filepath.Join(b.dir, name)
	args := []string{"build", "-o", path + ".linked"}
	if !plain {
		args = append(args, "-tags", "urfave_cli_no_docs", "-ldflags", "-s -w")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, source)...)
	if !plain {
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	data, err := os.ReadFile(path + ".linked")
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, data, 0o700)
}
