//go:build agents

package opencode_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "mcp-server" {
		tracker()
		return
	}
	runtimetest.Main(m)
}

// turns answers requests with tools one by one, and says done after that.
func turns(all ...modelmock.Turn) modelmock.Script {
	next := 0
	return func(_ int, r modelmock.Request) modelmock.Turn {
		if len(r.Tools) == 0 || next >= len(all) {
			return modelmock.Turn{Text: "done"}
		}
		next++
		return all[next-1]
	}
}

func call(tool string, input map[string]any) modelmock.Turn {
	return modelmock.Turn{Calls: []modelmock.Call{{Tool: tool, Input: input}}}
}

func bash(command string) modelmock.Turn {
	return call("bash", map[string]any{"command": command, "description": "try"})
}

// results are the results of tool calls in the last request.
func results(log []modelmock.Request) string {
	var all []string
	for _, r := range log {
		for _, result := range r.Results {
			if !slices.Contains(all, result.Text) {
				all = append(all, result.Text)
			}
		}
	}
	return strings.Join(all, "\n")
}

func withDialect(m *manifest.Manifest, wire manifest.WireAPI, id manifest.ModelID) *manifest.Manifest {
	m.Model.WireAPI, m.Model.ID = wire, id
	return m
}

// Each dialect behaves the same: system prompt, model, an allowed and a denied call, and
// a resumed session.
func TestHeadless(t *testing.T) {
	t.Parallel()
	for _, d := range []struct {
		wire manifest.WireAPI
		id   manifest.ModelID
	}{{"anthropic", "claude-sonnet-5-5"}, {"openai-chat", "gpt-6.2-sol"}, {"openai-responses", "gpt-6.2-sol"}} {
		t.Run(string(d.wire), func(t *testing.T) {
			m := withDialect(runtimetest.Builtin(t, "coder"), d.wire, d.id)
			room := runtimetest.New(t, &opencode.Driver, turns(bash("ls"), bash("sudo touch stolen")))
			if err := os.WriteFile(filepath.Join(room.Workspace, "here.txt"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			room.Guard.By(m)
			l := room.Launch(m)
			l.System = "You are tried. {file:/etc/hostname} {env:HOME} stay."
			r := room.Run(l)
			if r.Exit != 0 || len(r.HomeChanges) > 0 {
				t.Errorf("exit %d, changes in HOME: %v\n%s\n%s", r.Exit, r.HomeChanges, r.Stdout, r.Stderr)
			}
			var main []modelmock.Request
			for _, q := range r.Log {
				if opencode.Driver.Request(q.Header).Side == "" {
					main = append(main, q)
				}
			}
			if len(main) != 3 {
				t.Fatalf("%d requests of the conversation\n%s\n%s", len(main), r.Stdout, r.Stderr)
			}
			first := main[0]
			if first.Model != string(d.id) || !strings.HasPrefix(first.System, l.System) || len(first.Messages) != 1 || strings.TrimSpace(first.Messages[0]) != "Begin." {
				t.Errorf("the first request: model %s, messages %q, system %q", first.Model, first.Messages, first.System)
			}
			for _, tool := range first.Tools {
				o := opencode.Driver.Offer(m, tool)
				if !o.Internal && !m.Tools.Offers(o.Tool) {
					t.Errorf("the tool %s is offered", tool)
				}
			}
			text := results(main)
			if !strings.Contains(text, "here.txt") || !strings.Contains(text, "An agent has no business") {
				t.Errorf("results: %s", text)
			}
			sessions := room.Guard.Events(guard.Session)
			if len(room.Guard.Events(guard.Hello)) != 1 || len(sessions) != 1 || sessions[0].Session != opencode.Driver.Request(first.Header).Session {
				t.Errorf("sessions %v", sessions)
			}
			if found := append(runtimetest.Has(room.State, runtimetest.Token), runtimetest.Has(room.Files, runtimetest.Token)...); len(found) > 0 {
				t.Errorf("the token is in %v", found)
			}

			l.Resume, l.Session, l.Prompt, l.System = true, sessions[0].Session, "Again.", "You are another."
			again := room.Run(l)
			if len(again.Log) == 0 {
				t.Fatalf("resumed: no request\n%s\n%s", again.Stdout, again.Stderr)
			}
			last := again.Log[len(again.Log)-1]
			if again.Exit != 0 || !strings.HasPrefix(last.System, l.System) || !slices.ContainsFunc(last.Messages, func(s string) bool { return strings.TrimSpace(s) == "Again." }) ||
				len(last.Messages) != 2 {
				t.Errorf("resumed: exit %d, system %q, messages %q\n%s", again.Exit, last.System, last.Messages, again.Stderr)
			}
		})
	}
}

// tracker is an MCP server: two tools, a resource, and what it finds in its environment.
func tracker() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var q struct {
			ID     json.RawMessage
			Method string
			Params struct {
				Name string
			}
		}
		if json.Unmarshal(lines.Bytes(), &q) != nil || q.ID == nil {
			continue
		}
		var result any = map[string]any{}
		switch q.Method {
		case "initialize":
			result = map[string]any{"protocolVersion": "2025-03-26", "serverInfo": map[string]any{"name": "tracker", "version": "1"},
				"capabilities": map[string]any{"tools": map[string]any{}, "resources": map[string]any{}}}
		case "tools/list":
			tool := func(name string) any {
				return map[string]any{"name": name, "description": name, "inputSchema": map[string]any{"type": "object", "properties": map[string]any{}}}
			}
			result = map[string]any{"tools": []any{tool("look"), tool("drop_all"), tool("hidden")}}
		case "resources/list":
			result = map[string]any{"resources": []any{}}
		case "tools/call":
			dir, _ := os.Getwd()
			result = map[string]any{"content": []any{map[string]any{"type": "text", "text": q.Params.Name + " of " + os.Getenv("NAME") +
				" in " + filepath.Base(dir) + " with " + strconv.Itoa(len(os.Getenv("KEY"))) + " " + os.Getenv("XDG_CONFIG_HOME")}}}
		}
		line, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": q.ID, "result": result})
		os.Stdout.Write(append(line, '\n'))
	}
}

