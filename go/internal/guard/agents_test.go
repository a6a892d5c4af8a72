//go:build agents

package guard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// tried is a program with a model that it knows.
type tried struct {
	driver  *runtime.Driver
	profile string
	model   manifest.ModelID // empty for that of the profile
	shell   func(r modelmock.Request, command string) modelmock.Call
	// blind says that requests do not carry the calls that hooks are about: what a broken
	// hook lets run, the gateway does not see.
	blind bool
	// spawn returns the call of the Pod's own agent; nil if subagents are not tested.
	spawn func(turn int) *modelmock.Call
}

func named(tool string) func(modelmock.Request, string) modelmock.Call {
	return func(_ modelmock.Request, command string) modelmock.Call {
		return modelmock.Call{Tool: tool, Input: map[string]any{"command": command, "description": "Try it"}}
	}
}

// The model of Codex decides its tools: plain ones, or JavaScript that calls them.
var programs = map[string]tried{
	"claude-code": {&claudecode.Driver, "coder", "", named("Bash"), false, spawns("Agent", map[string]any{"subagent_type": "pod:tester", "prompt": "Try it.", "description": "x"})},
	"codex":       {&codex.Driver, "coder-openai", "gpt-5.2", modelmock.Request.Shell, false, codexSpawns},
	"codex-code":  {&codex.Driver, "coder-openai", "gpt-6.2-sol", modelmock.Request.Shell, true, nil},
	"opencode":    {&opencode.Driver, "coder", "", named("bash"), false, spawns("task", map[string]any{"subagent_type": "tester", "prompt": "Try it.", "description": "x"})},
}

func TestMain(m *testing.M) { runtimetest.Main(m) }

// Commands that a real program is told to run get the verdict of the guard in every form,
// and what was denied has not run.
func TestDecisionTableInPrograms(t *testing.T) {
	program := runtimetest.Insomnia(t)
	for name, p := range programs {
		for _, action := range []manifest.Action{"deny", "ask", "allow"} {
			t.Run(name+"/"+string(action), func(t *testing.T) {
				t.Parallel()
				decisionTable(t, program, p, action, "")
			})
		}
	}
}

// Calls of a subagent get the verdict of its own rules and the Pod's.
func TestDecisionTableOfSubagents(t *testing.T) {
	program := runtimetest.Insomnia(t)
	for name, p := range programs {
		if p.spawn != nil {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				decisionTable(t, program, p, "allow", "tester")
			})
		}
	}
}

// spawns returns the calls with which the Pod's own agent uses a subagent; turn counts
// from 0.
func spawns(tool string, input map[string]any) func(turn int) *modelmock.Call {
	return func(turn int) *modelmock.Call {
		if turn > 0 {
			return nil
		}
		return &modelmock.Call{Tool: tool, Input: input}
	}
}

// codexSpawns waits for its subagent by commands that need no rule: the program ends with
// the work of the Pod's own agent.
func codexSpawns(turn int) *modelmock.Call {
	if turn == 0 {
		return &modelmock.Call{Tool: "multi_agent_v1/spawn_agent", Input: map[string]any{"agent_type": "tester", "message": "Try it."}}
	}
	time.Sleep(time.Second)
	return &modelmock.Call{Tool: "exec_command", Input: map[string]any{"cmd": "true"}}
}

