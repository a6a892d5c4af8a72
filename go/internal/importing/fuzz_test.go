package importing

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// readers are the programs, and the files of each that a fuzzer writes.
var readers = []struct{ program, file string }{
	{"claude", ".claude/settings.json"}, {"claude", ".claude/agents/a.md"}, {"claude", ".claude/commands/a.md"}, {"claude", ".claude/skills/a/SKILL.md"}, {"claude", ".mcp.json"}, {"claude", "CLAUDE.md"},
	{"codex", ".codex/config.toml"}, {"codex", ".codex/rules/a.rules"}, {"codex", ".codex/hooks.json"}, {"codex", ".codex/agents/a.toml"},
	{"opencode", "opencode.json"}, {"opencode", ".opencode/agent/a.md"}, {"mcp", ".mcp.json"}, {"rulesync", ".rulesync/permissions.json"}, {"rulesync", ".rulesync/rules/a.md"}, {"rulesync", ".rulesyncignore"}, {"agents-md", "AGENTS.md"},
}

// importedFiles reads one file, and makes the profiles.
func importedFiles(t testing.TB, program, file string, data []byte) []File {
	dir, err := os.MkdirTemp("", "import")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, file)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Read(program, Request{Dir: dir, Home: home, Models: Catalog{"anthropic/claude-sonnet-5-5", "openai/gpt-5.2-codex"}})
	if err != nil {
		return nil
	}
	f.guard(t)
	return f.Write(program)
}

// Whatever is in a file, what is written is Nix and UTF-8, below the directory, and its
// rules are those of the grammar.
func FuzzReaders(f *testing.F) {
	for i, seed := range []string{
		`{"permissions": {"allow": ["Bash(a:*)", "Read(//x/*)", "mcp__a__b", "WebFetch(domain:a.b)"], "deny": ["Edit(!x)"], "defaultMode": "plan"}, "env": {"A": "${B}"}, "hooks": {"Stop": [{"hooks": [{"command": "x"}]}]}}`,
		"---\nname: a\ntools: Read, mcp__a\nmodel: opus\n---\n${x} ''", "---\ndescription: a\n---\n$1 {{a}} $ARGUMENTS", "---\nname: a\nallowed-tools: Read\n---\nx", `{"mcpServers": {"a": {"command": "a", "args": ["--key", "${A:-b}"], "env": {"A_KEY": "x"}}, "b": {"url": "https://a.b/?key=c"}}}`, "@x",
		"model = \"x\"\nmodel_provider = \"y\"\n[model_providers.y]\nbase_url = \"http://localhost:1/v1\"\n[mcp_servers.a]\ncommand = \"a\"\n[profiles.b]\napproval_policy = \"never\"\n", `prefix_rule(pattern = ["git", ["a", "b"]], decision = "prompt")`, `{"hooks": {"PreToolUse": [{"matcher": "a|b", "hooks": [{"command": "x"}]}]}}`, "developer_instructions = \"x\"\nsandbox_mode = \"read-only\"\n",
		`{"model": "a/b", "permission": {"bash": {"*": "ask", "git *": "allow"}, "a_b": "deny"}, "agent": {"x": {"prompt": "y", "permission": "deny"}}, "command": {"c": {"template": "d"}}, "instructions": ["a/*.md"]}`, "---\nmode: primary\n---\nx", `{"mcpServers": {}}`, `{"permission": {"bash": {"rm *": "deny"}}}`, "---\nglobs: a\n---\nx", "secrets/\n!x\n*.pem", "# A",
	} {
		f.Add(byte(i), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		r := readers[int(which)%len(readers)]
		fuzzcost.Bound(t, data, func(data []byte) {
			for _, file := range importedFiles(t, r.program, r.file, data) {
				if !filepath.IsLocal(file.Path) || strings.ContainsAny(file.Path, "\\\x00") {
					t.Errorf("writes %q", file.Path)
				}
				if !utf8.Valid(file.Data) {
					t.Errorf("%s is not UTF-8", file.Path)
				}
				if strings.HasSuffix(file.Path, ".nix") && !strings.Contains(file.Path, "/skills/") {
					if _, err := syntax.Parse(string(file.Data), syntax.Options{Files: new(syntax.FileSet), Name: "x.nix", Dir: "/"}); err != nil {
						t.Errorf("%s: %v\n%s", file.Path, err, file.Data)
					}
				}
			}
		})
	})
}