// ripgrep is the program that opencode searches with: on PATH, or as it comes with Codex.
func ripgrep() string {
	if found, err := exec.LookPath("rg"); err == nil {
		return found
	}
	found, _ := filepath.Glob(filepath.Join(os.Getenv("INSOMNIA_AGENTS"), "../@openai/codex-*/vendor/*/*/rg"))
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// rich is a manifest with something of each kind.
func rich(t *testing.T) *manifest.Manifest {
	t.Helper()
	m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "model-1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command, dir := manifest.Argument(self), manifest.Directory("sub")
	literal := func(text string) manifest.EnvValue { return manifest.EnvValue{Value: &text} }
	server := func(name string) manifest.MCPServer {
		return manifest.MCPServer{Type: "stdio", Command: &command, Args: []manifest.ArgValue{{Text: "mcp-server"}}, Cwd: &dir,
			Env:          map[manifest.EnvName]manifest.EnvValue{"NAME": literal(name), "KEY": {Type: manifest.SecretRefType, Name: "team.key"}},
			EnabledTools: []manifest.ToolName{"look", "drop_all"}, StartupTimeoutSeconds: 30, ToolTimeoutSeconds: 30}
	}
	m.MCPServers = map[manifest.ServerName]manifest.MCPServer{"t.x": server("dot"), "t_x": server("line")}
	m.Tools.Allow = append(m.Tools.Allow, "agent", "mcp__t.x__*", "mcp__t_x__*")
	m.Permissions.Default = "allow"
	m.Permissions.Rules = []manifest.Rule{
		rule("deny", "bash", "touch *"), rule("deny", "mcp__t.x__drop_all", "*"), rule("deny", "read", "**/secret.txt"), rule("deny", "grep", "**/secret.txt"),
		rule("deny", "edit", "closed/**"), rule("allow", "*", "*"),
	}
	m.Limits.MaxSubagents, m.Limits.MaxDepth = 2, 1
	m.Skills = map[manifest.SkillName]manifest.Skill{"notes": {Description: "Writes notes: \"short\"", Files: map[manifest.FilePath]manifest.SkillFile{"SKILL.md": {Text: "Write notes of the canary-skill.\n"}}}}
	m.Workflows = map[manifest.SkillName]manifest.Workflow{"sort": {Description: "Sorts", Prompt: "Sort {{what}} for $5 !`touch ran` @sub/secret.txt", Inputs: []manifest.WorkflowInput{{Name: "what", Type: "string"}}}}
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"helper": {
		Description: "Helps", Prompts: manifest.SubagentPrompts{System: "You help."},
		Tools:       manifest.SubagentTools{Default: "deny", Allow: []manifest.ToolName{"bash", "read", "edit", "mcp__t.x__look"}},
		Permissions: manifest.Permissions{Mode: "ask", Default: "allow", Rules: []manifest.Rule{rule("deny", "bash", "ls *"), rule("allow", "*", "*")}},
	}}
	m.Hooks = []manifest.Hook{
		{Event: "PreToolUse", Matcher: "write", Command: []manifest.Argument{"sh", "-c", "cat >>../hook.log; echo refused by a hook >&2; exit 2"}, TimeoutSeconds: 10},
		{Event: "PostToolUse", Matcher: "bash|mcp__t.x__*", Command: []manifest.Argument{"sh", "-c", "cat >>../after.log"}, TimeoutSeconds: 10},
	}
	for _, event := range []manifest.HookEvent{"SessionStart", "UserPromptSubmit", "Stop", "SubagentStop", "SessionEnd"} {
		m.Hooks = append(m.Hooks, manifest.Hook{Event: event, Matcher: "*", Command: []manifest.Argument{"sh", "-c", "cat >>../" + manifest.Argument(event) + ".log"}, TimeoutSeconds: 10})
	}
	return m
}

