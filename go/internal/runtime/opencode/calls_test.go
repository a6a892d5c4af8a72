package opencode_test

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

func judged(tool, input string) string {
	calls, err := opencode.Driver.Calls(runtime.ToolUse{Tool: tool, Input: json.RawMessage(input), Directory: "/w", Subagent: "s"})
	if err != nil {
		return "error: " + err.Error()
	}
	var out []string
	for _, c := range calls {
		if c.Subagent != "s" {
			return "without the subagent"
		}
		one := c.Tool
		for _, part := range []string{c.Command, strings.Join(c.Paths, ","), c.URL, c.Argument} {
			if part != "" {
				one += " " + part
			}
		}
		if c.Directory != "" {
			one += " in " + c.Directory
		}
		out = append(out, one)
	}
	return strings.Join(out, "; ")
}

func TestCalls(t *testing.T) {
	patch := func(lines ...string) string {
		text, _ := json.Marshal(map[string]string{"patchText": strings.Join(lines, "\n")})
		return string(text)
	}
	for _, c := range []struct{ tool, input, want string }{
		{"bash", `{"command":"ls"}`, "bash ls in /w"},
		{"bash", `{"command":"ls","workdir":"a/../.."}`, "bash ls in /w/a/../.."},
		{"bash", `{"command":"ls","workdir":"/etc"}`, "bash ls in /etc"},
		{"bash", `{"command":"ls","workdir":"~"}`, "bash ls in /w/~"}, // the program does not know ~
		{"bash", `{}`, "error: the input has no command"},
		{"bash", `{"command":["ls"]}`, "error: the input of bash cannot be read"},
		{"bash", `{"command":"ls","command":"rm"}`, "error: the input of bash cannot be read"},
		{"bash", `{"command":"ls","Command":"rm"}`, "bash ls in /w"}, // as the program reads it
		{"bash", `{"Command":"rm"}`, "error: the input has no command"},
		{"bash", `["ls"]`, "error: the input of bash cannot be read"},
		{"bash", ``, "error: the input of bash cannot be read"},
		{"bash", `{"command":"ls"} {`, "error: the input of bash cannot be read"},
		{"read", `{"filePath":"a"}`, "read /w/a"},
		{"read", `{"filePath":"~/a"}`, "read /w/~/a"},
		{"read", `{"filePath":"/etc/passwd","offset":1}`, "read /etc/passwd"},
		{"edit", `{"filePath":"a","oldString":"x","newString":"y"}`, "edit /w/a"},
		{"edit", `{"filePath":"a","oldString":"","newString":"y"}`, "edit /w/a; write /w/a"},
		{"write", `{"filePath":"a","content":""}`, "write /w/a"},
		{"glob", `{"pattern":"**/*.go"}`, "glob /w"},
		{"glob", `{"pattern":"*","path":"/etc"}`, "glob /etc"},
		{"glob", `{"pattern":"../*"}`, "error: the pattern of glob is outside of its directory: name the directory as path"},
		{"glob", `{"pattern":"/etc/*"}`, "error: the pattern of glob is outside of its directory: name the directory as path"},
		{"grep", `{"pattern":"x","path":"a"}`, "grep /w/a"},
		{"grep", `{"pattern":"x","include":"*.go"}`, "grep /w"},
		{"webfetch", `{"url":"https://a.example"}`, "webfetch https://a.example"},
		{"websearch", `{"query":"q"}`, "websearch q"},
		{"task", `{"subagent_type":"look","prompt":"p"}`, "agent look"},
		{"skill", `{"name":"notes"}`, "skill notes"},
		{"todowrite", `{"todos":[]}`, ""},
		{"question", `{}`, ""},
		{"invalid", `{"tool":"x"}`, ""},
		{"mcp__a_-b__look", `{"x":1}`, "mcp__a.b__look"},
		{"mcp__a_b__look__x", `{}`, "mcp__a_b__look__x"},
		{"mcp__a__", `{}`, `error: the tool "mcp__a__" is not known`},
		{"Bash", `{"command":"ls"}`, `error: the tool "Bash" is not known`},
		{"read_mcp_resource", `{}`, `error: the tool "read_mcp_resource" is not known`},
		{"execute", `{}`, `error: the tool "execute" is not known`},
		{"apply_patch", patch("*** Begin Patch", "*** Add File: a", "+*** Delete File: no", "*** Update File:  b/c ", "*** Move to: d", "@@", "-x", "+y", "*** Delete File: /e", "*** End Patch"),
			"write /w/a; edit /w/b/c; write /w/d; edit /e"},
		{"apply_patch", patch("*** Begin Patch", "*** End Patch"), "error: the patch names no file"},
		{"apply_patch", patch("*** Begin Patch", "*** Delete File: a\r", "*** End Patch"), "edit /w/a"},
		{"apply_patch", patch("*** Begin Patch", "*** Delete File: a\rb", "*** End Patch"), "error: the patch has a file whose name is empty or has hidden characters"},
		{"apply_patch", patch("*** Begin Patch", "*** Delete File: a\ufeff", "*** End Patch"), "error: the patch has a file whose name is empty or has hidden characters"},
		{"apply_patch", patch("*** Add File:"), "error: the patch has a file whose name is empty or has hidden characters"},
		{"apply_patch", patch(strings.Repeat("*** Add File: a\n", 300)), "error: the patch changes more than 256 files"},
	} {
		if got := judged(c.tool, c.input); got != c.want {
			t.Errorf("%s %s: %s, must be %s", c.tool, c.input, got, c.want)
		}
	}
	if _, err := opencode.Driver.Calls(runtime.ToolUse{Tool: "bash", Input: json.RawMessage(`{"command":"ls"}`)}); err == nil {
		t.Error("a call without a directory: no error")
	}
}

