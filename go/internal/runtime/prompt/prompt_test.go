package prompt_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/prompt"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func workspace(t *testing.T, files map[string]string) (string, string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		file := filepath.Join(root, "w", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, file)
		} else {
			err = os.WriteFile(file, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(root, "w"), root
}

// The prompt is the text of the manifest with what the workspace has at the start.
func TestCompose(t *testing.T) {
	files := map[string]string{
		"AGENTS.md": "Run the tests.\n", "a/AGENTS.md": "Of a.", "a/b/AGENTS.md": "Of b.", ".git/AGENTS.md": "never", "rules/x.mdc": "X", "rules/y.mdc": "Y", "rules/z.txt": "no",
		"secrets/AGENTS.md": "hidden", "masked/notes.md": "unseen", "to-masked.md": "-> masked/notes.md", "out.md": "-> ../outside", "link.md": "-> AGENTS.md", "to-secret.md": "-> secrets/AGENTS.md", "long.md": strings.Repeat("ä", 100), "binary.md": "a\xff\x00b", "empty.md": "",
	}
	dir, home := workspace(t, files)
	if err := os.WriteFile(filepath.Join(home, "outside"), []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("loop.md", filepath.Join(dir, "loop.md")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		globs, files, left string
		has, hasNot        string
	}{
		{globs: "AGENTS.md", files: "AGENTS.md", has: "## AGENTS.md\n\nRun the tests.\n"},
		{globs: "absent.md a/absent/x.md"},
		{globs: "**/AGENTS.md", files: "AGENTS.md a/AGENTS.md a/b/AGENTS.md", left: "secrets/AGENTS.md", hasNot: "never"},
		{globs: "**/**/AGENTS.md", files: "AGENTS.md a/AGENTS.md a/b/AGENTS.md", left: "secrets/AGENTS.md"},
		{globs: "*/AGENTS.md", files: "a/AGENTS.md", left: "secrets/AGENTS.md"},
		{globs: "a/**/AGENTS.md AGENTS.md a/AGENTS.md", files: "a/AGENTS.md a/b/AGENTS.md AGENTS.md"},
		{globs: "rules/*.mdc", files: "rules/x.mdc rules/y.mdc"},
		{globs: "rules/?.mdc", files: "rules/x.mdc rules/y.mdc"},
		{globs: "out.md", left: "out.md", hasNot: "outside"},
		{globs: "loop.md", left: "loop.md"},
		{globs: "link.md", files: "link.md"},
		{globs: "to-secret.md", left: "to-secret.md", hasNot: "hidden"},
		{globs: "masked/notes.md to-masked.md", left: "masked/notes.md to-masked.md", hasNot: "unseen"},
		{globs: "long.md", files: "long.md", left: "long.md", has: strings.Repeat("ä", 32) + "\n"},
		{globs: "binary.md", left: "binary.md"},
		{globs: "rules", left: "rules"},
		{globs: "empty.md", files: "empty.md"},
	} {
		m := &manifest.Manifest{}
		m.Prompts.System, m.Prompts.Append = "You write code.", []manifest.Text{"Be brief.", ""}
		m.Prompts.ContextMaxBytes = 65
		m.Sandbox.DenyRead = []manifest.PathGlob{"secrets/**"}
		m.Sandbox.MaskedFiles = []manifest.Directory{"masked"}
		for _, glob := range strings.Fields(tc.globs) {
			m.Prompts.ContextFiles = append(m.Prompts.ContextFiles, manifest.ContextFile(glob))
		}
		p := prompt.Compose(m, dir, home)
		var left []string
		for _, l := range p.Left {
			left = append(left, l.File)
		}
		if !slices.Equal(p.Files, strings.Fields(tc.files)) || !slices.Equal(left, strings.Fields(tc.left)) {
			t.Errorf("%s: files %q, left %q; expected %q, %q", tc.globs, p.Files, p.Left, tc.files, tc.left)
		}
		if !strings.HasPrefix(p.Text, "You write code.\n\nBe brief.\n") || !strings.Contains(p.Text, tc.has) || tc.hasNot != "" && strings.Contains(p.Text, tc.hasNot) {
			t.Errorf("%s: the prompt is %q", tc.globs, p.Text)
		}
	}
}

// However large a workspace is, a prompt has bounds.
func TestBounds(t *testing.T) {
	files := map[string]string{}
	for i := range 80 {
		files[strings.Repeat("d/", i%7)+"n"+string(rune('a'+i%26))+strings.Repeat("x", i)+".md"] = strings.Repeat("line\n", 10_000)
	}
	dir, home := workspace(t, files)
	m := &manifest.Manifest{}
	m.Prompts.ContextFiles, m.Prompts.ContextMaxBytes = []manifest.ContextFile{"**/*.md"}, 1<<20
	p := prompt.Compose(m, dir, home)
	if len(p.Text) > prompt.MaxBytes+MaxOverhead || len(p.Files) > prompt.MaxFiles || len(p.Left) == 0 {
		t.Errorf("%d bytes of %d files, %d left out", len(p.Text), len(p.Files), len(p.Left))
	}
	language := manifest.LanguageTag("de")
	m = &manifest.Manifest{}
	m.Prompts.Language = &language
	if got := prompt.Compose(m, dir, home).Text; got != "Answer in the language with the BCP 47 tag de.\n" {
		t.Errorf("the prompt is %q", got)
	}
	if got := prompt.Compose(&manifest.Manifest{}, dir, home).Text; got != "" {
		t.Errorf("the prompt of nothing is %q", got)
	}
}

// MaxOverhead allows for headings.
const MaxOverhead = 64 * 600