// Each kind of tool is judged, under its name in the manifest and for the agent that calls.
func TestTools(t *testing.T) {
	t.Parallel()
	m := rich(t)
	main := []modelmock.Turn{
		{Calls: []modelmock.Call{
			{Tool: "mcp__t_-x__look", Input: map[string]any{}}, {Tool: "mcp__t_x__look", Input: map[string]any{}}, {Tool: "mcp__t_-x__drop_all", Input: map[string]any{}},
			{Tool: "skill", Input: map[string]any{"name": "notes"}},
			{Tool: "read", Input: map[string]any{"filePath": "sub/open.txt"}}, {Tool: "read", Input: map[string]any{"filePath": "sub/secret.txt"}},
			{Tool: "grep", Input: map[string]any{"pattern": "canary", "path": "sub/open.txt"}},
			{Tool: "grep", Input: map[string]any{"pattern": "canary-open", "path": "free/one.txt"}},
			{Tool: "write", Input: map[string]any{"filePath": "written", "content": "x"}},
			{Tool: "edit", Input: map[string]any{"filePath": "closed/a", "oldString": "", "newString": "x"}},
			{Tool: "bash", Input: map[string]any{"command": "env; readlink /proc/self/fd/3", "description": "env"}},
			{Tool: "nothing", Input: map[string]any{}}, {Tool: "read_mcp_resource", Input: map[string]any{"server": "mcp__t_x_", "uri": "x:y"}},
			{Tool: "task", Input: map[string]any{"description": "help", "prompt": "Help with @sub/secret.txt now", "subagent_type": "helper"}},
			{Tool: "task", Input: map[string]any{"description": "help", "prompt": "x", "subagent_type": "general"}},
			{Tool: "task", Input: map[string]any{"description": "help", "prompt": "x", "subagent_type": "helper", "task_id": "ses_other"}},
		}},
	}
	sub := []modelmock.Turn{{Calls: []modelmock.Call{
		{Tool: "bash", Input: map[string]any{"command": "ls sub", "description": "x"}},
		{Tool: "bash", Input: map[string]any{"command": "touch a", "description": "x"}},
		{Tool: "bash", Input: map[string]any{"command": "echo of-the-helper", "description": "x"}},
	}}}
	next := map[string]int{}
	room := runtimetest.New(t, &opencode.Driver, func(_ int, r modelmock.Request) modelmock.Turn {
		of, list := opencode.Driver.Request(r.Header), main
		if of.Subagent != "" {
			list = sub
		}
		if n := next[of.Subagent]; of.Side == "" && n < len(list) {
			next[of.Subagent]++
			return list[n]
		}
		return modelmock.Turn{Text: "done"}
	})
	for name, text := range map[string]string{"sub/open.txt": "canary-open\n", "sub/secret.txt": "canary-secret\n", "sub/AGENTS.md": "canary-agents\n", "free/one.txt": "canary-open\n",
		"AGENTS.md": "canary-root\n", ".opencode/plugin/evil.js": "throw 1", "opencode.json": `{"agent":{"evil":{"prompt":"x"}}}`} {
		file := filepath.Join(room.Workspace, name)
		if os.MkdirAll(filepath.Dir(file), 0o700) != nil || os.WriteFile(file, []byte(text), 0o600) != nil {
			t.Fatal(name)
		}
	}
	for _, dir := range []string{".opencode/plugin", ".claude/skills/evil", ".config/opencode/plugin"} {
		file := filepath.Join(room.Home, dir, "evil.js")
		if os.MkdirAll(filepath.Dir(file), 0o700) != nil || os.WriteFile(file, []byte("import fs from 'fs'; fs.writeFileSync('"+room.Workspace+"/evil','x'); export default async()=>({})"), 0o600) != nil {
			t.Fatal(dir)
		}
	}
	if rg := ripgrep(); rg != "" {
		room.Env = append(room.Env, "PATH="+filepath.Dir(rg)+":/usr/local/bin:/usr/bin:/bin")
	}
	room.Guard.By(m)
	r := room.Run(room.Launch(m))
	if r.Exit != 0 || len(r.HomeChanges) > 0 {
		t.Errorf("exit %d, changes in HOME: %v\n%s\n%s", r.Exit, r.HomeChanges, r.Stdout, r.Stderr)
	}
	if _, err := os.Stat(room.Workspace + "/evil"); err == nil {
		t.Error("a plugin of the user ran")
	}
	text := results(r.Log)
	if rg := ripgrep(); rg != "" && !strings.Contains(text, "canary-skill") {
		t.Error("the skill was not read")
	}
	for _, want := range []string{
		"look of dot in sub with " + strconv.Itoa(len(runtimetest.Secret("/mcpServers/t.x/env/KEY"))) + " " + room.Home + "/.config", "look of line in sub",
		"refused by a hook", "this task_id is not one", "of-the-helper", "HOME=" + room.Home,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the results", want)
		}
	}
	for _, no := range []string{"canary-secret", "canary-agents", "canary-root", "drop_all of", "canary/", runtimetest.Token, runtimetest.Secret("/mcpServers/t.x/env/KEY"), "pipe:["} {
		if strings.Contains(text, no) {
			t.Errorf("%q in the results", no)
		}
	}
	for _, name := range []string{"written", "closed", "a", "ran"} {
		if _, err := os.Stat(filepath.Join(room.Workspace, name)); err == nil {
			t.Errorf("%s was made", name)
		}
	}
	started, ended, states := room.Guard.Events(guard.Started), room.Guard.Events(guard.Ended), room.Guard.Events(guard.State)
	if len(started) != 1 || started[0].Subagent != "helper" || !slices.ContainsFunc(ended, func(e guard.Event) bool { return e.Agent == started[0].Agent }) {
		t.Errorf("subagents: started %v, ended %v", started, ended)
	}
	if len(states) != 2 || states[0].State != "working" || states[1].State != "waiting" {
		t.Errorf("states: %v", states)
	}
	for _, q := range r.Log {
		o := opencode.Driver.Request(q.Header)
		for _, tool := range q.Tools {
			if strings.Contains(tool, "_mcp_resource") || tool == "write" && o.Subagent != "" || strings.HasSuffix(tool, "hidden") {
				t.Errorf("%s is offered to %q", tool, o.Subagent)
			}
			offered := opencode.Driver.Offer(m, tool)
			lists := m.Tools.Lists()
			if o.Subagent != "" {
				lists = m.Subagents[manifest.SkillName(o.Subagent)].Tools
			}
			if ok, _ := lists.Offers(offered.Tool); !ok && !offered.Internal {
				t.Errorf("%s is offered to %q", tool, o.Subagent)
			}
		}
	}
	for name, want := range map[string]string{
		"hook": `"tool_name":"write","tool_input":{"content":"x","filePath":"written"}`, "after": `"tool_name":"mcp__t.x__look"`,
		"SessionStart": `"hook_event_name":"SessionStart"`, "UserPromptSubmit": `"prompt":"Begin."`, "Stop": `"session_id":"ses_`, "SubagentStop": `"session_id":"ses_`, "SessionEnd": "SessionEnd",
	} {
		data, _ := os.ReadFile(filepath.Join(room.Workspace, "..", name+".log"))
		if !strings.Contains(string(data), want) {
			t.Errorf("the hook %s was told %s", name, data)
		}
	}
}

