package cli

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

// The examples of a page show the actual output. Blocks marked `nix FILE`, `toml FILE` or
// `text FILE` are files. In blocks marked `console`, each line that begins with `$` is
// run in order. DIGEST in a command is the last output of `digest`, and times of day,
// ages and IDs are normalized. checks/update rewrites the examples, like the other pages.
func TestExamples(t *testing.T) {
	for _, name := range []string{"adding.md", "explain-and-diff.md", "importing.md", "locks.md", "markdown-layers.md", "nix.md", "older-manifests.md", "output.md", "permissions-test.md", "pods.md", "policy.md", "runtime-settings.md", "sandbox.md", "services.md", "trust.md"} {
		t.Run(name, func(t *testing.T) {
			path, err := filepath.Abs(filepath.Join("../../../docs", name))
			if err != nil {
				t.Fatal(err)
			}
			page, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
				t.Setenv(variable, t.TempDir())
			}
			want := runExamples(t, string(page))
			golden.Check(t, path, []byte(want))
		})
	}
}

// runExamples returns the page with the program's actual output.
func runExamples(t *testing.T, page string) string {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	library, digest := libraryFlake(t), ""
	return runExamplesWith(t, page, func(command string) string {
		args, err := secret.SplitWords(strings.ReplaceAll(command, "DIGEST", digest))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat("flake.nix"); err == nil && args[1] == "verify" {
			args = append(args, "--override-input", "insomnia", library)
		}
		said := output(args)
		if m := digestLine.FindStringSubmatch(said); m != nil {
			digest = m[1]
		}
		said = ages.ReplaceAllString(timeOfDay.ReplaceAllString(said, "2026-01-02 15:04"), "${1}0s$2")
		return strings.ReplaceAll(ids.ReplaceAllString(said, "019b7f02-8c00-7abc-8def-0123456789ab"), here, "/home/ada/work")
	})
}

// libraryFlake is this flake as far as examples use it as an input.
func libraryFlake(t *testing.T) string {
	dir := t.TempDir()
	const flake = `{ outputs = { self }: { lib = import ./lib; insomniaProfiles = import ./profiles { insomnia = { inherit (self) lib insomniaProfiles; }; }; }; }`
	if err := os.WriteFile(filepath.Join(dir, "flake.nix"), []byte(flake), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lib", "profiles"} {
		files, err := fs.Sub(insomnia.Library, name)
		if err == nil {
			err = os.CopyFS(filepath.Join(dir, name), files)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runExamplesWith returns the page with the output of say for each command.
func runExamplesWith(t *testing.T, page string, say func(command string) string) string {
	const fence = "```"
	parts := strings.Split(page, fence)
	ran := 0
	for i := 1; i < len(parts); i += 2 {
		kind, content, _ := strings.Cut(parts[i], "\n")
		if language, file, ok := strings.Cut(kind, " "); ok && (language == "nix" || language == "toml" || language == "text") {
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if kind != "console" {
			continue
		}
		var out strings.Builder
		out.WriteString(kind + "\n")
		for line := range strings.SplitSeq(content, "\n") {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				if ran++; out.Len() > len(kind)+1 {
					out.WriteByte('\n')
				}
				out.WriteString(line + "\n" + say(command))
			}
		}
		parts[i] = out.String()
	}
	if ran == 0 {
		t.Fatal("no examples")
	}
	return strings.Join(parts, fence)
}

var (
	digestLine = regexp.MustCompile(`(?m)^digest +(sha256-\S+)$`)
	ages       = regexp.MustCompile(`( saved +)\d+s( )`)
	ids        = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	timeOfDay  = regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d\b`)
)

func output(args []string) string {
	var out bytes.Buffer
	p := &program{stdout: &out, stderr: &out}
	p.run(context.Background(), args)
	return out.String()
}
