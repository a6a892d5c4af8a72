package importing

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/foreignrules"
)

// opened imports the permissions of a config of opencode.
func opened(t testing.TB, permission string) *Found {
	dir, err := os.MkdirTemp("", "import")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	text := `{"mcp": {"issues": {"type": "local", "command": ["issues"]}}, "permission": ` + permission + `}`
	if err := os.WriteFile(filepath.Join(dir, "opencode.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Opencode(Request{Dir: dir, Home: home, Models: Catalog{"anthropic/claude-sonnet-5-5"}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOpencodeDecisionTable(t *testing.T) {
	for _, c := range []struct {
		permission string
		calls      []string
	}{
		{`{"bash": {"*": "deny", "git status": "allow", "git log *": "allow"}, "edit": "ask"}`, []string{
			"Bash git status: allow", "Bash git log: allow", "Bash git log -1: allow", "Bash rm x: deny", "Bash git status; rm x: deny", "Read src/a: allow", "Edit a: ask", "mcp__issues__get x: allow"}},
		{`{"bash": {"*": "ask", "git push *": "deny", "ls *": "allow"}, "edit": "deny", "webfetch": "ask"}`, []string{
			"Bash make: ask", "Bash git push: deny", "Bash git push x: deny", "Bash ls: allow", "Bash ls a: allow", "Edit a: deny", "Write a: deny", "WebFetch a.example: ask", "Read a: allow"}},
		{`{"*": "ask", "read": "allow", "issues_get": "allow", "issues_delete": "deny"}`, []string{
			"Read a: allow", "Bash ls: ask", "mcp__issues__get x: allow", "mcp__issues__put x: ask", "mcp__issues__delete x: deny", "Edit a: ask"}},
		{`{"edit": {"*": "deny", "docs/*": "allow", "*.md": "allow"}}`, []string{"Edit docs/a: allow", "Write docs/a/b: allow", "Edit a.md: allow", "Edit x/a.md: allow", "Edit src/a: deny", "Bash make: allow"}},
		{`"ask"`, []string{"Bash make: ask", "Read a: ask", "Edit a: ask"}},
		{`{"read": {"*": "allow", "*.env": "deny", "secrets/*": "ask"}}`, []string{"Read .env: deny", "Read a/x.env: deny", "Read secrets/a/b: ask", "Read a: allow", "Grep x.env: deny"}},
	} {
		g := opened(t, c.permission).guard(t)
		for _, row := range c.calls {
			at := strings.LastIndex(row, ": ")
			tool, value, _ := strings.Cut(row[:at], " ")
			if d := g.Decide(call{tool, value}.ours()); string(d.Action) != row[at+2:] {
				t.Errorf("%s: %s: decided %s: %s", c.permission, row, d.Action, d.Reason)
			}
		}
	}
}

// Whatever is written, and in whatever order, no call is decided more loosely.
func TestLastMatchIsNeverLooser(t *testing.T) {
	action := rapid.SampledFrom([]string{"allow", "ask", "deny"})
	pattern := map[string]*rapid.Generator[string]{
		"bash": rapid.SampledFrom([]string{"*", "git *", "git push *", "git push", "git*", "rm *", "* main", "npm run *", "git push * main", "ls"}),
		"edit": rapid.SampledFrom([]string{"*", "src/*", "*.md", "src/**", "**/*.go", "docs/a.md", "src/*/b.go", "s*/a", "**"}),
		"read": rapid.SampledFrom([]string{"*", "src/*", "*.md", "src/**", "*.env", "docs/a.md", "d?cs/*"}),
		"*":    rapid.Just("*"),
	}
	values := map[string]*rapid.Generator[string]{
		"bash": rapid.SampledFrom([]string{"git", "git push", "git push origin main", "git pushx", "git status", "rm x", "npm run build", "ls", "make main"}),
		"edit": rapid.SampledFrom([]string{"src/a", "src/a/b.go", "a.md", "docs/a.md", "docs/b.md", "b.go", "sx/a", "src/x/b.go", "other"}),
		"read": rapid.SampledFrom([]string{"src/a", "src/a/b", "a.md", "x/a.md", ".env", "x/y.env", "docs/a.md", "docs/b", "other"}),
	}
	rapid.Check(t, func(rt *rapid.T) {
		var list, own []foreignrules.Entry
		draw := func(into *[]foreignrules.Entry) string {
			var text []string
			for _, tool := range rapid.Permutation([]string{"*", "bash", "edit", "read"}).Draw(rt, "tools") {
				if !rapid.Bool().Draw(rt, "said") {
					continue
				}
				var inner []string
				seen := map[string]bool{}
				for range rapid.IntRange(1, 5).Draw(rt, "entries") {
					e := foreignrules.Entry{Tool: tool, Pattern: pattern[tool].Draw(rt, "pattern"), Action: action.Draw(rt, "action")}
					if seen[e.Pattern] {
						continue // an object has each name once
					}
					seen[e.Pattern] = true
					*into = append(*into, e)
					inner = append(inner, quoteJSON(e.Pattern)+": "+quoteJSON(e.Action))
				}
				text = append(text, quoteJSON(tool)+": {"+strings.Join(inner, ", ")+"}")
			}
			return "{" + strings.Join(text, ", ") + "}"
		}
		permission := draw(&list)
		agent := draw(&own)
		f := opened(t, permission+`, "agent": {"other": {"mode": "primary", "prompt": "x", "permission": `+agent+`}}`)
		g := f.guard(t)
		if rapid.Bool().Draw(rt, "agent") { // what an agent adds
			permission += " " + agent
			list = append(list, own...)
			f.Access.Rules = append(f.Access.Rules, f.Agents[0].Access.Rules...)
			f.Access.Denied = append(f.Access.Denied, f.Agents[0].Access.Denied...)
			g = f.guard(t)
		}
		for range 20 {
			tool := rapid.SampledFrom([]string{"bash", "edit", "read"}).Draw(rt, "tool")
			value := values[tool].Draw(rt, "value")
			theirs := foreignrules.LastMatching(list, tool, value)
			d := g.Decide(call{map[string]string{"bash": "Bash", "edit": "Edit", "read": "Read"}[tool], value}.ours())
			if strictness(string(d.Action)) < strictness(theirs) {
				rt.Fatalf("%s %s is decided %s, by the program %s: %s\n%s\n%s %s %v", tool, value, d.Action, theirs, d.Reason, permission, f.Access.Mode, f.Access.Default, f.Access.Rules)
			}
		}
	})
}

func quoteJSON(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
