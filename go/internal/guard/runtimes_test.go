package guard_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// forms are ways to run ZAP. Those of the first list run it whole; the second hides it.
var forms = []string{
	"ZAP", "ZAP x", "true && ZAP", "true; ZAP", "true & ZAP", "ZAP &", "true | ZAP", "(ZAP)", "{ ZAP; }", "! ZAP",
	"echo $(ZAP)", "echo \"$(ZAP)\"", "echo `ZAP`", "cat <(ZAP)", "if true; then ZAP; fi", "for i in a; do ZAP; done", "while ZAP; do :; done", "case a in a) ZAP;; esac", "f() { ZAP; }; f", "ZAP > out",
	"ZAP < in", "ZAP <<< x", "cat <<E\n$(ZAP)\nE", "true\nZAP", "echo a | xargs ZAP", "find . -exec ZAP \\;", "timeout 5 ZAP", "nohup ZAP", "env ZAP", "X=1 ZAP",
	"command ZAP", "exec ZAP", "\"ZAP\"", "'ZAP'", "\\ZAP", "/usr/bin/ZAP", "./ZAP", "bash -c \"ZAP\"", "eval \"ZAP\"", "$(echo ZAP)",
	"sudo ZAP", "time ZAP", "trap ZAP EXIT", "X=ZAP; $X", "Z''AP", "bash -lc 'bash -c ZAP'",
}

// shell is a call of the shell as the hook of each program reports it.
var shell = map[string]func(command string) (tool string, input any){
	"claude-code": func(command string) (string, any) {
		return "Bash", map[string]any{"command": command, "description": "Do it", "timeout": 1000}
	},
	"codex": func(command string) (string, any) { return "Bash", map[string]any{"command": command} },
	"opencode": func(command string) (string, any) {
		return "bash", map[string]any{"command": command, "description": "Do it"}
	},
}

func ruled(action manifest.Action) *manifest.Manifest {
	m := &manifest.Manifest{Permissions: manifest.Permissions{Mode: "ask", Default: "ask", Rules: []manifest.Rule{
		{Action: action, Tool: "bash", Pattern: "zap*"}, {Action: "allow", Tool: "bash", Pattern: "true*"}, {Action: "allow", Tool: "bash", Pattern: "echo*"},
	}}}
	if action == "ask" {
		m.Permissions.Default = "allow"
	}
	m.Tools.Default = "allow"
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"tester": {
		Tools: manifest.SubagentTools{Default: "allow"}, Permissions: manifest.Permissions{Mode: "bypass", Default: "allow"},
	}}
	return m
}

// A rule means the same in every program, however the command is written and whichever
// agent runs it. If a program cannot ask, ask is deny. If it asks the user by its own
// rules, as Codex does about plain commands, ask is allow.
func TestRulesMeanTheSameInEveryProgram(t *testing.T) {
	if len(forms) < 40 {
		t.Fatalf("%d forms", len(forms))
	}
	seen := map[manifest.Action]int{}
	for _, action := range []manifest.Action{"deny", "ask", "allow"} {
		m := ruled(action)
		rules, err := permission.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drivers.All() {
			s := start(t, func(c *guard.Config) { c.Driver, c.Manifest, c.Guard = d, m, rules })
			c := s.dial(t)
			if d.Handshake == runtime.PerConnection {
				c.ask(guard.Ask{Kind: guard.Hello})
			}
			for i, form := range forms {
				for _, subagent := range []string{"", "tester"} {
					command := strings.ReplaceAll(form, "ZAP", "zap")
					_, want := s.config.Site.Decide(rules, permission.Call{Tool: "bash", Command: command, Subagent: subagent})
					seen[want.Action]++
					if want.Action == "ask" && !d.Dialog {
						want.Action = "deny"
						if subagent == "" && d.Name == "codex" && (command == "zap" || command == "zap x") {
							want.Action = "allow"
						}
					}
					tool, in := shell[d.Name](command)
					text, err := json.Marshal(in)
					if err != nil {
						t.Fatal(err)
					}
					q := guard.Ask{ID: strconv.Itoa(i), Kind: guard.Judge, Tool: tool, Input: text, Directory: s.config.Site.Workspace, Subagent: subagent}
					if subagent != "" {
						q.Agent = "a1"
					}
					if subagent != "" && d.Name == "claude-code" {
						q.Subagent = "pod:" + subagent // those of a plugin
					}
					if got := c.ask(q); got.Action != want.Action || got.ID != q.ID || got.Reason == "" {
						t.Errorf("%s, %s zap, %q of %q: %+v, must be %s (%s)", d.Name, action, command, subagent, got, want.Action, want.Reason)
					}
				}
			}
		}
	}
	for _, action := range []manifest.Action{"deny", "ask", "allow"} {
		if seen[action] < 20 {
			t.Errorf("only %d calls are decided as %s", seen[action], action)
		}
	}
}

// The mode and the default mean in every program what they mean to the guard.
func TestModesMeanTheSameInEveryProgram(t *testing.T) {
	for _, mode := range []manifest.PermissionMode{"plan", "ask", "acceptEdits", "auto", "bypass"} {
		for _, byDefault := range []manifest.Action{"allow", "ask", "deny"} {
			m := ruled("deny")
			m.Permissions.Mode, m.Permissions.Default, m.Permissions.Rules = mode, byDefault, nil
			rules, err := permission.Parse(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range drivers.All() {
				s := start(t, func(c *guard.Config) { c.Driver, c.Manifest, c.Guard = d, m, rules })
				c := s.dial(t)
				c.ask(guard.Ask{Kind: guard.Hello, Session: "s"})
				for _, one := range []struct {
					call  permission.Call
					tools map[string]guard.Ask
				}{
					{permission.Call{Tool: "bash", Command: "make"}, map[string]guard.Ask{
						"claude-code": {Tool: "Bash", Input: []byte(`{"command":"make"}`)}, "codex": {Tool: "Bash", Input: []byte(`{"command":"make"}`)}, "opencode": {Tool: "bash", Input: []byte(`{"command":"make"}`)},
					}},
					{permission.Call{Tool: "edit", Paths: []string{"a.go"}}, map[string]guard.Ask{
						"claude-code": {Tool: "Edit", Input: []byte(`{"file_path":"a.go","old_string":"a","new_string":"b"}`)},
						"codex":       {Tool: "apply_patch", Input: []byte(`{"command":"*** Begin Patch\n*** Update File: a.go\n@@\n-a\n+b\n*** End Patch"}`)},
						"opencode":    {Tool: "edit", Input: []byte(`{"filePath":"a.go","oldString":"a","newString":"b"}`)},
					}},
				} {
					_, want := s.config.Site.Decide(rules, one.call)
					if want.Action == "ask" && !d.Dialog {
						want.Action = "deny"
					}
					q := one.tools[d.Name]
					q.Kind, q.Directory = guard.Judge, s.config.Site.Workspace
					if got := c.ask(q); got.Action != want.Action {
						t.Errorf("%s, mode %s, default %s, %s: %+v, must be %s (%s)", d.Name, mode, byDefault, one.call.Tool, got, want.Action, want.Reason)
					}
				}
			}
		}
	}
}
