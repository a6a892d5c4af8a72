//go:build agents

package guard_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
}

func named(tool string) func(modelmock.Request, string) modelmock.Call {
	return func(_ modelmock.Request, command string) modelmock.Call {
		return modelmock.Call{Tool: tool, Input: map[string]any{"command": command, "description": "Try it"}}
	}
}

// The model of Codex decides its tools: plain ones, or JavaScript that calls them.
var programs = map[string]tried{
	"claude-code": {&claudecode.Driver, "coder", "", named("Bash"), false},
	"codex":       {&codex.Driver, "coder-openai", "gpt-5.2", modelmock.Request.Shell, false},
	"codex-code":  {&codex.Driver, "coder-openai", "gpt-6.2-sol", modelmock.Request.Shell, true},
	"opencode":    {&opencode.Driver, "coder", "", named("bash"), false},
}

func insomnia(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "insomnia")
	if out, err := exec.Command("go", "build", "-o", path, "../../cmd/insomnia").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// Commands that a real program is told to run get the verdict of the guard in every form,
// and what was denied has not run.
func TestDecisionTableInPrograms(t *testing.T) {
	program := insomnia(t)
	for name, p := range programs {
		for _, action := range []manifest.Action{"deny", "ask", "allow"} {
			t.Run(name+"/"+string(action), func(t *testing.T) { decisionTable(t, program, p, action) })
		}
	}
}

func decisionTable(t *testing.T, insomnia string, p tried, action manifest.Action) {
	next := 0
	room := runtimetest.New(t, p.driver, func(_ int, r modelmock.Request) modelmock.Turn {
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
		if e.Kind == guard.Judge {
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
		_, want := site.Decide(rules, permission.Call{Tool: "bash", Command: command, Directory: room.Workspace})
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
	if action == "allow" && lines == 0 || action != "allow" && err == nil {
		t.Errorf("zap ran %d times", lines)
	}
	if said := fmt.Sprint(result.Log[len(result.Log)-1].Results); action == "deny" && !strings.Contains(said, "denied by rule 1 of the Pod, `bash zap*`") {
		t.Errorf("the model was told %.3000s", said)
	}
}
