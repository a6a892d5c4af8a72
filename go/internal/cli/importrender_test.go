package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/foreignrules"
)

// backAndForth imports what is in a directory, resolves it, and renders it for the program
// that it came from: the directory of its own rules, and whether something of the rules is
// said to be stricter now or lost.
func backAndForth(t *testing.T, from, runtime, dir string) (own string, told bool) {
	t.Helper()
	run := func(args ...string) []byte {
		t.Helper()
		var out, words bytes.Buffer
		p := &program{stdout: &out, stderr: &words}
		if code := p.run(context.Background(), append([]string{"insomnia"}, args...)); code != 0 {
			t.Fatalf("%v: exit %d\n%s", args, code, words.String())
		}
		return out.Bytes()
	}
	profiles, rendered := filepath.Join(t.TempDir(), "profiles"), filepath.Join(t.TempDir(), "rendered")
	var imported struct {
		Refs   map[string]string
		Losses []struct{ Kind, Field string }
	}
	if err := json.Unmarshal(run("import", from, dir, "--out", profiles, "--json"), &imported); err != nil {
		t.Fatal(err)
	}
	for _, l := range imported.Losses {
		told = told || (l.Kind == "stricter" || l.Kind == "lost") && (strings.HasPrefix(l.Field, "permission") || l.Field == "subagents")
	}
	run("runtime", "render", imported.Refs[from], "--runtime", runtime, "--out", rendered, "--workspace", dir)
	readme, err := os.ReadFile(filepath.Join(rendered, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(rendered, "own"), told || bytes.Contains(readme, []byte("| stricter |"))
}

// tableCommands are the commands of the decision tables of checks/permissions.
func tableCommands(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../../checks/permissions/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	var commands []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if action, command, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && slices.Contains([]string{"allow", "ask", "deny"}, action) {
				commands = append(commands, strings.ReplaceAll(command, "⏎", "\n"))
			}
		}
	}
	return append(commands, "git", "git push", "git push origin main", "git status", "git log -1", "npm run build", "npm run build:web", "npm test", "make", "make all", "rm x", "go test ./...", "ls")
}

var comparedPaths = []string{"a", "a.md", ".env", "sub/.env", ".env.local", "src/a", "src/a.go", "src/b/c.go", "src/b/c.md", "secrets/a", "secrets/b/c", "x/secrets/d", "docs/a.md", "docs/b/c.md", "x.pem", "a/x.pem", "build/a", ".github/w.yml"}

// compare counts calls that are decided alike. None may be decided more loosely, and none
// more strictly unless that was told.
type compare struct {
	t          *testing.T
	told       bool
	same, all  int
	stricter   []string
	strictness []string
}

func (c *compare) one(what, before, after string) {
	c.t.Helper()
	c.all++
	switch was, is := slices.Index(c.strictness, before), slices.Index(c.strictness, after); {
	case was < 0 || is < 0:
		c.t.Errorf("%s: decided %q, and %q before", what, after, before)
	case is == was:
		c.same++
	case is < was:
		c.t.Errorf("%s: was decided %s, and comes back as %s", what, before, after)
	case !c.told:
		c.t.Errorf("%s: was decided %s, comes back as %s, and nothing is said to be stricter", what, before, after)
	default:
		c.stricter = append(c.stricter, what)
	}
}

// done compares the calls that are stricter now with those that must be.
func (c *compare) done(stricter ...string) {
	c.t.Helper()
	c.t.Logf("%d of %d calls are decided alike", c.same, c.all)
	if diff := cmp.Diff(stricter, c.stricter); diff != "" {
		c.t.Errorf("stricter than before, expected and found:\n%s", diff)
	}
}

