package codex

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// pod is a manifest with something of each kind that has a name in Codex.
func pod() *manifest.Manifest {
	return &manifest.Manifest{
		Tools:      manifest.Tools{Default: "deny", Allow: []manifest.ToolName{"bash", "edit", "agent", "mcp__tick.et__*"}},
		MCPServers: map[manifest.ServerName]manifest.MCPServer{"tick.et": {EnabledTools: []manifest.ToolName{"list-all"}}, "tick": {}},
		Subagents:  map[manifest.SkillName]manifest.Subagent{"helper": {}},
		Limits:     manifest.Limits{MaxSubagents: 1, MaxDepth: 1},
	}
}

func TestCalls(t *testing.T) {
	patch := func(lines ...string) string {
		text, _ := json.Marshal(map[string]string{"command": "*** Begin Patch\n" + strings.Join(lines, "\n") + "\n*** End Patch\n"})
		return string(text)
	}
	for _, c := range []struct {
		tool, input string
		want        []permission.Call // nil for an error
	}{
		{"Bash", `{"command":"ls -l"}`, []permission.Call{{Tool: "bash", Command: "ls -l", Directory: "/w"}}},
		{"Bash", `{"command":"ls","workdir":"src/.."}`, []permission.Call{{Tool: "bash", Command: "ls", Directory: "/w/src/.."}}},
		{"exec_command", `{"cmd":"ls","workdir":"/tmp","yield_time_ms":10}`, []permission.Call{{Tool: "bash", Command: "ls", Directory: "/tmp"}}},
		{"shell", `{"command":["bash","-lc","git push --force"]}`, []permission.Call{{Tool: "bash", Command: "git push --force", Directory: "/w"}}},
		{"shell", `{"command":["git","push","a b'c"]}`, []permission.Call{{Tool: "bash", Command: `'git' 'push' 'a b'\''c'`, Directory: "/w"}}},
		{"shell", `{"command":["./bash","-c","ls"]}`, []permission.Call{{Tool: "bash", Command: `'./bash' '-c' 'ls'`, Directory: "/w"}}},
		{"Bash", `{"command":"ls","shell":"/tmp/evil"}`, nil},
		{"Bash", `{"command":"ls","cmd":"rm -rf /"}`, nil},
		{"Bash", `{"command":"ls","sandbox_permissions":"require_escalated"}`, nil},
		{"Bash", `{"command":""}`, nil},
		{"Bash", `{"command":[]}`, nil},
		{"Bash", `{"command":{"a":"b"}}`, nil},
		{"Bash", `{}`, nil},
		{"Bash", `{"command":"ls"} {"command":"rm"}`, nil},
		{"Bash", `not JSON`, nil},
		{"view_image", `{"path":"a.png"}`, []permission.Call{{Tool: "read", Paths: []string{"a.png"}, Directory: "/w"}}},
		{"view_image", `{"path":""}`, nil},
		{"write_stdin", `{"session_id":1,"chars":"rm -rf /\n"}`, nil},
		{"collaborationspawn_agent", `{"agent_type":"helper","message":"x","task_name":"y"}`, []permission.Call{{Tool: "agent", Argument: "helper"}}},
		{"spawn_agent", `{"agent_type":"helper","message":"x"}`, []permission.Call{{Tool: "agent", Argument: "helper"}}},
		{"collaborationspawn_agent", `{"message":"x"}`, nil},
		{"collaborationspawn_agent", `{"agent_type":"worker","message":"x"}`, nil},
		{"collaborationspawn_agent", `{"agent_type":"helper","model":"gpt-6-astra"}`, nil},
		{"collaborationlist_agents", `{}`, []permission.Call{}},
		{"clockcurr_time", `{}`, []permission.Call{}},
		{"update_plan", `{"plan":[]}`, []permission.Call{}},
		{"mcp__tick_et__list_all", `{}`, []permission.Call{{Tool: "mcp__tick.et__list-all"}}},
		{"mcp__tick__other", `{}`, []permission.Call{{Tool: "mcp__tick__other"}}},
		{"mcp__evil__other", `{}`, nil},
		{"read_mcp_resource", `{"server":"tick","uri":"x"}`, nil},
		{"unheard_of", `{}`, nil},
		{"apply_patch", patch("*** Add File: new.txt", "+*** Delete File: no", "+"), []permission.Call{{Tool: "write", Paths: []string{"new.txt"}, Directory: "/w"}}},
		{"apply_patch", patch("*** Update File: a b.txt", "*** Move to: ../c", "@@ func", "-x", "+y", "", " z", "*** End of File", "*** Delete File: /d"), []permission.Call{
			{Tool: "edit", Paths: []string{"a b.txt"}, Directory: "/w"}, {Tool: "write", Paths: []string{"../c"}, Directory: "/w"},
			{Tool: "edit", Paths: []string{"/d"}, Directory: "/w"}}},
		{"apply_patch", patch("*** Update File: a", " *** Delete File: secret"), nil},
		{"apply_patch", patch("*** Update File: a", "\t*** Delete File: secret"), nil},
		{"apply_patch", patch("*** Update File: a", " x", "  *** End Patch", " *** Begin Patch"), nil},
		{"apply_patch", patch("*** Add File: a", "+x", "  *** Add File: b", "+y"), nil},
		{"apply_patch", patch("  *** Add File: a", "+x"), nil},
		{"apply_patch", patch("*** Add File:  a", "+x"), nil},
		{"apply_patch", patch("*** Add File: a\r", "+x"), nil},
		{"apply_patch", patch("*** Environment ID: x", "*** Add File: a", "+x"), nil},
		{"apply_patch", patch("*** Move to: a"), nil},
		{"apply_patch", patch(""), nil},
		{"apply_patch", `{"command":"*** Begin Patch\n*** End Patch"}`, nil},
		{"apply_patch", `{"command":"<<'EOF'\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nEOF"}`, nil},
		{"apply_patch", `{"command":"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch","workdir":"/"}`, nil},
	} {
		got, err := calls(runtime.ToolUse{Tool: c.tool, Input: json.RawMessage(c.input), Directory: "/w", Manifest: pod()})
		if (err != nil) != (c.want == nil) {
			t.Errorf("%s %s: %v, %v", c.tool, c.input, got, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b func(string) string) bool { return a == nil && b == nil })); c.want != nil && len(c.want)+len(got) > 0 && diff != "" {
			t.Errorf("%s %s: %s", c.tool, c.input, diff)
		}
	}
}

