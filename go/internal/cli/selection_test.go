//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/config"
)

// The commands and configs in docs/selection.md work, in order.
func TestSelectionPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/selection.md")
	if err != nil {
		t.Fatal(err)
	}
	script := []string{"mkdir p", "cd p", "repository ."}
	for line := range strings.Lines(string(page)) {
		if command, ok := strings.CutPrefix(line, "    $ insomnia "); ok {
			script = append(script, "exits 0 "+strings.TrimSpace(command))
		}
	}
	if len(script) < 10 {
		t.Errorf("only %d commands", len(script)-3)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.txtar"), []byte(strings.Join(script, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("commands", func(t *testing.T) { runScripts(t, dir, "") })

	blocks := strings.Split(string(page), "```toml\n")[1:]
	if len(blocks) != 2 {
		t.Errorf("%d configs", len(blocks))
	}
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		at := t.TempDir()
		if err := os.WriteFile(filepath.Join(at, config.FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, problems := config.Load(at, config.User); len(problems) > 0 {
			t.Errorf("%+v", problems)
		}
	}
}