// Two names of servers that the program writes alike are told apart, in both directions.
func TestNamesOfServers(t *testing.T) {
	m := full(t)
	server := m.MCPServers["a.b"]
	for _, name := range []string{"a.b", "a_b", "a-b", "a--b", "A.b_c"} {
		key := "mcp__" + strings.ReplaceAll(name, ".", "_-") + "__look_x"
		if got := opencode.Driver.Offer(m, key); got != (runtime.Offer{Tool: "mcp__" + name + "__look_x"}) {
			t.Errorf("%s: %+v", key, got)
		}
	}
	m.MCPServers["a_b"] = server
	for _, f := range plan(t, launch(m)).Files {
		if path.Base(f.Path) == "opencode.json" && (!strings.Contains(string(f.Content), `"mcp__a_-b_":`) || !strings.Contains(string(f.Content), `"mcp__a_b_":`)) {
			t.Error("two servers have one name")
		}
	}
	for tool, want := range map[string]runtime.Offer{"bash": {Tool: "bash"}, "apply_patch": {Tool: "edit"}, "task": {Tool: "agent"}, "todowrite": {Internal: true},
		"question": {Internal: true}, "list_mcp_resources": {Internal: true}, "execute": {}, "": {}, "web_search": {}} {
		if got := opencode.Driver.Offer(m, tool); got != want {
			t.Errorf("%s: %+v", tool, got)
		}
	}
}

func TestDeclined(t *testing.T) {
	for _, c := range []struct {
		tool, text string
		want       bool
	}{
		{"invalid", "x", true}, {"rm", "Model tried to call unavailable tool 'rm'. Available tools: bash.", true},
		{"bash", "The arguments provided to the tool are invalid: x", true}, {"bash", "Tool execution aborted", true}, {"bash", "[Tool execution was interrupted]", true},
		{"bash", "ran", false}, {"bash", "echo Tool execution aborted", false}, {"bash", "", false},
	} {
		if got := opencode.Driver.Declined(c.tool, c.text); got != c.want {
			t.Errorf("%s %q: %v", c.tool, c.text, got)
		}
	}
}

// A call is refused, is the program's own, or has what the guard judges.
func FuzzCalls(f *testing.F) {
	for _, tool := range []string{"bash", "read", "edit", "write", "glob", "grep", "apply_patch", "task", "skill", "webfetch", "todowrite", "mcp__a_-b__x"} {
		for _, input := range []string{`{"command":"ls","workdir":"a"}`, `{"filePath":"a","oldString":""}`, `{"patchText":"*** Add File: a\n+x"}`, `{"pattern":"*","path":".."}`, `{`, `{"a":[{"a":1}]}`} {
			f.Add(tool, input)
		}
	}
	f.Fuzz(func(t *testing.T, tool, input string) {
		calls, err := opencode.Driver.Calls(runtime.ToolUse{Tool: tool, Input: json.RawMessage(input), Directory: "/w", Subagent: "s"})
		if err != nil {
			return
		}
		if len(calls) == 0 && !opencode.Driver.Offer(nil, tool).Internal {
			t.Fatalf("%s has no calls", tool)
		}
		for _, c := range calls {
			if c.Tool == "" || c.Subagent != "s" || grammar.KindOf(c.Tool) == grammar.KindPath && len(c.Paths) == 0 {
				t.Fatalf("%s %s: %+v", tool, input, c)
			}
			for _, p := range c.Paths {
				if !path.IsAbs(p) {
					t.Fatal(fmt.Sprintf("%s %s: the path %q is not absolute", tool, input, p))
				}
			}
		}
	})
}
