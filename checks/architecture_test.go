package checks

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The page on the architecture names every package once, and each imports only
// packages above it there. So there is no circle, and no arrow points up.
func TestArchitecture(t *testing.T) {
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{} // package -> line of the page
	number := 0
	for line := range strings.Lines(string(page)) {
		number++
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			continue
		}
		name := strings.TrimSpace(cells[1])
		if !strings.HasPrefix(name, "`") {
			continue
		}
		name = strings.Trim(name, "`")
		if lines[name] != 0 {
			t.Errorf("docs/architecture.md:%d: names %s twice", number, name)
		}
		lines[name] = number
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "../go/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/insomnia-pods/insomnia/go/"
	seen := map[string]bool{}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for decoder.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		seen[name] = true
		line := lines[name]
		if line == 0 {
			t.Errorf("docs/architecture.md does not name %s; add it to the table, below every package it imports", name)
			continue
		}
		for _, path := range p.Imports {
			imported, ok := strings.CutPrefix(path, module)
			if ok && lines[imported] >= line {
				t.Errorf("%s imports %s, which is not above it (docs/architecture.md:%d)", name, imported, line)
			}
			if imported == "internal/words" && name != "internal/cli" && name != "internal/tui" && name != "internal/app" {
				t.Errorf("%s imports %s: an engine returns data, and cli, tui and app put it into words", name, imported)
			}
		}
	}
	for name := range lines {
		if !seen[name] {
			t.Errorf("docs/architecture.md names %s, which does not exist", name)
		}
	}
}
