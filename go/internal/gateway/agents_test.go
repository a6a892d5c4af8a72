//go:build agents

package gateway_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/gateway"
	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestMain(m *testing.M) { runtimetest.Main(m) }

const key = "sk-canary-of-the-agents-0123"

// judge is the guard of a room.
type judge struct {
	*runtimetest.Guard
	driver *runtime.Driver
	// blind says that it has never judged anything; away, that it is not there.
	blind, away bool
}

func (g judge) Ready(r runtime.Request) bool {
	if g.away {
		return false
	}
	for _, a := range g.Asked(guard.Hello) {
		if a.Session == r.Session || g.driver.Handshake == runtime.PerConnection {
			return true
		}
	}
	return false
}

func (g judge) Judged(id string) bool {
	for _, a := range g.Asked(guard.Judge) {
		if a.Call == id && !g.blind {
			return true
		}
	}
	return false
}

func (g judge) Subagent(id string) string {
	for _, a := range g.Asked(guard.Started) {
		if a.Agent == id {
			if g.driver.Subagent != nil {
				return g.driver.Subagent(a.Subagent)
			}
			return a.Subagent
		}
	}
	return ""
}

var programs = []struct {
	driver  *runtime.Driver
	profile string
	tool    string
	input   map[string]any
	// plain is a model that is offered each tool by its name; empty for the profile's own.
	plain manifest.ModelID
}{
	{&claudecode.Driver, "coder", "Bash", map[string]any{"command": "echo one", "description": "x"}, ""},
	{&codex.Driver, "coder-openai", "exec_command", map[string]any{"cmd": "echo one"}, "gpt-5.2"},
	{&opencode.Driver, "coder", "bash", map[string]any{"command": "echo one", "description": "x"}, ""},
}

// Real programs talk through the gateway as they do without, and show what it refuses.
func TestPrograms(t *testing.T) {
	for _, program := range programs {
		if program.driver.Plan == nil {
			continue
		}
		for name, c := range map[string]struct {
			config func(*gateway.Config)
			guard  judge
			code   string
			// asked is the number of requests in the conversation that reach the model.
			asked int
			text  string
			plain bool
		}{
			"as it should be": {text: "The end.", asked: 2},
			"no guard":        {guard: judge{away: true}, code: gateway.CodeGuard, text: "the Pod's guard is not in place"},
			"another prompt": {config: func(c *gateway.Config) { c.System += "x" }, code: gateway.CodePrompt,
				text: "does not send the system prompt of the Pod"},
			"a tool too many": {config: func(c *gateway.Config) {
				m := *c.Manifest
				m.Tools.Allow, m.Tools.Deny = nil, []manifest.ToolName{"bash"}
				c.Manifest = &m
			}, code: gateway.CodeTools, text: "which the Pod does not offer", plain: true},
			"another model": {config: func(c *gateway.Config) {
				m := *c.Manifest
				m.Model.ID, m.Model.Small, m.Model.Fallbacks, m.Subagents = "other", nil, nil, nil
				c.Manifest = &m
			}, code: gateway.CodeModel, text: "is not one of this Pod: other"},
			"a call that was not judged": {guard: judge{blind: true}, code: gateway.CodeReceipt, asked: 1, text: "the Pod's guard was not asked"},
			"one turn": {config: func(c *gateway.Config) {
				m := *c.Manifest
				one := int64(1)
				m.Limits.MaxTurns = &one
				c.Manifest = &m
			}, code: gateway.CodeLimit, asked: 1, text: "the Pod has reached its limit of 1 turn (limits.maxTurns)"},
		} {
			t.Run(program.driver.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				var mu sync.Mutex
				turns := 0
				room := runtimetest.New(t, program.driver, func(_ int, r modelmock.Request) modelmock.Turn {
					mu.Lock()
					defer mu.Unlock()
					if len(r.Tools) == 0 {
						return modelmock.Turn{Text: "A title"}
					}
					if turns++; turns == 1 {
						return modelmock.Turn{Calls: []modelmock.Call{{Tool: program.tool, Input: program.input}}}
					}
					return modelmock.Turn{Text: "The end."}
				})
				var keys []string
				api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					keys = append(keys, r.Header.Get("X-Api-Key")+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
					mu.Unlock()
					for name := range r.Header {
						if strings.HasPrefix(name, "X-Insomnia") {
							t.Errorf("the API sees %s", name)
						}
					}
					// The model is asked where the program would ask it without a gateway.
					if !strings.HasPrefix(r.URL.Path, "/v1/") {
						r.URL.Path = "/v1" + r.URL.Path
					}
					room.Model.ServeHTTP(w, r)
				}))
				defer api.Close()
				m := runtimetest.Builtin(t, program.profile)
				if c.plain && program.plain != "" {
					m.Model.ID = program.plain
				}
				launch := room.Launch(m)
				address := manifest.URL(api.URL)
				held := *m
				held.Model.BaseURL = &address
				c.guard.Guard, c.guard.driver = room.Guard, program.driver
				var refusals []gateway.Refusal
				config := gateway.Config{
					Driver: program.driver, Manifest: &held, Token: runtimetest.Token, Guard: c.guard, System: launch.System,
					Key: func(use func([]byte) error) error { return use([]byte(key)) },
					Refused: func(r gateway.Refusal) {
						mu.Lock()
						defer mu.Unlock()
						refusals = append(refusals, r)
					},
				}
				var trace strings.Builder
				config.Trace = gateway.NewTrace(&trace, 1<<20, "tried", time.Now())
				if c.config != nil {
					c.config(&config)
					if config.Manifest != &held {
						config.Manifest.Model.BaseURL = &address
					}
				}
				g, err := gateway.New(config)
				if err != nil {
					t.Fatal(err)
				}
				front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					t.Logf("%s %s", r.Method, r.RequestURI)
					g.ServeHTTP(w, r)
				}))
				defer front.Close()
				launch.Gateway = front.URL
				r := room.Run(launch)
				mu.Lock()
				defer mu.Unlock()
				if !strings.Contains(r.Stdout+r.Stderr, c.text) {
					t.Errorf("exit %d\n%s\n%s", r.Exit, r.Stdout, r.Stderr)
				}
				if (c.code == "") != (r.Exit == 0) {
					t.Errorf("exit %d", r.Exit)
				}
				if turns != c.asked {
					t.Errorf("%d requests of the conversation", turns)
				}
				if c.code == "" && len(refusals) > 0 || c.code != "" && (len(refusals) != 1 || refusals[0].Code != c.code) {
					t.Errorf("refused: %+v", refusals)
				}
				for _, k := range keys {
					if k != key {
						t.Errorf("key %q", k)
					}
				}
				if strings.Contains(r.Stdout+r.Stderr+trace.String(), key) {
					t.Error("the key is shown")
				}
				for _, dir := range []string{room.State, room.Files, room.Home, room.Workspace} {
					if found := runtimetest.Has(dir, key); len(found) > 0 {
						t.Error(found)
					}
				}
				t.Logf("%+v\n%s", g.Usage(), trace.String())
			})
		}
	}
}