func decisionTable(t *testing.T, insomnia string, p tried, action manifest.Action, subagent string) {
	next, own := 0, 0
	var turns sync.Mutex
	room := runtimetest.New(t, p.driver, func(_ int, r modelmock.Request) modelmock.Turn {
		turns.Lock()
		defer turns.Unlock()
		if isOwn := p.driver.Request(r.Header).Subagent == ""; subagent != "" && isOwn && len(r.Tools) > 0 && next < len(forms) {
			own++
			if c := p.spawn(own - 1); c != nil {
				return modelmock.Turn{Calls: []modelmock.Call{*c}}
			}
			return modelmock.Turn{Text: "All done here."}
		}
		if len(r.Tools) == 0 || next >= len(forms) {
			return modelmock.Turn{Text: "All done here."}
		}
		next++
		return modelmock.Turn{Calls: []modelmock.Call{p.shell(r, strings.ReplaceAll(forms[next-1], "ZAP", "zap"))}}
	})
	room.Insomnia = insomnia
	m := runtimetest.Builtin(t, p.profile)
	if p.model != "" {
		m.Model.ID, m.Model.Ref = p.model, manifest.ModelRef("openai/"+p.model)
	}
	m.Permissions = ruled(action).Permissions
	if subagent != "" {
		m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Action: "allow", Tool: "agent", Pattern: "*"})
		m.Tools = manifest.Tools{Default: "allow", MaxOutputBytes: m.Tools.MaxOutputBytes, TimeoutSeconds: m.Tools.TimeoutSeconds}
		m.Limits.MaxSubagents, m.Limits.MaxDepth = 1, 1
		m.Subagents = map[manifest.SkillName]manifest.Subagent{manifest.SkillName(subagent): {
			Description: "Tries things.", Prompts: manifest.SubagentPrompts{System: "You try things."},
			Tools: manifest.SubagentTools{Default: "allow"}, Permissions: ruled("deny").Permissions,
		}}
	}
	rules, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	site, err := toolcall.Open(room.Workspace, room.Home)
	if err != nil {
		t.Fatal(err)
	}
	// Every call of zap writes a line into a file.
	ran := filepath.Join(room.Workspace, "ran")
	bin := filepath.Join(room.Home, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{bin, room.Workspace} {
		if err := os.WriteFile(filepath.Join(at, "zap"), []byte("#!/bin/sh\necho ran >> '"+ran+"'\nexit 1\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(room.Workspace, "in"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	room.Env = append(room.Env, "PATH="+bin+":"+filepath.Dir(room.Program)+":/usr/local/bin:/usr/bin:/bin")

	var mu sync.Mutex
	var judged []guard.Event
	server, err := guard.New(guard.Config{Driver: p.driver, Manifest: m, Guard: rules, Site: site, Headless: true, Token: runtimetest.Token, On: func(e guard.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Kind == guard.Judge && (subagent == "" || e.Subagent != "") {
			judged = append(judged, e)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	room.Guard.Stop()
	l, err := guard.Listen(room.Guard.Socket)
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	defer server.Close()

	result := room.Run(room.Launch(m))
	mu.Lock()
	defer mu.Unlock()
	if len(judged) != len(forms) {
		t.Errorf("%d calls were judged, must be %d: exit %d\n%.2000s\n%.2000s", len(judged), len(forms), result.Exit, result.Stdout, result.Stderr)
	}
	allowed := 0
	for i, e := range judged {
		if i >= len(forms) {
			break
		}
		command := strings.ReplaceAll(forms[i], "ZAP", "zap")
		_, want := site.Decide(rules, permission.Call{Tool: "bash", Command: command, Directory: room.Workspace, Subagent: subagent})
		if want.Action == "ask" {
			want.Action = "deny"
		}
		if want.Action == "allow" {
			allowed++
		}
		if len(e.Calls) != 1 || e.Calls[0].Command != command || e.Action != want.Action {
			t.Errorf("%q: %s (%s), must be %s (%s)", command, e.Action, e.Reason, want.Action, want.Reason)
		}
		if !server.Judged(e.Call) {
			t.Errorf("%q: the call %q is not known", command, e.Call)
		}
	}
	text, err := os.ReadFile(ran)
	lines := strings.Count(string(text), "ran")
	t.Logf("%d of %d forms are allowed, zap ran %d times", allowed, len(forms), lines)
	if subagent != "" {
		action = "deny"
	}
	if action == "allow" && lines == 0 || action != "allow" && err == nil {
		t.Errorf("zap ran %d times", lines)
	}
	denied := "denied by rule 1 of the Pod, `bash zap*`"
	if subagent != "" {
		denied = "denied by rule 1 of the subagent `tester`, `bash zap*`"
	}
	told := ""
	for _, r := range result.Log {
		told += fmt.Sprint(r.Results)
	}
	if action == "deny" && !strings.Contains(told, denied) {
		t.Errorf("the model was told %.3000s", told)
	}
}
