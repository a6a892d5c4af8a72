package claudecode

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// judged are the manifest's names of what the tests call.
func judged() *manifest.Manifest {
	return &manifest.Manifest{
		MCPServers: map[manifest.ServerName]manifest.MCPServer{
			"a_b": {EnabledTools: []manifest.ToolName{"one"}}, "a.b": {DisabledTools: []manifest.ToolName{"z.z"}}, "plain": {},
		},
		Subagents:   map[manifest.SkillName]manifest.Subagent{"scout": {}},
		Permissions: manifest.Permissions{Rules: []manifest.Rule{{Tool: "mcp__a.b__x.y", Action: "deny"}}},
	}
}

func TestCalls(t *testing.T) {
	for _, c := range []struct {
		tool, input string
		want        []permission.Call
		err         string
	}{
		{tool: "Bash", input: `{"command":"git push","run_in_background":true}`, want: []permission.Call{{Tool: "bash", Command: "git push"}}},
		{tool: "Bash", input: `{"command":""}`, err: "no command"},
		{tool: "Bash", input: `{"Command":"ls"}`, err: "no command"},
		{tool: "Bash", input: `{"command":["ls"]}`, err: "not a string"},
		{tool: "Bash", input: `[]`, err: "cannot read"},
		{tool: "Bash", input: `null`, err: "cannot read"},
		{tool: "Bash", input: ``, err: "cannot read"},
		{tool: "Read", input: `{"file_path":"~/.ssh/id"}`, want: []permission.Call{{Tool: "read", Paths: []string{"~/.ssh/id"}}}},
		{tool: "Edit", input: `{"file_path":"a"}`, want: []permission.Call{{Tool: "edit", Paths: []string{"a"}}}},
		{tool: "MultiEdit", input: `{"file_path":"a"}`, want: []permission.Call{{Tool: "edit", Paths: []string{"a"}}}},
		{tool: "NotebookEdit", input: `{"notebook_path":"n.ipynb","file_path":"other"}`, want: []permission.Call{{Tool: "edit", Paths: []string{"n.ipynb"}}}},
		{tool: "Write", input: `{"file_path":"/etc/x"}`, want: []permission.Call{{Tool: "write", Paths: []string{"/etc/x"}}}},
		{tool: "Write", input: `{}`, err: "no file_path"},
		{tool: "Grep", input: `{"pattern":"/etc/../x"}`, want: []permission.Call{{Tool: "grep", Paths: []string{"."}}}},
		{tool: "Grep", input: `{"pattern":"x","path":"/etc","glob":"*.conf"}`, want: []permission.Call{{Tool: "grep", Paths: []string{"/etc"}}}},
		{tool: "Grep", input: `{"pattern":"x","glob":"../../*"}`, err: "cannot tell"},
		{tool: "Glob", input: `{"pattern":"**/*.go"}`, want: []permission.Call{{Tool: "glob", Paths: []string{"."}}}},
		{tool: "Glob", input: `{"pattern":"/etc/*.conf"}`, want: []permission.Call{{Tool: "glob", Paths: []string{".", "/etc"}}}},
		{tool: "Glob", input: `{"pattern":"/*"}`, want: []permission.Call{{Tool: "glob", Paths: []string{".", "/"}}}},
		{tool: "Glob", input: `{"pattern":"~/.ssh/*","path":"src"}`, want: []permission.Call{{Tool: "glob", Paths: []string{"src", "~/.ssh"}}}},
		{tool: "Glob", input: `{"pattern":"{/etc,/root}/*"}`, err: "cannot tell"},
		{tool: "Glob", input: `{"pattern":"a/../../*"}`, err: "cannot tell"},
		{tool: "WebFetch", input: `{"url":"https://example.org/","prompt":"x"}`, want: []permission.Call{{Tool: "webfetch", URL: "https://example.org/"}}},
		{tool: "WebSearch", input: `{"query":"what"}`, want: []permission.Call{{Tool: "websearch", Argument: "what"}}},
		{tool: "Agent", input: `{"subagent_type":"pod:scout"}`, want: []permission.Call{{Tool: "agent", Argument: "scout"}}},
		{tool: "Task", input: `{"subagent_type":"scout"}`, want: []permission.Call{{Tool: "agent", Argument: "scout"}}},
		{tool: "Agent", input: `{"subagent_type":"general-purpose"}`, err: "has no subagent"},
		{tool: "Agent", input: `{"subagent_type":"scout","isolation":"worktree"}`, err: "leave out isolation"},
		{tool: "Agent", input: `{"subagent_type":"scout","isolation":["remote"]}`, err: "leave out isolation"},
		{tool: "Agent", input: `{"prompt":"x"}`, err: "no subagent_type"},
		{tool: "Skill", input: `{"skill":"pod:notes","args":"x"}`, want: []permission.Call{{Tool: "skill", Argument: "notes"}}},
		{tool: "SlashCommand", input: `{"command":"/pod:triage docs"}`, want: []permission.Call{{Tool: "skill", Argument: "triage"}}},
		{tool: "mcp__plain__x", input: `{"any":1}`, want: []permission.Call{{Tool: "mcp__plain__x"}}},
		{tool: "mcp__a_b__one", input: `{}`, want: []permission.Call{{Tool: "mcp__a_b__one"}}},
		{tool: "mcp__a_b__two", input: `{}`, err: "does not enable"},
		{tool: "mcp__a_b-2__one", input: `{}`, want: []permission.Call{{Tool: "mcp__a.b__one"}}},
		{tool: "mcp__a_b-2__x_y", input: `{}`, want: []permission.Call{{Tool: "mcp__a.b__x_y"}, {Tool: "mcp__a.b__x.y"}}},
		{tool: "mcp__a_b-2__z_z", input: `{}`, err: "does not enable"},
		{tool: "mcp__a.b__x.y", input: `{}`, err: "no MCP server"},
		{tool: "mcp__other__x", input: `{}`, err: "no MCP server"},
		{tool: "mcp__plain__", input: `{}`, err: "no MCP server"},
		{tool: "TodoWrite", input: `{"todos":[]}`},
		{tool: "BashOutput", input: `{"bash_id":"1"}`},
		{tool: "Monitor", input: `{"command":"ls"}`, err: "no rule can decide"},
		{tool: "bash", input: `{"command":"ls"}`, err: "no rule can decide"},
		{tool: "", input: `{}`, err: "no rule can decide"},
	} {
		got, err := calls(runtime.ToolUse{Tool: c.tool, Input: json.RawMessage(c.input), Directory: "/srv/app", Subagent: "pod:scout", Manifest: judged()})
		for i := range c.want {
			c.want[i].Directory, c.want[i].Subagent = "/srv/app", "scout"
		}
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || got != nil) {
			t.Errorf("%s %s: %v, want %q", c.tool, c.input, err, c.err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s:\n%s", c.tool, c.input, diff)
		}
	}
}