func TestOffer(t *testing.T) {
	reviewer := pod()
	reviewer.Tools.Allow = []manifest.ToolName{"write"}
	for _, c := range []struct {
		m    *manifest.Manifest
		name string
		want runtime.Offer
	}{
		{pod(), "exec", runtime.Offer{Nested: true}},
		{pod(), "functions/exec", runtime.Offer{Nested: true}},
		{pod(), "exec_command", runtime.Offer{Tool: "bash"}},
		{pod(), "write_stdin", runtime.Offer{Tool: "bash", Nested: true}},
		{pod(), "apply_patch", runtime.Offer{Tool: "edit"}},
		{reviewer, "apply_patch", runtime.Offer{Tool: "write"}},
		{&manifest.Manifest{}, "apply_patch", runtime.Offer{Internal: true}},
		{pod(), "view_image", runtime.Offer{Tool: "read"}},
		{pod(), "web_search", runtime.Offer{Tool: "websearch"}},
		{pod(), "clock/sleep", runtime.Offer{Internal: true}},
		{pod(), "clocksleep", runtime.Offer{Internal: true}},
		{pod(), "collaboration/spawn_agent", runtime.Offer{Tool: "agent"}},
		{pod(), "collaboration/list_agents", runtime.Offer{Tool: "agent"}},
		{pod(), "collaborationlist_agents", runtime.Offer{Internal: true}},
		{pod(), "multi_agent_v1/close_agent", runtime.Offer{Tool: "agent"}},
		{pod(), "mcp__tick_et/list_all", runtime.Offer{Tool: "mcp__tick.et__list-all"}},
		{pod(), "mcp__tick/x", runtime.Offer{Tool: "mcp__tick__x"}},
		{pod(), "mcp__evil/x", runtime.Offer{}},
		{pod(), "image_generation", runtime.Offer{}},
		{pod(), "computer_use", runtime.Offer{}},
	} {
		if got := offer(c.m, c.name); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestRequest(t *testing.T) {
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	for _, c := range []struct {
		header http.Header
		want   runtime.Request
	}{
		{header(), runtime.Request{}},
		{header("session-id", "s", "thread-id", "s", "x-codex-turn-metadata", `{"thread_source":"user"}`), runtime.Request{Session: "s"}},
		{header("session-id", "s", "thread-id", "t", "x-codex-turn-metadata", `{"thread_source":"subagent"}`), runtime.Request{Session: "s", Subagent: "t", Agent: "t"}},
		{header("session-id", "s", "thread-id", "t", "x-openai-subagent", "collab_spawn"), runtime.Request{Session: "s", Subagent: "t", Agent: "t"}},
		{header("session-id", "s", "thread-id", "s", "x-codex-turn-metadata", `{"thread_source":"thread_title"}`), runtime.Request{Session: "s", Side: "title"}},
		{header("session-id", "s", "x-codex-turn-metadata", `not JSON`), runtime.Request{Session: "s"}},
	} {
		if got := request(c.header); got != c.want {
			t.Errorf("%v: %+v", c.header, got)
		}
	}
}

func TestDeclined(t *testing.T) {
	for _, c := range []struct {
		tool, text string
		want       bool
	}{
		{"exec_command", "failed to parse function arguments: missing field `cmd`", true},
		{"nothing", "unsupported call: nothing", true},
		{"exec_command", "Chunk ID: 1\nOutput:\nfailed to parse function arguments", false},
		{"mcp__tick/x", "unsupported call: x", false},
	} {
		if got := declined(c.tool, c.text); got != c.want {
			t.Errorf("%s %q: %v", c.tool, c.text, got)
		}
	}
}

func TestUnserved(t *testing.T) {
	ref, value := manifest.EnvValue{Type: manifest.SecretRefType, Name: "a"}, "x"
	m := pod()
	m.Tools.Allow = []manifest.ToolName{"read", "agent"}
	m.Model.Provider = "openai"
	m.Subagents["helper"] = manifest.Subagent{Model: &manifest.Model{Provider: "google"}}
	m.MCPServers = map[manifest.ServerName]manifest.MCPServer{
		"a.b": {Type: "sse", Env: map[manifest.EnvName]manifest.EnvValue{"KEY": ref, "PLAIN": {Value: &value}}},
		"a_b": {Headers: map[manifest.HeaderName]manifest.EnvValue{"X/Y": ref}},
	}
	var got []string
	for _, u := range unserved(m) {
		got = append(got, u.Pointer)
	}
	want := []string{"/mcpServers/a.b/env/KEY", "/mcpServers/a.b/type", "/mcpServers/a_b", "/mcpServers/a_b/headers/X~1Y", "/subagents/helper/model", "/tools"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if plain := unserved(pod()); len(plain) > 0 {
		t.Errorf("%+v", plain)
	}
}

// The hash was read back from Codex 0.171.0 for hooks with these definitions.
func TestHash(t *testing.T) {
	for want, h := range map[string]hook{
		"sha256:b59c064806369698a03e162107d8b428c00e6205510af16d30e12ef9e41533b8": {event: "PreToolUse", matcher: "^(Bash|mcp__a_b__.*)$", command: "'/srv/a b/hook' <>& \u2028 é \t || exit 2", timeout: 600},
		"sha256:bb3a835600423d186cccbe0b4089ac9caaed5b0b81027bdf8180af2046196e56": {event: "SubagentStop", command: "/srv/hook || exit 2", timeout: 5},
		"sha256:d958d5c7eb1bb72d303c8a0234d25025bc2918009e7eca5968207fc7aedf8fb5": {event: "PostToolUse", command: "/srv/hook", timeout: 60, async: true},
		"sha256:73b0a645fb6ac4008c83ec41593ea9e0a12dfdec5103515dd2c44139085e0786": {event: "Stop", command: "/srv/hook", timeout: 60},
	} {
		if got, err := h.hash(); err != nil || got != want {
			t.Errorf("%+v: %s, %v", h, got, err)
		}
	}
}

func TestPrompted(t *testing.T) {
	m := &manifest.Manifest{}
	for _, pattern := range []string{"git push*", "gh *", "ssh *", "git branch* -D*", "A=1 x*", "echo 'a'*", "*", "-x *", "git push *"} {
		m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: "bash", Pattern: manifest.Pattern(pattern), Action: "ask"})
	}
	if diff := cmp.Diff([][]string{{"git", "push"}, {"gh"}, {"ssh"}}, prompted(m)); diff != "" {
		t.Error(diff)
	}
}

func TestDeniedGlob(t *testing.T) {
	for glob, want := range map[string]string{
		".env": ".en[v]", "**/.env": "**/.env", "secrets/**": "secrets/**", "~/.ssh/**": "", "/etc/shadow": "", "**": "", "*.{a,b}": "", "x^": "",
	} {
		if got, ok := deniedGlob(glob); got != want && ok || ok != (want != "") {
			t.Errorf("%s: %s, %v", glob, got, ok)
		}
	}
}

// Only a plain command is surely asked about: Codex sees little through a shell.
func TestAsks(t *testing.T) {
	m := &manifest.Manifest{Permissions: manifest.Permissions{Rules: []manifest.Rule{
		{Tool: "bash", Pattern: "git push*", Action: "ask"}, {Tool: "bash", Pattern: "npm test", Action: "allow"}, {Tool: "edit", Pattern: "x", Action: "ask"},
	}}}
	for command, want := range map[string]bool{
		"git push": true, "git push origin HEAD:main": true, "git pushx": false, "git": false, "npm test": false,
		"git  push": false, " git push": false, "git push\n": false, "git push; ls": false, "git push && ls": false, "env git push": false,
		"(git push)": false, "git push $(x)": false, "\\git push": false, "'git' push": false, "git push > x": false, "X=1 git push": false,
		"git push *": false, "git push ~": false, "git push #": false, "git push {a,b}": false, "git -C . push": false, "": false,
	} {
		if got := asks(m, permission.Call{Tool: "bash", Command: command}); got != want {
			t.Errorf("%q: %v", command, got)
		}
	}
	if asks(m, permission.Call{Tool: "edit", Paths: []string{"x"}}) {
		t.Error("edit")
	}
}
