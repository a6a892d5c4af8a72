package importing

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/foreignrules"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

const (
	workspace = foreignrules.Workspace
	home      = foreignrules.Home
)

// settings are the lists of rules and the mode in a file of Claude Code.
type settings foreignrules.Claude

// theirs decides as Claude Code does.
func (s settings) theirs(c call) string {
	return foreignrules.Claude(s).Decide(foreignrules.Call{Tool: c.tool, Value: c.value})
}

// call is a call of a tool of Claude Code.
type call struct{ tool, value string }

// found imports settings, with a server named issues.
func found(t testing.TB, s settings) *Found {
	dir, err := os.MkdirTemp("", "import")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, ".claude"), 0o755); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"permissions": s})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{".claude/settings.json": string(data), ".mcp.json": `{"mcpServers": {"issues": {"command": "issues"}}}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Claude(Request{Dir: dir, Home: home, Models: Catalog{"anthropic/claude-sonnet-5-5"}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// guard is that of the main profile.
func (f *Found) guard(t testing.TB) *permission.Guard {
	m := &manifest.Manifest{}
	m.Tools.Default = "allow"
	for _, tool := range f.Access.Denied {
		m.Tools.Deny = append(m.Tools.Deny, manifest.ToolName(tool))
	}
	m.Permissions.Mode, m.Permissions.Default = manifest.PermissionMode(f.Access.Mode), manifest.Action(f.Access.Default)
	for _, r := range f.Access.Rules {
		m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: manifest.ToolName(r.Tool), Pattern: manifest.Pattern(r.Pattern), Action: manifest.Action(r.Action)})
	}
	for _, glob := range f.DenyRead {
		m.Sandbox.DenyRead = append(m.Sandbox.DenyRead, manifest.PathGlob(glob))
	}
	m.MCPServers = map[manifest.ServerName]manifest.MCPServer{"issues": {}}
	g, err := permission.Parse(m)
	if err != nil {
		t.Fatalf("%v\n%v", err, f.Access.Rules)
	}
	return g
}

func (c call) ours() permission.Call {
	out := permission.Call{Workspace: workspace, Home: home}
	at := func() []string {
		switch {
		case strings.HasPrefix(c.value, "~/"):
			return []string{home + c.value[1:]}
		case strings.HasPrefix(c.value, "/"):
			return []string{c.value}
		case c.value == ".":
			return []string{workspace}
		}
		return []string{workspace + "/" + c.value}
	}
	switch c.tool {
	case "Bash":
		out.Tool, out.Command = "bash", c.value
	case "Read", "Edit", "Write", "Grep", "Glob":
		out.Tool, out.Paths, out.Single = strings.ToLower(c.tool), at(), true
	case "WebFetch":
		out.Tool, out.URL = "webfetch", "https://"+c.value+"/page"
	case "WebSearch":
		out.Tool, out.Argument = "websearch", c.value
	case "Agent", "Skill":
		out.Tool, out.Argument = strings.ToLower(c.tool), c.value
	default:
		out.Tool = c.tool
	}
	return out
}

// The decision table: each list of rules, and calls with what Claude Code decides. Most
// are decided alike; those with a plus are stricter, for the reason that is given to the
// user; none is looser.
func TestClaudeDecisionTable(t *testing.T) {
	for _, c := range []struct {
		name  string
		s     settings
		calls []string // TOOL VALUE: ACTION, with a plus where ours is stricter
	}{
		{"prefixes of commands", settings{Allow: []string{"Bash(git push:*)", "Bash(npm run *)", "Bash(make)"}}, []string{
			"Bash git push: allow", "Bash git push origin main: allow", "Bash git pushx: ask", "Bash git pull: ask", "Bash npm run: allow", "Bash npm run build:web: allow",
			"Bash npm runner: ask", "Bash make: allow", "Bash make all: ask", "Bash git push && npm run x: allow", "Bash git push; rm x: ask", "Bash git push > f: ask"}},
		{"deny over ask over allow", settings{Allow: []string{"Bash"}, Ask: []string{"Bash(git push:*)"}, Deny: []string{"Bash(git push --force:*)", "Bash(rm *)"}}, []string{
			"Bash ls: allow", "Bash git push: ask", "Bash git push --force: deny", "Bash git push --force origin: deny", "Bash rm x: deny", "Bash rmdir x: allow", "Bash true && rm x: deny",
			"Bash (rm x): deny", "Bash timeout 5 rm x: deny", "Bash echo $(rm x): deny", `Bash \rm x: deny`, "Bash env rm x: deny"}},
		{"a star in the middle", settings{Deny: []string{"Bash(git * main)", "Bash(curl * | bash*)"}, Allow: []string{"Bash(*)"}}, []string{
			"Bash git push main: deny", "Bash git checkout main: deny", "Bash git main: allow", "Bash git push mainx: allow", "Bash curl http://x | bash: deny", "Bash curl http://x: allow"}},
		{"what is not a pattern", settings{Allow: []string{`Bash(git commit -m "x":*)`, "Bash(FOO=1 make)", "Bash(a && b)", "Bash(echo > f)"}, Deny: []string{`Bash(psql -c "drop:*)`, "Bash(a; b)"}}, []string{
			"Bash git commit -m x: ask", "Bash b: ask", "Bash psql -c drop: ask+", "Bash psql x: ask", "Bash a: ask+", "Bash make: ask"}},
		{"files in the workspace", settings{}, []string{"Read src/a.go: allow", "Grep src: allow", "Glob src: allow", "Read /etc/passwd: ask", "Edit src/a.go: ask", "Write a: ask"}},
		{"a name alone is in any directory", settings{Deny: []string{"Read(.env)", "Read(*.pem)"}}, []string{
			"Read .env: deny", "Read a/b/.env: deny", "Read .envrc: allow", "Read x.pem: deny", "Read a/x.pem: deny", "Grep a/x.pem: deny", "Edit .env: deny", "Write a/.env: deny", "Read /etc/x.pem: ask"}},
		{"a path from the workspace", settings{Deny: []string{"Read(./secrets/**)", "Read(config/*.json)"}, Allow: []string{"Edit(src/**)"}}, []string{
			"Read secrets/a: deny", "Read secrets/a/b: deny", "Read a/secrets/b: allow", "Read config/a.json: deny", "Read config/b/a.json: allow", "Edit src/a: allow", "Write src/a/b: allow", "Edit lib/a: ask"}},
		{"a directory is all below it", settings{Deny: []string{"Read(build)", "Edit(docs/)"}}, []string{
			"Read build: deny", "Read build/a/b: deny", "Read a/build/b: deny", "Edit docs/a: deny", "Write docs/a/b: deny", "Read docs/a: allow"}},
		{"paths elsewhere", settings{Allow: []string{"Read(~/.zshrc)", "Read(//etc/hosts)", "Edit(//tmp/**)"}, Deny: []string{"Read(~/.ssh/**)"}}, []string{
			"Read ~/.zshrc: allow", "Read ~/.bashrc: ask", "Read /etc/hosts: allow", "Read /etc/passwd: ask", "Edit /tmp/a: allow", "Write /tmp/a/b: allow", "Read ~/.ssh/id: deny", "Edit ~/.ssh/id: deny"}},
		{"classes and braces", settings{Deny: []string{"Read(key[0-9].pem)", "Read(src/*.{key,pem})"}}, []string{"Read key1.pem: deny", "Read keyx.pem: allow+", "Read src/a.pem: allow+", "Read src/a.go: allow"}},
		{"rules that the program ignores", settings{Deny: []string{"Write(dist/**)", "Glob(x)"}, Allow: []string{"Write(src/**)", "Nonsense", "bash(ls)"}}, []string{"Write dist/a: ask+", "Write src/a: ask", "Bash ls: allow+"}},
		{"pages", settings{Allow: []string{"WebFetch(domain:docs.example.org)"}, Deny: []string{"WebFetch(domain:evil.example)", "WebSearch"}}, []string{
			"WebFetch docs.example.org: allow", "WebFetch example.org: ask", "WebFetch evil.example: deny", "WebSearch x: deny"}},
		{"servers, agents and skills", settings{Allow: []string{"mcp__issues__get", "Skill(notes)"}, Deny: []string{"mcp__issues__delete", "Agent(critic)"}}, []string{
			"mcp__issues__get x: allow", "mcp__issues__list x: ask", "mcp__issues__delete x: deny", "Agent reviewer: allow", "Agent critic: deny", "Skill notes: allow", "Skill other: ask"}},
		{"a whole server", settings{Allow: []string{"mcp__issues"}}, []string{"mcp__issues__get x: allow", "mcp__issues__delete x: allow"}},
		{"acceptEdits", settings{Mode: "acceptEdits", Deny: []string{"Edit(.github/**)"}}, []string{"Edit a: allow", "Write a/b: allow", "Edit /tmp/a: ask", "Write .github/x: deny", "Bash make: ask"}},
		{"plan", settings{Mode: "plan", Allow: []string{"Edit(b)"}}, []string{"Edit a: deny", "Edit b: deny", "Write a: deny", "Read a: allow", "Bash make: ask"}},
		{"dontAsk", settings{Mode: "dontAsk", Allow: []string{"Bash(make)", "Bash(git *)"}, Ask: []string{"Bash(git push:*)"}}, []string{"Bash git push: deny", "Bash git log: allow", "Bash make: allow", "Bash rm x: deny", "Edit a: deny", "Read a: allow", "WebSearch x: deny"}},
		{"bypass", settings{Mode: "bypassPermissions", Deny: []string{"Bash(rm:*)"}, Ask: []string{"Bash(git push:*)"}}, []string{"Bash rm x: deny", "Bash make: allow", "Edit /tmp/x: allow", "Bash git push: ask"}},
	} {
		g := found(t, c.s).guard(t)
		for _, row := range c.calls {
			text, want, _ := strings.Cut(row, ": ")
			if at := strings.LastIndex(row, ": "); at >= 0 {
				text, want = row[:at], row[at+2:]
			}
			tool, value, _ := strings.Cut(text, " ")
			if strings.HasPrefix(tool, "mcp__") {
				value = ""
			}
			want, stricter := strings.CutSuffix(want, "+")
			one := call{tool, value}
			d := g.Decide(one.ours())
			switch got := string(d.Action); {
			case stricter && strictness(got) <= strictness(want):
				t.Errorf("%s: %s: decided %s, and not more strictly than %s: %s", c.name, text, got, want, d.Reason)
			case !stricter && got != want:
				t.Errorf("%s: %s: decided %s, not %s: %s", c.name, text, got, want, d.Reason)
			}
			// The table agrees with the reference, where that reads the call.
			if !strings.ContainsAny(value, "&;|$()>=\\") && !strings.HasPrefix(value, "timeout") && !strings.HasPrefix(value, "env ") && value != "ls" {
				if theirs := c.s.theirs(one); theirs != want {
					t.Errorf("%s: %s: the reference decides %s, the table says %s", c.name, text, theirs, want)
				}
			}
		}
	}
}

