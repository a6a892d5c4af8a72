//go:build tutorial

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

var (
	grants    = regexp.MustCompile(`--grants (sha256-\S+)`)
	endedAges = regexp.MustCompile(` ended  \d+[smh] +`)
)

// TestTutorial runs the commands of docs/tutorial.md in a shell, with the installed
// `insomnia` and the real Claude Code. checks/first-use starts it in an empty home, with a
// model that answers from testdata/tutorial.json. The directory that becomes the project's
// parent is in INSOMNIA_TUTORIAL.
func TestTutorial(t *testing.T) {
	path, err := filepath.Abs("../../../docs/tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	here := os.Getenv("INSOMNIA_TUTORIAL")
	t.Chdir(here)
	digest := ""
	want := runExamplesWith(t, string(page), func(command string) string {
		said := inShell(t, strings.ReplaceAll(command, "DIGEST", digest))
		if m := grants.FindStringSubmatch(said); m != nil {
			digest = m[1]
		}
		return endedAges.ReplaceAllStringFunc(strings.ReplaceAll(said, here, "/home/ada/work"), func(cells string) string {
			return fmt.Sprintf("%-*s", len(cells), " ended  9m")
		})
	})
	golden.Check(t, path, []byte(want))
}

// inShell runs a command as one line of a session: the directory stays changed.
func inShell(t *testing.T, command string) string {
	t.Helper()
	place := filepath.Join(t.TempDir(), "place")
	cmd := exec.Command("bash", "-c", command+"\npwd >\""+place+"\"")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	dir, err := os.ReadFile(place)
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	t.Chdir(strings.TrimSuffix(string(dir), "\n"))
	return string(out)
}