func importHome(t *testing.T) {
	t.Helper()
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, t.TempDir())
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Claude Code decides by the settings that come back as by those that were imported.
func TestClaudeRulesComeBack(t *testing.T) {
	importHome(t)
	commands := tableCommands(t)
	agents := []string{"Agent critic", "Agent other"} // a profile has none of the program's own
	for name, c := range map[string]struct {
		rules    foreignrules.Claude
		stricter []string
	}{
		"prefixes":     {foreignrules.Claude{Allow: []string{"Bash(git status:*)", "Bash(npm run *)", "Bash(make)", "Bash(ls *)"}}, agents},
		"strictest":    {foreignrules.Claude{Allow: []string{"Bash"}, Ask: []string{"Bash(git push:*)"}, Deny: []string{"Bash(git push --force:*)", "Bash(rm *)", "Bash(sudo:*)"}}, agents},
		"stars":        {foreignrules.Claude{Allow: []string{"Bash(go test*)", "Bash(git * main)"}, Deny: []string{"Bash(git push *)", "Bash(* --force*)"}}, agents},
		"files":        {foreignrules.Claude{Allow: []string{"Edit(src/**)", "Edit(./docs/**)", "Read(~/.zshrc)"}, Deny: []string{"Read(.env)", "Read(*.pem)", "Read(./secrets/**)", "Edit(.github/**)"}}, agents},
		"edits":        {foreignrules.Claude{Mode: "acceptEdits", Allow: []string{"Bash(npm test:*)"}, Ask: []string{"Edit(docs/**)"}, Deny: []string{"Read(build)"}}, agents},
		"plan":         {foreignrules.Claude{Mode: "plan", Allow: []string{"Bash(git log:*)", "WebSearch"}}, agents},
		"nothing asks": {foreignrules.Claude{Mode: "dontAsk", Allow: []string{"Bash(git log:*)", "Bash(make:*)", "Edit(src/**)"}, Deny: []string{"Bash(make install:*)"}}, agents},
		"bypass":       {foreignrules.Claude{Mode: "bypassPermissions", Deny: []string{"Bash(rm:*)", "Read(.env)"}, Ask: []string{"Bash(git push:*)"}}, agents},
		"the rest":     {foreignrules.Claude{Allow: []string{"WebFetch(domain:docs.example.org)", "mcp__issues__get", "Skill(notes)"}, Deny: []string{"WebFetch(domain:evil.example)", "mcp__issues__delete", "Agent(critic)"}}, []string{"Agent other"}},
		"lossy":        {foreignrules.Claude{Allow: []string{`Bash(git commit -m "x":*)`, "Bash(FOO=1 make)", "Write(src/**)", "Read(key[0-9].txt)"}, Deny: []string{"Read(src/*.{key,pem})", `Bash(psql -c "drop:*)`}}, []string{`Bash psql -c '\! rm x'`, "Agent critic", "Agent other"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			settings, err := json.Marshal(map[string]any{"permissions": c.rules})
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, ".claude/settings.json", string(settings))
			put(t, dir, ".mcp.json", `{"mcpServers": {"issues": {"command": "issues"}}}`)
			own, told := backAndForth(t, "claude", "claude-code", dir)
			var back struct{ Permissions foreignrules.Claude }
			data, err := os.ReadFile(filepath.Join(own, "settings.json"))
			if err != nil || json.Unmarshal(data, &back) != nil {
				t.Fatalf("%v: %s", err, data)
			}
			if back.Permissions.Mode == "default" {
				back.Permissions.Mode = ""
			}
			found := compare{t: t, told: told, strictness: []string{"allow", "ask", "deny"}}
			call := func(tool, value string) {
				one := foreignrules.Call{Tool: tool, Value: value}
				found.one(tool+" "+value, c.rules.Decide(one), back.Permissions.Decide(one))
			}
			for _, command := range commands {
				call("Bash", command)
			}
			for _, tool := range []string{"Read", "Edit", "Write", "Grep", "Glob"} {
				for _, path := range append([]string{"/tmp/x", "~/.zshrc", "~/.bashrc"}, comparedPaths...) {
					call(tool, path)
				}
			}
			for _, host := range []string{"docs.example.org", "example.org", "evil.example"} {
				call("WebFetch", host)
			}
			for _, one := range [][2]string{{"WebSearch", "x"}, {"Agent", "critic"}, {"Agent", "other"}, {"Skill", "notes"}, {"Skill", "other"}, {"mcp__issues__get", ""}, {"mcp__issues__delete", ""}} {
				call(one[0], one[1])
			}
			found.done(c.stricter...)
		})
	}
}

// opencode makes the same decisions with the rendered config as with the imported one.
func TestOpencodeRulesComeBack(t *testing.T) {
	importHome(t)
	commands := tableCommands(t)
	// The program asks about such files by itself, which is a rule of the profile.
	files := []string{"read .env", "read sub/.env", "read .env.local", "task x"}
	for name, c := range map[string]struct {
		permission string
		stricter   []string
	}{
		"a list of what may run": {`{"bash": {"*": "deny", "git status": "allow", "git log *": "allow", "npm run *": "allow"}, "edit": "ask"}`, files},
		"exceptions that hold":   {`{"bash": {"*": "allow", "git push *": "ask", "rm *": "deny"}, "webfetch": "ask"}`, files},
		"ask first":              {`{"*": "ask", "read": "allow", "bash": {"*": "ask", "ls *": "allow", "git push *": "deny"}}`, files},
		"files":                  {`{"edit": {"*": "deny", "docs/*": "allow", "*.md": "allow"}, "read": {"*": "allow", "*.env": "deny", "secrets/*": "ask"}}`, []string{"read .env.local", "task x"}},
		"one word":               {`"ask"`, []string{"task x"}},
		"servers":                {`{"*": "ask", "issues_get": "allow", "issues_delete": "deny"}`, []string{"task x"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "opencode.json", `{"mcp": {"issues": {"type": "local", "command": ["issues"]}}, "permission": `+c.permission+`}`)
			own, told := backAndForth(t, "opencode", "opencode", dir)
			data, err := os.ReadFile(filepath.Join(own, "opencode.json"))
			if err != nil {
				t.Fatal(err)
			}
			before, after := entriesOf(t, []byte(c.permission)), entriesOf(t, member(t, data, "permission"))
			found := compare{t: t, told: told, strictness: []string{"allow", "ask", "deny"}}
			call := func(tool, value string) {
				found.one(tool+" "+value, foreignrules.LastMatching(before, tool, value), foreignrules.LastMatching(after, tool, value))
			}
			for _, command := range commands {
				call("bash", command)
			}
			for _, tool := range []string{"read", "edit"} {
				for _, path := range comparedPaths {
					call(tool, path)
				}
			}
			for _, tool := range []string{"webfetch", "websearch", "task", "skill", "grep", "glob", "issues_get", "issues_delete", "issues_put"} {
				call(tool, "x")
			}
			found.done(c.stricter...)
		})
	}
}