// Whatever the lists are, no call is decided more loosely than by the program.
func TestClaudeRulesAreNeverLooser(t *testing.T) {
	word := rapid.SampledFrom([]string{"git", "push", "status", "npm", "run", "-rf", "a:b", "main", "*", "x*", "--all"})
	command := rapid.Custom(func(t *rapid.T) string {
		text := strings.Join(rapid.SliceOfN(word, 1, 4).Draw(t, "words"), " ")
		return text + rapid.SampledFrom([]string{"", "", ":*", " *", "*"}).Draw(t, "end")
	})
	part := rapid.SampledFrom([]string{"src", "a", "b.go", ".env", "*", "**", "*.pem", "x.pem", "s?c", "[a-c]", "secrets"})
	path := rapid.Custom(func(t *rapid.T) string {
		start := rapid.SampledFrom([]string{"", "", "./", "~/", "//", "//etc/"}).Draw(t, "start")
		return start + strings.Join(rapid.SliceOfN(part, 1, 3).Draw(t, "parts"), "/") + rapid.SampledFrom([]string{"", "", "/", "/**"}).Draw(t, "end")
	})
	rule := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0, 1, 2:
			return "Bash(" + command.Draw(t, "command") + ")"
		case 3, 4:
			return rapid.SampledFrom([]string{"Read", "Edit"}).Draw(t, "tool") + "(" + path.Draw(t, "path") + ")"
		case 5:
			return rapid.SampledFrom([]string{"Bash", "Read", "Edit", "Write", "WebFetch", "WebSearch", "mcp__issues", "mcp__issues__get"}).Draw(t, "whole")
		}
		return "WebFetch(domain:" + rapid.SampledFrom([]string{"a.example", "b.example"}).Draw(t, "host") + ")"
	})
	plainWord := rapid.SampledFrom([]string{"git", "push", "status", "npm", "run", "-rf", "a:b", "main", "x", "xy", "--all"})
	plainPart := rapid.SampledFrom([]string{"src", "a", "b", "b.go", ".env", "x.pem", "sac", "secrets", "z"})
	one := rapid.Custom(func(t *rapid.T) call {
		switch tool := rapid.SampledFrom([]string{"Bash", "Bash", "Bash", "Read", "Edit", "Write", "Grep", "Glob", "WebFetch", "mcp__issues__get", "mcp__issues__put"}).Draw(t, "tool"); tool {
		case "Bash":
			return call{tool, strings.Join(rapid.SliceOfN(plainWord, 1, 4).Draw(t, "words"), " ")}
		case "WebFetch":
			return call{tool, rapid.SampledFrom([]string{"a.example", "b.example", "c.example"}).Draw(t, "host")}
		case "mcp__issues__get", "mcp__issues__put":
			return call{tool, ""}
		default:
			return call{tool, rapid.SampledFrom([]string{"", "", "~/", "/", "/etc/"}).Draw(t, "root") + strings.Join(rapid.SliceOfN(plainPart, 1, 3).Draw(t, "parts"), "/")}
		}
	})
	same, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rules := func(name string) []string { return rapid.SliceOfN(rule, 0, 3).Draw(rt, name) }
		s := settings{Allow: rules("allow"), Ask: rules("ask"), Deny: rules("deny"), Mode: rapid.SampledFrom([]string{"", "acceptEdits", "plan", "dontAsk", "bypassPermissions"}).Draw(rt, "mode")}
		g := found(t, s).guard(t)
		for range 30 {
			c := one.Draw(rt, "call")
			theirs, d := s.theirs(c), g.Decide(c.ours())
			if strictness(string(d.Action)) < strictness(theirs) {
				text, _ := json.Marshal(s)
				rt.Fatalf("%s %s is decided %s, by the program %s: %s\n%s\n%v", c.tool, c.value, d.Action, theirs, d.Reason, text, found(t, s).Access.Rules)
			}
			if all++; string(d.Action) == theirs {
				same++
			}
		}
	})
	t.Logf("%d of %d decisions are the same", same, all)
	if 100*same < 85*all {
		t.Errorf("only %d of %d decisions are the same", same, all)
	}
}
