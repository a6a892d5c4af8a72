//go:build agents

package codex_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/internal/screentest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// spawn is a call that starts a subagent, in the space that a request offers.
func spawn(r modelmock.Request, input map[string]any) modelmock.Call {
	for _, name := range r.Tools {
		if strings.HasSuffix(name, "/spawn_agent") {
			return modelmock.Call{Tool: name, Input: input}
		}
	}
	return modelmock.Call{Tool: "spawn_agent", Input: input}
}

func TestSubagent(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		t.Run(model, func(t *testing.T) {
			m := coder(t, model)
			m.Tools.Allow = append(m.Tools.Allow, "agent")
			m.Limits.MaxSubagents, m.Limits.MaxDepth = 2, 1
			m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: "agent", Pattern: "*", Action: "allow"})
			m.Subagents = map[manifest.SkillName]manifest.Subagent{"helper": {
				Description: "Helps with small things.", Prompts: manifest.SubagentPrompts{System: "You are the helper of the Pod."},
				Tools:       manifest.SubagentTools{Default: "deny", Allow: []manifest.ToolName{"bash"}},
				Permissions: manifest.Permissions{Mode: "ask", Default: "deny", Rules: []manifest.Rule{{Tool: "bash", Pattern: "ls", Action: "allow"}}},
			}}
			sub := 0
			room := runtimetest.New(t, &codex.Driver, func(n int, r modelmock.Request) modelmock.Turn {
				if codex.Driver.Request(r.Header).Subagent != "" {
					sub++
					if sub <= 2 {
						return modelmock.Turn{Calls: []modelmock.Call{r.Shell([]string{"ls", "touch by-helper"}[sub-1])}}
					}
					return modelmock.Turn{Text: "The helper is done."}
				}
				switch n {
				case 0:
					return modelmock.Turn{Calls: []modelmock.Call{spawn(r, map[string]any{"task_name": "other", "message": "Do it."})}}
				case 1:
					helper := map[string]any{"agent_type": "helper", "message": "Do it."}
					if model == models[0] {
						helper["task_name"], helper["fork_turns"] = "one", "none"
					}
					return modelmock.Turn{Calls: []modelmock.Call{spawn(r, helper)}}
				}
				wait := map[string]any{"timeout_ms": 10000}
				if model != models[0] {
					wait["targets"] = agentIDs(r)
				}
				for _, name := range r.Tools {
					if strings.HasSuffix(name, "/wait_agent") && n < 6 {
						return modelmock.Turn{Calls: []modelmock.Call{{Tool: name, Input: wait}}}
					}
				}
				return modelmock.Turn{Text: "All done here."}
			})
			room.Guard.By(m)
			result := room.Run(room.Launch(m))
			text := results(t, result)
			if result.Exit != 0 {
				t.Fatalf("exit %d\n%s\n%s", result.Exit, result.Stdout, result.Stderr)
			}
			if !strings.Contains(text, "agent_type must be one of: helper") {
				t.Errorf("an agent of Codex's own was started: %s", text)
			}
			prompted := false
			for _, r := range result.Log {
				if codex.Driver.Request(r.Header).Subagent != "" {
					prompted = prompted || strings.Contains(r.System, "You are the helper of the Pod.")
				}
			}
			if !prompted {
				t.Errorf("the prompt of the subagent is missing: %s", text)
			}
			judged := map[string]bool{}
			for _, a := range room.Guard.Events(guard.Judge) {
				judged[a.Subagent+" "+a.Tool] = true
			}
			if !judged["helper Bash"] || exists(filepath.Join(room.Workspace, "by-helper")) {
				t.Errorf("judged %v: %s", judged, text)
			}
		})
	}
}

// agentIDs are the IDs of subagents in the results so far.
func agentIDs(r modelmock.Request) []string {
	var ids []string
	for _, result := range r.Results {
		if _, rest, ok := strings.Cut(result.Text, `"agent_id":"`); ok {
			id, _, _ := strings.Cut(rest, `"`)
			ids = append(ids, id)
		}
	}
	return ids
}