// member is a member of a JSON object.
func member(t *testing.T, data []byte, name string) []byte {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all[name]
}

// entriesOf are the lines of the permission object of opencode, in their order.
func entriesOf(t *testing.T, data []byte) []foreignrules.Entry {
	t.Helper()
	if data = bytes.TrimSpace(data); data[0] == '"' {
		return []foreignrules.Entry{{Tool: "*", Pattern: "*", Action: strings.Trim(string(data), `"`)}}
	}
	var out []foreignrules.Entry
	d := jsontext.NewDecoder(bytes.NewReader(data))
	next := func() jsontext.Token {
		token, err := d.ReadToken()
		if err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		return token
	}
	next()
	for d.PeekKind() != '}' {
		tool := next().String()
		if d.PeekKind() == '"' {
			out = append(out, foreignrules.Entry{Tool: tool, Pattern: "*", Action: next().String()})
			continue
		}
		next()
		for d.PeekKind() != '}' {
			pattern := next().String()
			out = append(out, foreignrules.Entry{Tool: tool, Pattern: pattern, Action: next().String()})
		}
		next()
	}
	return out
}

// Codex decides by the rules that come back as by those that were imported.
func TestCodexRulesComeBack(t *testing.T) {
	importHome(t)
	commands := tableCommands(t)
	for name, c := range map[string]struct {
		rules    string
		stricter []string
	}{
		"prefixes":     {"prefix_rule(pattern = [\"git\", [\"push\", \"fetch\"]], decision = \"prompt\")\nprefix_rule(pattern = [\"rm\"], decision = \"forbidden\")\nprefix_rule(pattern = [\"npm\", \"run\"], decision = \"allow\")\n", nil},
		"strictest":    {"prefix_rule(pattern = [\"git\"], decision = \"allow\")\nprefix_rule(pattern = [\"git\", \"push\"], decision = \"prompt\")\nprefix_rule(pattern = [\"git\", \"push\", \"--force\"], decision = \"forbidden\")\n", nil},
		"what is lost": {"prefix_rule(pattern = [\"find\", \"*\"], decision = \"allow\")\nprefix_rule(pattern = [\"make\"], decision = \"allow\")\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, ".codex/config.toml", "model = \"gpt-5.2-codex\"\napproval_policy = \"untrusted\"\nsandbox_mode = \"workspace-write\"\n")
			put(t, dir, ".codex/rules/own.rules", c.rules)
			own, told := backAndForth(t, "codex", "codex", dir)
			data, err := os.ReadFile(filepath.Join(own, "rules/insomnia.rules"))
			if err != nil {
				t.Fatal(err)
			}
			settings, err := os.ReadFile(filepath.Join(own, "config.toml"))
			if want := "approval_policy = \"untrusted\"\nsandbox_mode = \"workspace-write\"\n"; err != nil || !strings.HasPrefix(string(settings), want) {
				t.Errorf("%v: %s", err, settings)
			}
			before, after := prefixesOf(t, c.rules), prefixesOf(t, string(data))
			found := compare{t: t, told: told, strictness: []string{"allow", "", "prompt", "forbidden"}}
			for _, command := range commands {
				found.one(command, foreignrules.FirstWords(before, command), foreignrules.FirstWords(after, command))
			}
			found.done(c.stricter...)
		})
	}
}

var codexRule = regexp.MustCompile(`(?m)^prefix_rule\(pattern ?= ?(\[.*\]), decision ?= ?"(.*)"\)$`)

func prefixesOf(t *testing.T, text string) []foreignrules.Prefix {
	t.Helper()
	var out []foreignrules.Prefix
	for _, m := range codexRule.FindAllStringSubmatch(text, -1) {
		var parts []any
		if err := json.Unmarshal([]byte(m[1]), &parts); err != nil {
			t.Fatal(err)
		}
		all := []foreignrules.Prefix{{Decision: m[2]}}
		for _, part := range parts {
			choices, several := part.([]any)
			if !several {
				choices = []any{part}
			}
			var next []foreignrules.Prefix
			for _, p := range all {
				for _, choice := range choices {
					next = append(next, foreignrules.Prefix{Words: append(slices.Clone(p.Words), choice.(string)), Decision: p.Decision})
				}
			}
			all = next
		}
		out = append(out, all...)
	}
	if len(out) == 0 || len(out) < strings.Count(text, "prefix_rule(") {
		t.Fatalf("cannot read the rules: %s", text)
	}
	return out
}