// The internal tools are exactly those whose calls the guard does not see.
func TestOffer(t *testing.T) {
	m := judged()
	for name, want := range map[string]runtime.Offer{
		"Bash": {Tool: "bash"}, "NotebookEdit": {Tool: "edit"}, "Agent": {Tool: "agent"}, "TaskCreate": {Internal: true}, "DeferredToolPlaceholder": {Internal: true},
		"web_search_20250305": {Tool: "websearch"}, "web_search_x": {}, "computer": {}, "": {}, "mcp__a_b-2__x_y": {Tool: "mcp__a.b__x.y"}, "mcp__a_b-2__z_z": {Tool: "mcp__a.b__z.z"}, "mcp__plain__x": {Tool: "mcp__plain__x"}, "mcp__other__x": {},
	} {
		if got := offer(m, name); got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, b := range builtins {
		got, err := calls(runtime.ToolUse{Tool: b.name, Input: json.RawMessage(`{}`), Manifest: m})
		if o := offer(m, b.name); o.Internal != (err == nil && len(got) == 0) || o.Internal != (o.Tool == "") {
			t.Errorf("%s: %v %v", b.name, got, err)
		}
	}
}

func TestRequest(t *testing.T) {
	h := http.Header{}
	h.Set("x-claude-code-session-id", "s")
	h.Set("x-claude-code-agent-id", "a")
	if diff := cmp.Diff(runtime.Request{Session: "s", Subagent: "a", Agent: "a"}, request(h)); diff != "" {
		t.Error(diff)
	}
}

// Servers keep names apart, and each name leads back to its server and no other.
func TestServers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &manifest.Manifest{MCPServers: map[manifest.ServerName]manifest.MCPServer{}}
		for _, name := range rapid.SliceOfN(rapid.StringMatching(`[a-c]([._-]?[a-c2])*`), 1, 8).Draw(t, "servers") {
			m.MCPServers[manifest.ServerName(name)] = manifest.MCPServer{}
		}
		seen := map[string]bool{}
		for name, theirs := range servers(m) {
			if seen[theirs] || mangled(theirs) != theirs {
				t.Fatalf("%s is %s", name, theirs)
			}
			seen[theirs] = true
			if server, tool, ok := ours(m, "mcp__"+theirs+"__x_y"); !ok || server != string(name) || tool != "x_y" {
				t.Fatalf("%s leads to %s", theirs, server)
			}
		}
	})
}

func FuzzCalls(f *testing.F) {
	f.Add("Bash", `{"command":"ls"}`)
	f.Add("Glob", `{"pattern":"~","path":null}`)
	f.Add("mcp__a_b-2__x_y", `{"a":[1,{"b":"\ud800"}]}`)
	f.Add("Task", `{"subagent_type":"pod:scout"}`)
	m := judged()
	f.Fuzz(func(t *testing.T, tool, input string) {
		got, err := calls(runtime.ToolUse{Tool: tool, Input: json.RawMessage(input), Manifest: m})
		if err == nil && len(got) == 0 && !offer(m, tool).Internal {
			t.Error("nothing is judged of a tool that is not internal")
		}
		for _, call := range got {
			if call.Tool == "" || call.Tool == "read" && call.Paths[0] == "" || call.Tool == "bash" && call.Command == "" {
				t.Errorf("%+v", call)
			}
		}
	})
}