// Without a guard that answers, the program has no token, and no tool runs.
func TestBrokenGuard(t *testing.T) {
	t.Parallel()
	m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "model-1")
	m.Permissions.Rules = []manifest.Rule{rule("allow", "bash", "*")}
	touch := func() modelmock.Script { return turns(bash("touch ran"), bash("touch ran")) }
	source := func(change func(string) string) func(*runtimetest.Room, *runtime.Plan) {
		return func(_ *runtimetest.Room, p *runtime.Plan) {
			for i, f := range p.Files {
				if filepath.Base(f.Path) == "guard.js" {
					p.Files[i].Content = []byte(change(string(f.Content)))
				}
			}
		}
	}
	for _, c := range []struct {
		name   string
		breaks func(*runtimetest.Room, *runtime.Plan)
		log    int // requests at the most
	}{
		{"the plugin is gone", source(func(string) string { return "" }), 0},
		{"the plugin throws", source(func(s string) string { return s + "\nthrow new Error('broken')" }), 0},
		{"the plugin hangs", source(func(s string) string { return s + "\nawait new Promise((r) => setInterval(() => {}, 1000))" }), 0},
		{"the socket is gone", func(r *runtimetest.Room, _ *runtime.Plan) { r.Guard.Stop() }, 0},
		{"another plugin is loaded", func(_ *runtimetest.Room, p *runtime.Plan) {
			for i, f := range p.Files {
				if filepath.Base(f.Path) == "opencode.json" {
					other := filepath.Join(filepath.Dir(f.Path), "other.js")
					p.Files[i].Content = []byte(strings.Replace(string(f.Content), `"plugin": [`, `"plugin": ["file://`+other+`",`, 1))
					p.Files = append(p.Files, runtime.File{Path: other, Mode: 0o444, Content: []byte("export default async () => ({})")})
				}
			}
		}, 0},
		{"the guard does not answer a call", func(r *runtimetest.Room, _ *runtime.Plan) {
			r.Guard.Decide(func(guard.Ask) guard.Answer { time.Sleep(10 * time.Second); return guard.Answer{Action: "allow"} })
		}, 1},
		{"the guard answers something else", func(r *runtimetest.Room, _ *runtime.Plan) {
			r.Guard.Decide(func(guard.Ask) guard.Answer { return guard.Answer{Action: "maybe"} })
		}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			room := runtimetest.New(t, &opencode.Driver, touch())
			room.Wrapper = []string{"timeout", "60"}
			plan := room.Plan(room.Launch(m))
			c.breaks(room, plan)
			r := room.Start(plan)
			if _, err := os.Stat(filepath.Join(room.Workspace, "ran")); err == nil {
				t.Error("a tool ran")
			}
			if len(r.Log) > c.log || r.Exit == 0 && c.log == 0 {
				t.Errorf("%d requests, exit %d\n%s\n%s", len(r.Log), r.Exit, r.Stdout, r.Stderr)
			}
		})
	}
}

