package checks

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var codeInRow = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|")

// Each code that docs/troubleshooting.md explains is one that the program reports.
func TestTroubleshooting(t *testing.T) {
	page, err := os.ReadFile("../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := codeInRow.FindAllStringSubmatch(string(page), -1)
	if len(rows) < 20 {
		t.Fatalf("the page explains %d codes", len(rows))
	}
	var source strings.Builder
	err = filepath.WalkDir("../go", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		source.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if !strings.Contains(source.String(), `"`+row[1]+`"`) {
			t.Errorf("no code %s in go", row[1])
		}
	}
}
