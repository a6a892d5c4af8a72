//go:build agents

package codex_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestMain(m *testing.M) { runtimetest.Main(m) }

// models are a model to which Codex offers JavaScript, and one that it does not know.
var models = []string{"gpt-6.2-sol", "gpt-5.2"}

// coder is the built-in coder on a model.
func coder(t *testing.T, model string) *manifest.Manifest {
	m := runtimetest.Builtin(t, "coder-openai")
	m.Model.ID, m.Model.Ref = manifest.ModelID(model), manifest.ModelRef("openai/"+model)
	return m
}

// shell runs commands, one in each turn, and then says done.
func shell(commands ...string) modelmock.Script {
	return func(n int, r modelmock.Request) modelmock.Turn {
		if n < len(commands) {
			return modelmock.Turn{Calls: []modelmock.Call{r.Shell(commands[n])}}
		}
		return modelmock.Turn{Text: "All done here."}
	}
}

// results are those of the last request.
func results(t *testing.T, r runtimetest.Result) string {
	t.Helper()
	if len(r.Log) == 0 {
		t.Fatalf("no request: exit %d\n%s\n%s", r.Exit, r.Stdout, r.Stderr)
	}
	var all []string
	for _, result := range r.Log[len(r.Log)-1].Results {
		all = append(all, result.Text)
	}
	return strings.Join(all, "\n")
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

func TestHeadless(t *testing.T) {
	t.Parallel()
	for _, model := range models {
		t.Run(model, func(t *testing.T) {
			room := runtimetest.New(t, &codex.Driver, shell("echo ran > allowed", "git push --force"))
			m := coder(t, model)
			m.Permissions.Rules = append(m.Permissions.Rules,
				manifest.Rule{Tool: "bash", Pattern: "echo *", Action: "allow"}, manifest.Rule{Tool: "edit", Pattern: "**", Action: "allow"},
				manifest.Rule{Tool: "write", Pattern: "**", Action: "allow"})
			room.Guard.By(m)
			l := room.Launch(m)
			l.Prompt = "--prompt with a dash"
			result := room.Run(l)
			text := results(t, result)
			if result.Exit != 0 || !strings.Contains(result.Stdout, "All done here.") {
				t.Errorf("exit %d\n%s\n%s", result.Exit, result.Stdout, result.Stderr)
			}
			first := result.Log[0]
			if first.Model != model || !strings.Contains(first.System, strings.TrimSpace(l.System)) {
				t.Errorf("model %s, system %.200s", first.Model, first.System)
			}
			prompts := 0
			for _, message := range first.Messages {
				prompts += strings.Count(message, l.Prompt)
			}
			if prompts != 1 {
				t.Errorf("the prompt is there %d times: %q", prompts, first.Messages)
			}
			for _, name := range first.Tools {
				offer := codex.Driver.Offer(m, name)
				if !offer.Internal && !offer.Nested && !m.Tools.Offers(offer.Tool) {
					t.Errorf("%s is offered", name)
				}
			}
			if !exists(filepath.Join(room.Workspace, "allowed")) {
				t.Errorf("the allowed command did not run: %s", text)
			}
			if !strings.Contains(text, "git push* --force*") {
				t.Errorf("the reason did not reach the model: %s", text)
			}
			if len(room.Guard.Events(guard.Hello)) != 1 || len(room.Guard.Events(guard.Judge)) != 2 || len(room.Guard.Events(guard.Token)) != 1 {
				t.Errorf("asked: %+v", room.Guard.Events(guard.Judge))
			}
			session := codex.Driver.Request(first.Header)
			if session.Session == "" || session.Session != room.Guard.Events(guard.Hello)[0].Session || session.Subagent != "" || session.Side != "" {
				t.Errorf("session %+v", session)
			}
			if len(result.HomeChanges) > 0 {
				t.Errorf("HOME changed: %v", result.HomeChanges)
			}
			for _, dir := range []string{room.State, room.Files, room.Workspace} {
				if found := runtimetest.Has(dir, runtimetest.Token); len(found) > 0 {
					t.Errorf("the token is in %v", found)
				}
			}
			if model != models[0] { // plain calls have the IDs that the guard has judged
				for i, r := range result.Log[len(result.Log)-1].Results {
					if r.Call != room.Guard.Events(guard.Judge)[i].Call {
						t.Errorf("call %s was judged as %s", r.Call, room.Guard.Events(guard.Judge)[i].Call)
					}
				}
			}
			var event struct {
				Type string `json:"type"`
			}
			for line := range strings.Lines(result.Stdout) {
				if json.Unmarshal([]byte(line), &event) != nil || event.Type == "" {
					t.Errorf("not an event: %s", line)
				}
			}
		})
	}
}

func TestWrongHash(t *testing.T) {
	t.Parallel()
	room := runtimetest.New(t, &codex.Driver, shell("touch ran"))
	m := coder(t, models[0])
	plan := room.Plan(room.Launch(m))
	for i, f := range plan.Files {
		plan.Files[i].Content = []byte(strings.ReplaceAll(string(f.Content), "sha256:", "sha256:0"))
	}
	room.Start(plan)
	// Without a gateway the tool runs: normally, the missing hello would stop it.
	if asked := room.Guard.Asked(guard.Hello); len(asked) > 0 {
		t.Errorf("hello: %+v", asked)
	}
}