func TestSkillsAndWorkflows(t *testing.T) {
	t.Parallel()
	m := coder(t, models[0])
	m.Skills = map[manifest.SkillName]manifest.Skill{"release": {
		Description: "How a release is made.", Files: map[manifest.FilePath]manifest.SkillFile{
			"SKILL.md": {Text: "---\nname: release\ndescription: How a release is made.\n---\nAsk twice.\n"}},
	}}
	m.Workflows = map[manifest.SkillName]manifest.Workflow{"tidy": {Description: "Tidies: everything", Prompt: "Tidy the attic."}}
	m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: "bash", Pattern: "*", Action: "allow"}, manifest.Rule{Tool: "write", Pattern: "*", Action: "allow"})
	room := runtimetest.New(t, &codex.Driver, nil)
	skill := filepath.Join(room.Files, "codex/skills/release/SKILL.md")
	*room = *runtimetest.New(t, &codex.Driver, shell("cat "+skill))
	skill = filepath.Join(room.Files, "codex/skills/release/SKILL.md")
	// Skills of the user and of the repository are not the Pod's.
	for _, dir := range []string{room.Home, room.Workspace} {
		write(t, filepath.Join(dir, ".agents/skills/ambient/SKILL.md"), "---\nname: ambient\ndescription: From elsewhere.\n---\n")
	}
	l := room.Launch(m)
	l.Prompt = "$tidy now"
	result := room.Run(l)
	first := result.Log[0]
	if !strings.Contains(first.System, "- release: How a release is made. ("+skill+")") {
		t.Errorf("the skill is not on offer: %s", first.System)
	}
	if strings.Contains(first.System, "ambient") {
		t.Error("a skill from elsewhere is on offer")
	}
	if all := strings.Join(first.Messages, "\n"); !strings.Contains(all, "Tidy the attic.") {
		t.Errorf("the workflow is not there: %s", all)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		t.Run(model, func(t *testing.T) {
			m := coder(t, model)
			room := runtimetest.New(t, &codex.Driver, shell())
			first := room.Run(room.Launch(m))
			session := codex.Driver.Request(first.Log[0].Header).Session
			l := room.Launch(m)
			l.Resume, l.Session, l.Prompt, l.System = true, session, "And now?", "You are another one."
			second := room.Run(l)
			if second.Exit != 0 || len(second.Log) == 0 {
				t.Fatalf("exit %d\n%s\n%s", second.Exit, second.Stdout, second.Stderr)
			}
			again := second.Log[0]
			if codex.Driver.Request(again.Header).Session != session {
				t.Error("another session")
			}
			if all := strings.Join(again.Messages, "\n"); !strings.Contains(all, "Begin.") || !strings.Contains(all, "And now?") {
				t.Errorf("messages: %s", all)
			}
			if !strings.Contains(again.System, "You are another one.") {
				t.Errorf("system: %.300s", again.System)
			}
			if hellos := room.Guard.Asked(guard.Hello); len(hellos) != 2 || hellos[1].Session != session {
				t.Errorf("hellos: %+v", hellos)
			}
			l.Session = "01a22b5c-57e6-7672-ba0f-6507a58e6eff"
			if third := room.Run(l); third.Exit != 1 {
				t.Errorf("exit %d for a session that is not there", third.Exit)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	m := coder(t, models[0])
	for status, want := range map[int]int{402: 1, 429: 1, 500: 1} {
		room := runtimetest.New(t, &codex.Driver, func(int, modelmock.Request) modelmock.Turn {
			return modelmock.Turn{Status: status, Text: "The Pod's guard is not in place."}
		})
		result := room.Run(room.Launch(m))
		if result.Exit != want || status == 402 && !strings.Contains(result.Stdout, "guard is not in place") || len(result.Log) != 1 {
			t.Errorf("%d: exit %d after %d requests\n%s", status, result.Exit, len(result.Log), result.Stdout)
		}
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(dir string){
		"plain":      func(string) {},
		"repository": func(dir string) { exec.Command("git", "init", "-q", dir).Run() },
		"below a repository": func(dir string) {
			exec.Command("git", "init", "-q", filepath.Dir(dir)).Run()
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := coder(t, models[0])
			m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: "bash", Pattern: "echo *", Action: "allow"})
			turns := 0
			room := runtimetest.New(t, &codex.Driver, func(_ int, r modelmock.Request) modelmock.Turn {
				if codex.Driver.Request(r.Header).Side != "" {
					return modelmock.Turn{Text: "A title"}
				}
				turns++
				return shell("echo one", "git push --force")(turns-1, r)
			})
			prepare(room.Workspace)
			room.Guard.By(m)
			terminal := room.Open(room.Launch(m))
			terminal.Wait("Worked for")
			for _, r := range room.Model.Log() {
				about := codex.Driver.Request(r.Header)
				for _, name := range r.Tools {
					offer := codex.Driver.Offer(m, name)
					if about.Side == "" && !offer.Internal && !offer.Nested && !m.Tools.Offers(offer.Tool) {
						t.Errorf("%s is offered", name)
					}
				}
				t.Logf("%+v %v", about, r.Tools)
			}
			terminal.Quit("C-c", screentest.Shows("Worked for"))
			result := terminal.Ended()
			if result.Exit != 0 || len(result.HomeChanges) > 0 {
				t.Errorf("exit %d, HOME %v", result.Exit, result.HomeChanges)
			}
		})
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		t.Run(model, func(t *testing.T) {
			m := coder(t, model)
			room := runtimetest.New(t, &codex.Driver, func(n int, r modelmock.Request) modelmock.Turn {
				if n > 1 {
					return modelmock.Turn{Text: "All done here."}
				}
				if model == models[0] {
					input := `for (const name of ["list_all", "drop_all", "hidden"]) { try { text(await tools["mcp__tick_et__" + name]({})) } catch (e) { text(String(e)) } }`
					return modelmock.Turn{Calls: []modelmock.Call{{Tool: "exec", Input: input}}}
				}
				name := []string{"mcp__tick_et/list_all", "mcp__tick_et/drop_all"}[n]
				return modelmock.Turn{Calls: []modelmock.Call{{Tool: name, Input: map[string]any{}}}}
			})
			server := room.Server("list-all", "drop-all", "hidden")
			server.EnabledTools, server.Required = []manifest.ToolName{"list-all", "drop-all"}, true
			m.MCPServers = map[manifest.ServerName]manifest.MCPServer{"tick.et": server}
			m.Tools.Allow = append(m.Tools.Allow, "mcp__tick.et__*")
			m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: "mcp__tick.et__list-all", Pattern: "*", Action: "allow"})
			room.Guard.By(m)
			result := room.Run(room.Launch(m))
			text := results(t, result)
			if result.Exit != 0 {
				t.Fatalf("exit %d\n%s\n%s", result.Exit, result.Stdout, result.Stderr)
			}
			for _, name := range result.Log[0].Tools {
				offer := codex.Driver.Offer(m, name)
				if !offer.Internal && !offer.Nested && !m.Tools.Offers(offer.Tool) {
					t.Errorf("%s is offered", name)
				}
			}
			judged := map[string]manifest.Action{}
			for _, e := range room.Guard.Events(guard.Judge) {
				for _, c := range e.Calls {
					judged[c.Tool] = e.Action
				}
			}
			if judged["mcp__tick.et__list-all"] != "allow" || judged["mcp__tick.et__drop-all"] != "deny" {
				t.Errorf("judged %v, tools %v: %s", judged, result.Log[0].Tools, text)
			}
			if !strings.Contains(text, "list-all") {
				t.Errorf("the tool did not run: %s", text)
			}
		})
	}
}

