package codex

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func launchOf(m *manifest.Manifest) runtime.Launch {
	return runtime.Launch{
		Manifest: m, Pod: "tried", Workspace: "/srv/app", State: "/state/agent", Files: "/state/files", Insomnia: "/usr/bin/insomnia",
		Guard: "/run/pod/guard.sock", Gateway: "http://127.0.0.1:4100", Token: "the-token", System: "You plan.\n",
		Session: "c8f0a1de-2c55-4c8b-9f3e-0d7c6f2f9a11", Headless: true, Prompt: "Begin.",
	}
}

// full is the manifest of the conformance corpus that has every field, as far as Codex
// serves it.
func full(t testing.TB) *manifest.Manifest {
	t.Helper()
	data, err := os.ReadFile("../../../../checks/conformance/bases/full.json")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := manifest.Decode(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	m.Model.WireAPI = "openai-responses"
	m.Tools.Allow = append(m.Tools.Allow, "bash")
	m.Tools.Deny = nil
	for name := range m.MCPServers {
		if name != "files" {
			delete(m.MCPServers, name)
		}
	}
	for name, value := range m.MCPServers["files"].Env {
		if value.Value == nil {
			delete(m.MCPServers["files"].Env, name)
		}
	}
	for name, agent := range m.Subagents {
		if agent.Model != nil {
			agent.Model.Provider = m.Model.Provider
			m.Subagents[name] = agent
		}
	}
	return m
}

// printed writes a plan for people.
func printed(p *runtime.Plan) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "== arguments\n%q\n== environment\n%s\n== stdin\n%q\n", p.Args, strings.Join(p.Env, "\n"), p.Stdin)
	for _, f := range p.Files {
		if f.Gone {
			fmt.Fprintf(&b, "== %s is removed\n", f.Path)
			continue
		}
		if f.Link != "" {
			fmt.Fprintf(&b, "== %s -> %s\n", f.Path, f.Link)
			continue
		}
		fmt.Fprintf(&b, "== %s %o\n%s", f.Path, f.Mode, f.Content)
		if !bytes.HasSuffix(f.Content, []byte("\n")) {
			b.WriteString("\n")
		}
	}
	return b.Bytes()
}

func TestPlan(t *testing.T) {
	coder := launchOf(runtimetest.Builtin(t, "coder-openai"))
	interactive := coder
	interactive.Headless, interactive.Resume = false, true
	interactive.UI = map[string]string{"theme": "dracula", "editorMode": "vim"}
	login := launchOf(full(t))
	login.Login = "/home/ada/.codex/auth.json"
	for name, l := range map[string]runtime.Launch{"coder": coder, "interactive": interactive, "full": launchOf(full(t)), "login": login} {
		p, err := plan(l)
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "testdata/"+name+".txt", printed(p))
	}
}

// settingsOf reads what a plan writes as the settings of the Pod.
func settingsOf(t *testing.T, l runtime.Launch) map[string]any {
	t.Helper()
	p, err := plan(l)
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	for _, f := range p.Files {
		if strings.Contains(string(f.Content), l.Token) {
			t.Errorf("%s has the token", f.Path)
		}
		if f.Path == l.Files+"/codex/pod.config.toml" {
			if err := toml.Unmarshal(f.Content, &s); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

func TestSettings(t *testing.T) {
	l := launchOf(pod())
	s := settingsOf(t, l)
	if features := s["features"].(map[string]any); features["hooks"] != true || features["unified_exec_tty"] != false {
		t.Errorf("%v", features)
	}
	if servers := s["mcp_servers"].(map[string]any); servers["tick_et"] == nil || servers["tick"] == nil {
		t.Errorf("%v", servers)
	}
	if s["approval_policy"] != "never" {
		t.Errorf("%v", s["approval_policy"])
	}
	state := s["hooks"].(map[string]any)["state"].(map[string]any)
	for _, event := range guardEvents {
		key := "/state/agent/codex/pod.config.toml:" + snake(event) + ":0:0"
		if hash, _ := state[key].(map[string]any); hash == nil || !strings.HasPrefix(hash["trusted_hash"].(string), "sha256:") {
			t.Errorf("the hook at %s has no hash", event)
		}
	}
}

// A repository with settings of Codex is not trusted: they could start programs.
func TestTrust(t *testing.T) {
	for name, c := range map[string]struct {
		make  []string
		level string
	}{
		"nothing":                {nil, "trusted"},
		"a repository":           {[]string{"app/.git"}, "trusted"},
		"settings":               {[]string{"app/.codex/skills"}, "untrusted"},
		"an empty directory":     {[]string{"app/.codex"}, "trusted"},
		"settings above":         {[]string{".codex/x", ".git", "app"}, "untrusted"},
		"settings elsewhere":     {[]string{".codex/x", "app"}, "trusted"},
		"settings in the middle": {[]string{".git", "between/.codex/x", "app"}, "trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range c.make {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			l := launchOf(pod())
			l.Workspace, l.Headless = filepath.Join(root, "app"), false
			text, err := trust(l)
			if err != nil || !strings.Contains(string(text), `trust_level = '`+c.level+`'`) {
				t.Errorf("%s, %v", text, err)
			}
			l.Headless = true
			if text, _ := trust(l); len(text) > 0 {
				t.Errorf("headless: %s", text)
			}
		})
	}
}
