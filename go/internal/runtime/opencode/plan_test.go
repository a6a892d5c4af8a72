package opencode_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

var update = flag.Bool("update", false, "write the golden files")

func launch(m *manifest.Manifest) runtime.Launch {
	return runtime.Launch{
		Manifest: m, Pod: "tried", Workspace: "/w", State: "/state", Files: "/files", Insomnia: "/bin/insomnia", Guard: "/run/guard.sock",
		Gateway: "http://127.0.0.1:4100", Token: "canary-token", System: "You are tried.", Headless: true, Prompt: "Begin.",
	}
}

// described is a plan as text, without the plugin's code, which follows its first line.
func described(p *runtime.Plan) []byte {
	var out bytes.Buffer
	list := func(name string, lines []string) {
		out.WriteString(name + "\n")
		for _, line := range lines {
			out.WriteString("  " + line + "\n")
		}
	}
	list("arguments", p.Args)
	list("environment", p.Env)
	out.WriteString("stdin " + string(p.Stdin) + "\n")
	for _, d := range p.Descriptors {
		text, _ := json.Marshal(d)
		out.WriteString("descriptor " + string(text) + "\n")
	}
	for _, f := range p.Files {
		out.WriteString("-- " + f.Path + " " + f.Mode.String() + "\n")
		content := string(f.Content)
		if strings.HasSuffix(f.Path, ".js") {
			content, _, _ = strings.Cut(content, "\n")
			content += "\n"
		}
		out.WriteString(content)
	}
	return out.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; write it with -update and look at the difference\n%s", file, got)
	}
}