// Codex asks the user about commands that the manifest asks about by their beginning.
func TestAsk(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		t.Run(model, func(t *testing.T) {
			m := coder(t, model)
			m.Permissions.Rules = append(m.Permissions.Rules,
				manifest.Rule{Tool: "bash", Pattern: "touch yes*", Action: "ask"}, manifest.Rule{Tool: "bash", Pattern: "touch no*", Action: "ask"},
				manifest.Rule{Tool: "bash", Pattern: "touch *", Action: "ask"})
			turns := 0
			room := runtimetest.New(t, &codex.Driver, func(_ int, r modelmock.Request) modelmock.Turn {
				if codex.Driver.Request(r.Header).Side != "" {
					return modelmock.Turn{Text: "A title"}
				}
				turns++
				return shell("touch yes", "touch no", "env touch never")(turns-1, r)
			})
			room.Guard.By(m, false)
			// A session that began headless asks when it goes on in a terminal.
			l := room.Launch(m)
			turns = 3
			l.Session = codex.Driver.Request(room.Run(l).Log[0].Header).Session
			turns, l.Resume, l.Prompt = 0, true, "Go on."
			terminal := room.Open(l)
			shows, lacks := screentest.Shows, screentest.Lacks
			t.Log(terminal.Wait("$ touch yes", "1. Yes"))
			terminal.Press("y", shows("$ touch yes", "1. Yes"), shows("$ touch no", "1. Yes").And(lacks("$ touch yes")))
			t.Log(terminal.Press("Escape", shows("$ touch no", "1. Yes"), shows("interrupted")))
			if !exists(filepath.Join(room.Workspace, "yes")) || exists(filepath.Join(room.Workspace, "no")) {
				t.Errorf("%s", terminal.Screen())
			}
		})
	}
}