// Subagents pass with their own tools, prompt and model.
func TestSubagents(t *testing.T) {
	for _, program := range []struct {
		driver *runtime.Driver
		tool   string
		name   func(string) string
	}{
		{&claudecode.Driver, "Agent", func(name string) string { return "pod:" + name }},
		{&opencode.Driver, "task", func(name string) string { return name }},
	} {
		t.Run(program.driver.Name, func(t *testing.T) {
			t.Parallel()
			m := runtimetest.Builtin(t, "orchestrator")
			name := slices.Sorted(maps.Keys(m.Subagents))[0]
			own := string(m.Subagents[name].Prompts.System)
			var mu sync.Mutex
			begun, worked := false, 0
			room := runtimetest.New(t, program.driver, func(_ int, r modelmock.Request) modelmock.Turn {
				mu.Lock()
				defer mu.Unlock()
				switch {
				case strings.Contains(r.System, strings.TrimSpace(own)):
					worked++
					return modelmock.Turn{Text: "The worker is done."}
				case len(r.Tools) > 0 && !begun:
					begun = true
					return modelmock.Turn{Calls: []modelmock.Call{{Tool: program.tool, Input: map[string]any{
						"subagent_type": program.name(string(name)), "description": "look", "prompt": "Look around."}}}}
				}
				return modelmock.Turn{Text: "The end."}
			})
			api := httptest.NewServer(room.Model)
			defer api.Close()
			address := manifest.URL(api.URL)
			launch := room.Launch(m)
			held := *m
			held.Model.BaseURL = &address
			var trace strings.Builder
			g, err := gateway.New(gateway.Config{
				Driver: program.driver, Manifest: &held, Token: runtimetest.Token, Guard: judge{Guard: room.Guard, driver: program.driver},
				System: launch.System, Trace: gateway.NewTrace(&trace, 1<<20, "tried", time.Now()),
				Refused: func(r gateway.Refusal) { t.Errorf("refused: %+v", r) },
			})
			if err != nil {
				t.Fatal(err)
			}
			front := httptest.NewServer(g)
			defer front.Close()
			launch.Gateway = front.URL
			r := room.Run(launch)
			mu.Lock()
			defer mu.Unlock()
			if r.Exit != 0 || worked == 0 || !strings.Contains(trace.String(), `"subagent":"`) {
				t.Errorf("exit %d, %d requests of the subagent\n%s\n%s\n%s", r.Exit, worked, r.Stdout, r.Stderr, trace.String())
			}
			if u := g.Usage(); u.Turns < 2 {
				t.Errorf("%+v", u)
			}
			t.Logf("%s", trace.String())
		})
	}
}