// If only one answer is late, its call is refused, and the conversation continues once
// the guard answers again.
func TestLateGuard(t *testing.T) {
	t.Parallel()
	m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "model-1")
	m.Permissions.Rules = []manifest.Rule{rule("allow", "bash", "*")}
	room := runtimetest.New(t, &opencode.Driver, turns(bash("touch first"), bash("touch second")))
	var calls atomic.Int32
	room.Guard.Decide(func(guard.Ask) guard.Answer {
		if calls.Add(1) == 1 {
			time.Sleep(4 * time.Second)
		}
		return guard.Answer{Action: "allow"}
	})
	r := room.Run(room.Launch(m))
	for name, want := range map[string]bool{"first": false, "second": true} {
		if _, err := os.Stat(filepath.Join(room.Workspace, name)); (err == nil) != want {
			t.Errorf("%s is there: %v", name, !want)
		}
	}
	if len(r.Log) != 3 || r.Exit != 0 {
		t.Errorf("%d requests, exit %d\n%s\n%s", len(r.Log), r.Exit, r.Stdout, r.Stderr)
	}
}

// The conversation is summarized at the threshold, and not a token before it.
func TestCompaction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tokens int64
		want   bool
	}{{4999, false}, {5000, true}} {
		m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "model-1")
		m.Model.ContextWindowTokens, m.Model.MaxOutputTokens = 50_000, 2000
		temperature, topP := manifest.Decimal(0.3), manifest.Decimal(0.9)
		m.Model.Temperature, m.Model.TopP = &temperature, &topP
		m.Context.Compaction.ThresholdTokens, m.Context.Compaction.ReservedTokens = 5000, 1000
		large := bash("echo x")
		large.InputTokens, large.OutputTokens = c.tokens-10, 10
		room := runtimetest.New(t, &opencode.Driver, turns(large))
		r := room.Run(room.Launch(m))
		if body := string(r.Log[0].Body); !strings.Contains(body, `"temperature":0.3,`) || !strings.Contains(body, `"top_p":0.9,`) || !strings.Contains(body, `"max_tokens":2000,`) {
			t.Errorf("the first request: %s", body[:min(len(body), 300)])
		}
		got := slices.ContainsFunc(r.Log, func(q modelmock.Request) bool { return opencode.Driver.Request(q.Header).Side == "compaction" })
		if got != c.want || r.Exit != 0 {
			t.Errorf("at %d tokens: compacted %v, exit %d\n%s", c.tokens, got, r.Exit, r.Stderr)
		}
	}
}

