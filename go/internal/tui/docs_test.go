package tui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// The screens of docs/tui.md are those that a terminal has shown.
func TestDocs(t *testing.T) {
	const path, fence = "../../../docs/tui.md", "```"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), fence)
	screens := 0
	for i := 1; i < len(parts); i += 2 {
		kind, _, _ := strings.Cut(parts[i], "\n")
		name, ok := strings.CutPrefix(kind, "screen ")
		if !ok {
			continue
		}
		screens++
		screen, err := os.ReadFile(filepath.Join("testdata", "terminal", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = kind + "\n" + string(screen)
	}
	if screens == 0 {
		t.Fatal("no screens")
	}
	want := strings.Join(parts, fence)
	golden.Check(t, path, []byte(want))
}
