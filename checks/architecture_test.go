package checks

import (
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The page on the architecture names every package once, and each imports only
// packages of a lower floor. So there is no circle, and no arrow points up.
func TestArchitecture(t *testing.T) {
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	floors := map[string]int{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		floor, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			continue
		}
		for _, name := range strings.Fields(strings.ReplaceAll(cells[2], "`", "")) {
			if floors[name] != 0 {
				t.Errorf("docs/architecture.md names %s twice", name)
			}
			floors[name] = floor
		}
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
		floor := floors[name]
		if floor == 0 {
			t.Errorf("docs/architecture.md does not name %s; add it to the floor above what it imports", name)
			continue
		}
		for _, path := range p.Imports {
			imported, ok := strings.CutPrefix(path, module)
			if ok && floors[imported] >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, floor, imported, floors[imported])
			}
			if imported == "internal/words" && name != "internal/cli" && name != "internal/tui" && name != "internal/app" {
				t.Errorf("%s imports %s: an engine returns data, and cli, tui and app put it into words", name, imported)
			}
		}
	}
	for name := range floors {
		if !seen[name] {
			t.Errorf("docs/architecture.md names %s, which does not exist", name)
		}
	}
}
