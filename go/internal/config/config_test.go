package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func TestProblemsHaveAPlace(t *testing.T) {
	for text, want := range map[string]string{
		"\ndefualt = \"x\"":                   "unknown-field 2:1 did you mean `default`?",
		"[ui]\nsumaries = true":               "unknown-field 2:1 did you mean `summaries`?",
		"default = 3":                         "type 1:1 ",
		"model = \"x\"":                       "belongs-in-profile 1:1 set `model` in",
		"[model]\nref = \"x\"":                "belongs-in-profile 1:2 set `model` in",
		"thresholdTokens = 3":                 "belongs-in-profile 1:1 set `context.compaction.thresholdTokens` in",
		"[permissions]\nmode = \"full\"":      "belongs-in-profile 1:2 set `permissions` in",
		"workspace = \"/x\"":                  "belongs-to-start 1:1 ",
		"sources.github = \"github:a/b\"":     "property-name 1:9 ",
		"a = 1\na = 2":                        "syntax 2:1 ",
		"[secrets.\"a.b\"]\nuri = \"CANARY\"": "secret-literal 2:1 ",
		"[secrets.\"a.b\"]\nuri=\"env:X\"\nvalue = \"CANARY\"": "secret-literal 3:1 ",
		"[runtimes]\ndefault = \"claude\"":                     "pattern 2:1 did you mean `claude-code`?",
		"[runtimes.codex]\nmodel = \"x\"":                      "belongs-in-profile 2:1 set `model` in",
		"[runtimes.opencode.ui]\ntheme = \"a\\nb\"":            "pattern 2:1 ",
		"[runtimes.opencode.ui]\nstatusLine = \"x\"":           "unknown-field 2:1 ",
	} {
		_, _, problems := decodeFile([]byte(text), "c.toml", User)
		if len(problems) != 1 {
			t.Errorf("%q: %+v", text, problems)
			continue
		}
		p := problems[0]
		at := diag.Text{}
		got := p.Code + " " + strings.TrimPrefix(at.Place(p.Positions[0]), "c.toml:") + " " + p.Hint
		if !strings.HasPrefix(got, want) || strings.Contains(p.Message, "CANARY") {
			t.Errorf("%q:\n got %s\nwant %s\n%s", text, got, want, p.Message)
		}
	}
	for _, text := range []string{"evaluator = \"nix\"", "[runtimes]\ndefault = \"codex\"", "[secrets.a]\nuri = \"env:X\""} {
		_, _, problems := decodeFile([]byte(text), "c.toml", Project)
		if len(problems) != 1 {
			t.Errorf("%s in a project: %v", text, problems)
		}
	}
}

func TestLocalWins(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, FileName), []byte("default = \"user:a\"\naliases.q = \"user:a\"\n"), 0o444)
	os.WriteFile(filepath.Join(dir, LocalName), []byte("\ndefault = \"user:b\"\n"), 0o644)
	c, problems := Load(dir, User)
	if len(problems) > 0 || c.Default.Value != "user:b" || c.Default.At.Line != 2 || c.Aliases["q"].Value != "user:a" {
		t.Errorf("%+v %v", c, problems)
	}
}

// The runtime and its looks are the user's, each key by itself from either file.
func TestRuntimes(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, FileName), []byte("[runtimes]\ndefault = \"codex\"\nclaude-code.ui = { theme = \"dark\", editorMode = \"vim\" }\n"), 0o444)
	os.WriteFile(filepath.Join(dir, LocalName), []byte("[runtimes.claude-code.ui]\ntheme = \"light\"\n"), 0o644)
	c, problems := Load(dir, User)
	looks := c.Looks["claude-code"]
	if len(problems) > 0 || c.Runtime == nil || c.Runtime.Value != "codex" || c.Runtime.At.Line != 2 || looks["theme"] != "light" || looks["editorMode"] != "vim" || c.Looks["codex"] != nil {
		t.Errorf("%+v %+v %v", c.Runtime, c.Looks, problems)
	}
}

func TestSetKeepsTheRest(t *testing.T) {
	for _, test := range []struct{ before, table, key, value, after string }{
		{"", "", "default", "user:x", "default = \"user:x\"\n"},
		{"# mine\n\n[aliases] # a\nq = \"user:q\"\n", "", "default", "user:x", "# mine\ndefault = \"user:x\"\n\n[aliases] # a\nq = \"user:q\"\n"},
		{"# of the table\n[aliases]\n", "", "default", "user:x", "default = \"user:x\"\n# of the table\n[aliases]\n"},
		{"# a\n  default = 'user:a'   # why # so\n# b\n", "", "default", "user:x", "# a\n  default = \"user:x\"   # why # so\n# b\n"},
		{"default = \"\"\"user:a\"\"\"\n# b\n", "", "default", "user:x", "default = \"user:x\"\n# b\n"},
		{"# a\ndefault = \"user:a\" # gone\n# b\n", "", "default", "", "# a\n# b\n"},
		{"evaluator = \"nix\"\n[sources]\na = \"github:a/a\" # a\n\n[ui]\nsummaries = false\n", "sources", "b", "github:b/b",
			"evaluator = \"nix\"\n[sources]\na = \"github:a/a\" # a\nb = \"github:b/b\"\n\n[ui]\nsummaries = false\n"},
		{"evaluator = \"nix\"", "", "default", "user:x", "evaluator = \"nix\"\ndefault = \"user:x\"\n"},
		{"[ui]\nsummaries = false", "sources", "b", "github:b/b", "[ui]\nsummaries = false\n\n[sources]\nb = \"github:b/b\"\n"},
		{"[sources]\n# none yet\n", "sources", "b", "github:b/b", "[sources]\nb = \"github:b/b\"\n# none yet\n"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, LocalName)
		os.WriteFile(path, []byte(test.before), 0o644)
		err := Set(dir, User, test.table, test.key, test.value)
		got, _ := os.ReadFile(path)
		want := test.after
		if err != nil || string(got) != want {
			t.Errorf("%q: %v\n got %q\nwant %q", test.before, err, got, want)
		}
	}
}

// What cannot be changed without a loss is left as it is.
func TestSetRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, LocalName)
	before := "sources.a = \"github:a/a\"\n"
	os.WriteFile(path, []byte(before), 0o644)
	err := Set(dir, User, "sources", "a", "github:b/\xff") // cannot be written as TOML
	if !diag.CodeIs(err, "config-not-written") {
		t.Error(err)
	}
	if d := diag.From(err).Diagnostics[0]; !strings.HasPrefix(d.Hint, "write it there by hand: sources.a = ") || d.Positions[0].File != path {
		t.Errorf("%+v", d)
	}
	if got, _ := os.ReadFile(path); string(got) != before {
		t.Errorf("%q", got)
	}
	os.Rename(path, path+".elsewhere")
	os.Symlink(path+".elsewhere", path)
	if err := Set(dir, User, "", "default", "user:x"); !diag.CodeIs(err, "config-not-ours") {
		t.Error(err)
	}
}