func plan(t *testing.T, l runtime.Launch) *runtime.Plan {
	t.Helper()
	p, err := opencode.Driver.Plan(l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlan(t *testing.T) {
	for _, name := range []string{"coder", "coder-openai", "orchestrator"} {
		golden(t, name+".txt", described(plan(t, launch(runtimetest.Builtin(t, name)))))
	}
}

// The token and the secrets are in the descriptor alone.
func TestPlanHasNoSecret(t *testing.T) {
	m := full(t)
	p := plan(t, launch(m))
	for _, f := range p.Files {
		if bytes.Contains(f.Content, []byte("canary-token")) {
			t.Errorf("the token is in %s", f.Path)
		}
	}
	if text := strings.Join(append(p.Args, p.Env...), " "); strings.Contains(text, "canary-token") {
		t.Error("the token is in the arguments or the environment")
	}
	var text string
	for _, part := range p.Descriptors[0].Text {
		if part.Secret != "" {
			if !part.JSON {
				t.Errorf("%s is not escaped", part.Secret)
			}
			text += "(" + part.Secret + ")"
		}
		text += part.Literal
	}
	const want = `{"token":"canary-token","values":{"/mcpServers/a.b/env/KEY":"(/mcpServers/a.b/env/KEY)",` +
		`"/mcpServers/web/headers/Authorization":"Bearer (/mcpServers/web/headers/Authorization/refs/0)"}}`
	if text != want || !json.Valid([]byte(text)) {
		t.Errorf("the descriptor has %s, must be %s", text, want)
	}
}

func rule(action, tool, pattern string) manifest.Rule {
	return manifest.Rule{Action: manifest.Action(action), Tool: manifest.ToolName(tool), Pattern: manifest.Pattern(pattern)}
}

// full is a manifest with a value in most fields.
func full(t *testing.T) *manifest.Manifest {
	t.Helper()
	m := runtimetest.Builtin(t, "coder")
	literal := func(text string) manifest.EnvValue { return manifest.EnvValue{Value: &text} }
	command, dir, url := manifest.Argument("serve"), manifest.Directory("~/x y"), manifest.URLValue{Text: "https://mcp.example/x"}
	m.MCPServers = map[manifest.ServerName]manifest.MCPServer{
		"a.b": {Type: "stdio", Command: &command, Args: []manifest.ArgValue{{Text: "{file:/etc/passwd}"}}, Cwd: &dir,
			Env:          map[manifest.EnvName]manifest.EnvValue{"PLAIN": literal("v"), "KEY": {Type: manifest.SecretRefType, Name: "a.key"}},
			EnabledTools: []manifest.ToolName{"look", "get_x"}, DisabledTools: []manifest.ToolName{"get_x"}, StartupTimeoutSeconds: 5, ToolTimeoutSeconds: 60},
		"web": {Type: "http", URL: &url, Headers: map[manifest.HeaderName]manifest.EnvValue{"Authorization": {Type: manifest.SecretFormatType,
			Template: "Bearer {}", Refs: []manifest.SecretRef{{Type: manifest.SecretRefType, Name: "web.key"}}}}},
	}
	m.Tools.Allow = []manifest.ToolName{"bash", "read", "edit", "agent", "skill", "webfetch", "websearch", "mcp__*"}
	m.Tools.Deny = []manifest.ToolName{"mcp__web__drop*"}
	m.Permissions.Rules = []manifest.Rule{rule("deny", "bash", "sudo *"), rule("deny", "bash", "a | b"), rule("deny", "websearch", "*"), rule("ask", "bash", "git *"), rule("deny", "read", "**/.env")}
	m.Web.Fetch.Enabled, m.Web.Search.Mode = true, "live"
	m.Limits.MaxSubagents, m.Limits.MaxDepth = 3, 1
	m.Skills = map[manifest.SkillName]manifest.Skill{
		"one": {Description: "Does: one\nthing", Files: map[manifest.FilePath]manifest.SkillFile{"SKILL.md": {Text: "Do it.\n"}, "bin/run": {Content: executable("#!/bin/sh\n")}}},
		"two": {Description: "Two", Files: map[manifest.FilePath]manifest.SkillFile{"SKILL.md": {Text: "---\nlicense: MIT\n---\nDo two.\n"}}},
	}
	m.Workflows = map[manifest.SkillName]manifest.Workflow{"go": {Description: "Goes", Prompt: "Go to {{place}} with {{who}}: $1 $ARGUMENTS !`id` @a/b, me@x.y `@z`",
		Inputs: []manifest.WorkflowInput{{Name: "place"}, {Name: "who"}}}}
	budget, turns := int64(4000), int64(7)
	small := manifest.ModelRef("anthropic/claude-haiku-5-5")
	m.Model.Small, m.Model.ThinkingBudgetTokens = &small, &budget
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"look": {Description: "Looks", Prompts: manifest.SubagentPrompts{System: "Look.", Append: []manifest.Text{"Well."}},
		Tools:  manifest.SubagentTools{Default: "deny", Allow: []manifest.ToolName{"read", "mcp__a.b__look"}},
		Skills: []manifest.SkillName{"one"}, MCPServers: []manifest.ServerName{"a.b"}, Limits: &manifest.SubagentLimits{MaxTurns: &turns}}}
	m.Hooks = []manifest.Hook{{Event: "PreToolUse", Matcher: "edit", Command: []manifest.Argument{"audit"}, TimeoutSeconds: 5}}
	return m
}

func executable(text manifest.Text) *manifest.FileContent {
	yes := true
	return &manifest.FileContent{Text: &text, Executable: &yes}
}

func TestPlanOfAll(t *testing.T) {
	l := launch(full(t))
	l.Headless, l.Resume, l.Session, l.UI = false, true, "ses_1", map[string]string{"theme": "nord", "editorMode": "vim"}
	golden(t, "all.txt", described(plan(t, l)))
}

// What the program would put into a config stays text.
func TestConfigIsLiteral(t *testing.T) {
	l := launch(full(t))
	l.System = "{env:HOME} {file:/etc/passwd}\u2028</script>\"\\"
	for _, f := range plan(t, l).Files {
		if strings.HasSuffix(f.Path, ".json") && (bytes.Contains(f.Content, []byte("{env:")) || bytes.Contains(f.Content, []byte("{file:"))) {
			t.Errorf("%s has something to put in", f.Path)
		}
		if filepath.Base(f.Path) != "opencode.json" {
			continue
		}
		var c struct {
			Agent map[string]struct{ Prompt string }
			MCP   map[string]struct{ Command []string }
		}
		if err := json.Unmarshal(f.Content, &c); err != nil {
			t.Fatal(err)
		}
		if c.Agent["coder"].Prompt != l.System {
			t.Errorf("the prompt is %q", c.Agent["coder"].Prompt)
		}
		if argv := c.MCP["mcp__a_-b_"].Command; argv[len(argv)-1] != "{file:/etc/passwd}" {
			t.Errorf("the command is %q", argv)
		}
	}
}

func TestArguments(t *testing.T) {
	m := runtimetest.Builtin(t, "coder")
	for _, c := range []struct {
		name   string
		change func(*runtime.Launch)
		args   string
		stdin  string
	}{
		{"headless", func(l *runtime.Launch) {}, "run --format json --agent coder --model pod/claude-sonnet-5-5 --title tried", "Begin."},
		{"headless, resumed", func(l *runtime.Launch) { l.Resume, l.Session = true, "ses_1" },
			"run --format json --agent coder --model pod/claude-sonnet-5-5 --session ses_1", "Begin."},
		{"interactive", func(l *runtime.Launch) { l.Headless = false }, "--agent coder --model pod/claude-sonnet-5-5 --prompt Begin.", ""},
		{"interactive without a prompt", func(l *runtime.Launch) { l.Headless, l.Prompt = false, "" }, "--agent coder --model pod/claude-sonnet-5-5", ""},
		{"interactive, resumed", func(l *runtime.Launch) { l.Headless, l.Resume, l.Session = false, true, "ses_1" },
			"--agent coder --model pod/claude-sonnet-5-5 --session ses_1", ""},
		{"an ID for a new session is not taken", func(l *runtime.Launch) { l.Session = "x" }, "run --format json --agent coder --model pod/claude-sonnet-5-5 --title tried", "Begin."},
	} {
		l := launch(m)
		c.change(&l)
		p := plan(t, l)
		if got := strings.Join(p.Args, " "); got != c.args || string(p.Stdin) != c.stdin {
			t.Errorf("%s: %s with %q", c.name, got, p.Stdin)
		}
	}
	for name, change := range map[string]func(*runtime.Launch){
		"a session without an ID":    func(l *runtime.Launch) { l.Resume = true },
		"a message that is too long": func(l *runtime.Launch) { l.Headless, l.Prompt = false, strings.Repeat("x", 1<<17) },
	} {
		l := launch(m)
		change(&l)
		if _, err := opencode.Driver.Plan(l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestUnserved(t *testing.T) {
	if u := opencode.Driver.Unserved(full(t)); len(u) > 0 {
		t.Errorf("unserved: %v", u)
	}
	m := full(t)
	s := m.MCPServers["a.b"]
	s.Args = append(s.Args, manifest.ArgValue{Secret: &manifest.SecretText{Type: manifest.SecretRefType, Name: "x"}})
	s.EnabledTools = append(s.EnabledTools, "a.b")
	m.MCPServers["a.b"] = s
	m.Tools.Allow = append(m.Tools.Allow, "mcp__web__x:y")
	m.Subagents["title"] = manifest.Subagent{}
	other := m.Subagents["look"]
	other.Model = &manifest.Model{Provider: "openai", WireAPI: "openai-chat", ID: "x"}
	m.Subagents["look"] = other
	var pointers []string
	for _, u := range opencode.Driver.Unserved(m) {
		pointers = append(pointers, u.Pointer)
	}
	want := "/subagents/look/model /subagents/title /mcpServers/a.b/args/1 /mcpServers/a.b/enabledTools/2 /tools/allow/8"
	if got := strings.Join(pointers, " "); got != want {
		t.Errorf("unserved: %s, must be %s", got, want)
	}
}

func TestRequest(t *testing.T) {
	for _, c := range []struct{ agent, subagent, side string }{{"", "", ""}, {"title", "", "title"}, {"compaction", "", "compaction"}, {"look", "look", ""}} {
		want := runtime.Request{Session: "ses_1", Subagent: c.subagent, Side: c.side}
		if c.subagent != "" {
			want.Agent = "ses_1" // each run has a session of its own
		}
		h := map[string][]string{"X-Session-Id": {"ses_1"}}
		if c.agent != "" {
			h["X-Insomnia-Agent"] = []string{c.agent}
		}
		if r := opencode.Driver.Request(h); r != want {
			t.Errorf("%q: %+v", c.agent, r)
		}
	}
}

func TestVersions(t *testing.T) {
	for text, want := range map[string]bool{"1.18.33": true, "1.19.0\n": true, "1.18.32": false, "opencode 2.0.0": false, "2.1.0-beta": false} {
		v, ok := runtime.ParseVersion(text)
		if !ok || opencode.Driver.Supports(v) != want {
			t.Errorf("%q: %v %v", text, v, ok)
		}
	}
}
