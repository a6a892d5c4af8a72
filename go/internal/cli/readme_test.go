package cli

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// profileExample is an indented block that is a whole profile.
var profileExample = regexp.MustCompile(`(?m)^    \{ insomnia \}:\n(?:(?:    .*)?\n)+`)

// The profiles that README and the pages show resolve as they stand.
func TestProfilesOfTheDocs(t *testing.T) {
	pages, err := filepath.Glob("../../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, page := range append(pages, "../../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range profileExample.FindAllString(string(text), -1) {
			if strings.Contains(block, "./") || strings.Contains(block, "…") {
				continue // it needs files of its own, or shows a part
			}
			ran++
			file := filepath.Join(t.TempDir(), "profile.nix")
			if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errors strings.Builder
			p := &program{stdout: &out, stderr: &errors}
			if code := p.run(context.Background(), []string{"insomnia", "resolve", file}); code != 0 {
				t.Errorf("%s: exit code %d of\n%s\n%s", filepath.Base(page), code, block, errors.String())
			}
		}
	}
	if ran < 2 {
		t.Errorf("only %d profiles found", ran)
	}
}