// In a sandbox that lets the program only read its files, it starts, and a hook that
// refuses a message keeps it from the model.
func TestReadOnlyFiles(t *testing.T) {
	t.Parallel()
	m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "model-1")
	for _, refuses := range []bool{false, true} {
		if refuses {
			m.Hooks = []manifest.Hook{{Event: "UserPromptSubmit", Matcher: "*", Command: []manifest.Argument{"sh", "-c", "echo not this >&2; exit 2"}, TimeoutSeconds: 10}}
		}
		room := runtimetest.New(t, &opencode.Driver, turns(bash("ls")))
		room.Wrapper = []string{"bwrap", "--dev-bind", "/", "/", "--ro-bind", room.Files, room.Files, "--ro-bind", room.Home, room.Home, "--unshare-pid", "--die-with-parent"}
		r := room.Run(room.Launch(m))
		if refuses != (len(r.Log) == 0) || refuses != (r.Exit != 0) {
			t.Errorf("refuses %v: exit %d, %d requests\n%s\n%s", refuses, r.Exit, len(r.Log), r.Stdout, r.Stderr)
		}
	}
}

// A patch is judged by its files, and when the guard goes in the middle of a session,
// no further tool runs and no further request is sent.
func TestGuardGoes(t *testing.T) {
	t.Parallel()
	m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "gpt-6.2-sol")
	m.Permissions.Rules = []manifest.Rule{rule("deny", "write", "closed/**"), rule("allow", "*", "*")}
	patch := func(name string) modelmock.Call {
		return modelmock.Call{Tool: "apply_patch", Input: map[string]any{"patchText": "*** Begin Patch\n*** Add File: " + name + "\n+x\n*** End Patch"}}
	}
	var room *runtimetest.Room
	room = runtimetest.New(t, &opencode.Driver, func(n int, _ modelmock.Request) modelmock.Turn {
		if n == 0 {
			return modelmock.Turn{Calls: []modelmock.Call{patch("open/a"), patch("closed/b")}}
		}
		room.Guard.Stop()
		return bash("touch ran")
	})
	room.Guard.By(m)
	r := room.Run(room.Launch(m))
	for name, want := range map[string]bool{"open/a": true, "closed/b": false, "ran": false} {
		if _, err := os.Stat(filepath.Join(room.Workspace, name)); (err == nil) != want {
			t.Errorf("%s is there: %v", name, !want)
		}
	}
	if len(r.Log) != 2 || r.Exit == 0 || !strings.Contains(r.Stdout, "the guard of the Pod does not answer") {
		t.Errorf("%d requests, exit %d\n%s\n%s", len(r.Log), r.Exit, r.Stdout, r.Stderr)
	}
}

// The prompt of a workflow is text: no command in it runs, and no file is attached.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	m := rich(t)
	m.MCPServers, m.Hooks, m.Tools.Allow = nil, nil, []manifest.ToolName{"bash"}
	m.Permissions.Rules = nil
	room := runtimetest.New(t, &opencode.Driver, turns())
	file := filepath.Join(room.Workspace, "sub", "secret.txt")
	if os.MkdirAll(filepath.Dir(file), 0o700) != nil || os.WriteFile(file, []byte("canary-secret"), 0o600) != nil {
		t.Fatal(file)
	}
	plan := room.Plan(room.Launch(m))
	plan.Args, plan.Stdin = append(plan.Args, "--command", "sort"), []byte("the list")
	r := room.Start(plan)
	const want = "Sort the list for $ 5 ! `touch ran` `@sub/secret.txt`"
	if len(r.Log) == 0 || len(r.Log[0].Messages) != 1 || strings.TrimSpace(r.Log[0].Messages[0]) != want || strings.Contains(string(r.Log[0].Body), "canary-secret") {
		t.Errorf("requests: %+v\n%s\n%s", r.Log, r.Stdout, r.Stderr)
	}
	if _, err := os.Stat(filepath.Join(room.Workspace, "ran")); err == nil {
		t.Error("a command of the prompt ran")
	}
}
