package agenttest

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
)

// flip is two profiles that differ in some fields, and what is seen of it from outside: at
// the model, in files, at a listener, in the exit code.
type flip struct {
	name string
	// runtimes that it is tried in; nil for all of them.
	runtimes []string
	// once says that what holds the fields knows nothing of the runtime: it is tried in one.
	once bool
	// values are the fields, in Nix, besides those of the base.
	values [2]string
	// prompts take the place of the usual prompt.
	prompts [2]string
	// args are more arguments of `pod new`.
	args [2][]string
	// calls are the calls of the model, in order, and sub those that it makes as a
	// subagent.
	calls, sub func(a agent) []modelmock.Call
	// edit changes the manifest, which is then used in the place of the profile.
	edit [2]func(manifest string) string
	// script takes the place of the calls: it is the model.
	script func(d *desk, n int, r modelmock.Request) modelmock.Turn
	// before prepares the desk.
	before func(d *desk)
	// effects are by field, and own those that one runtime has besides.
	effects map[string]effect
	own     map[string]map[string]effect
}

// effect is the observed result for each of two values.
type effect struct {
	look func(e *evidence) string
	want [2]string
}

// evidence is what a start has left behind.
type evidence struct {
	*desk
	ran
}

// first returns the first request to the model, or an empty one if there was none.
func (e *evidence) first() modelmock.Request {
	if log := e.model.Log(); len(log) > 0 {
		return log[0]
	}
	return modelmock.Request{}
}

// from identifies the sender of a request. The subagents of opencode have their own
// sessions.
func (a agent) from(r modelmock.Request) runtime.Request {
	return drivers.Named(a.runtime).Request(r.Header)
}

// models are two models of the provider.
func (a agent) models() [2]string {
	if a.role == "coder-openai" {
		return [2]string{"gpt-6.2-sol", "gpt-6-luna"}
	}
	return [2]string{"claude-sonnet-5-5", "claude-haiku-4-5"}
}

// pod is the directory of the Pod that was started.
func (e *evidence) pod() string {
	found, _ := filepath.Glob(e.xdg + "/state/insomnia/*/*/usage")
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[0])
}

// file returns the text of a file in the Pod's directory; empty if there is none.
func (e *evidence) file(name string) string {
	data, _ := os.ReadFile(filepath.Join(e.pod(), name))
	return string(data)
}

// host is the address of the model without a path.
func (d *desk) host() string { return strings.TrimSuffix(d.baseURL, "/v1") }

// dial connects to the published port as soon as anyone listens there.
func (d *desk) dial() {
	for d.Context().Err() == nil {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+d.free); err == nil {
			n, _ := conn.Read(make([]byte, 1))
			conn.Close()
			if n > 0 {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// nothing orders an unruly program to offer no tool.
const nothing = `{"offer":[]}`

// spawning is a call that begins the subagent scout with an order for an unruly program.
func (a agent) spawning(o order) modelmock.Call {
	c := a.tool("agent", "scout")
	for key, value := range c.Input.(map[string]any) {
		if value == nothing {
			c.Input.(map[string]any)[key] = o.String()
		}
	}
	return c
}

// tool is a call of a tool of the manifest: with a command, a path, an address, the name of
// a subagent or of a skill.
func (a agent) tool(name, value string) modelmock.Call {
	call := func(tool string, input map[string]any) modelmock.Call {
		return modelmock.Call{Tool: tool, Input: input}
	}
	server, tool, isServer := strings.Cut(strings.TrimPrefix(name, "mcp__"), "__")
	isServer = isServer && strings.HasPrefix(name, "mcp__")
	switch a.runtime {
	case "claude-code":
		switch {
		case isServer:
			return call(name, map[string]any{})
		case name == "bash":
			return call("Bash", map[string]any{"command": value})
		case name == "read":
			return call("Read", map[string]any{"file_path": value})
		case name == "webfetch":
			return call("WebFetch", map[string]any{"url": value, "prompt": "x"})
		case name == "skill":
			return call("Skill", map[string]any{"skill": "pod:" + value})
		case name == "agent":
			return call("Agent", map[string]any{"subagent_type": "pod:" + value, "prompt": nothing, "description": "x"})
		}
	case "codex":
		switch {
		case isServer:
			return call("mcp__"+server+"/"+tool, map[string]any{})
		case name == "bash":
			return call("exec_command", map[string]any{"cmd": value})
		case name == "read":
			return call("view_image", map[string]any{"path": value})
		case name == "agent":
			return call("collaboration/spawn_agent", map[string]any{"agent_type": value, "message": nothing})
		}
	case "opencode":
		switch {
		case isServer:
			return call(name, map[string]any{})
		case name == "bash":
			return call("bash", map[string]any{"command": value, "description": "x"})
		case name == "read":
			return call("read", map[string]any{"filePath": value})
		case name == "webfetch":
			return call("webfetch", map[string]any{"url": value, "format": "text"})
		case name == "skill":
			return call("skill", map[string]any{"name": value})
		case name == "agent":
			return call("task", map[string]any{"subagent_type": value, "prompt": nothing, "description": "x"})
		}
	}
	panic("no " + name + " in " + a.runtime)
}

// runs are calls of the shell.
func runs(commands ...string) func(agent) []modelmock.Call {
	return func(a agent) (all []modelmock.Call) {
		for _, c := range commands {
			all = append(all, a.tool("bash", c))
		}
		return all
	}
}

// calls are pairs of a tool and a value.
func calls(pairs ...string) func(agent) []modelmock.Call {
	return func(a agent) (all []modelmock.Call) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, a.tool(pairs[i], pairs[i+1]))
		}
		return all
	}
}

// offering is a prompt that orders an unruly program to offer tools of the manifest.
func offering(a agent, tools ...string) string {
	o := order{}
	for _, name := range tools {
		o.Offer = append(o.Offer, a.tool(name, "x").Tool)
	}
	return o.String()
}

// follow answers the Pod's own agent by some calls and subagents by others.
func follow(a agent, main, sub []modelmock.Call) modelmock.Script {
	var mu sync.Mutex
	next, first := [2]int{}, ""
	return func(_ int, r modelmock.Request) modelmock.Turn {
		mu.Lock()
		defer mu.Unlock()
		from, list, of := a.from(r), main, 0
		if from.Side != "" {
			return modelmock.Turn{Text: "a title"}
		}
		if first == "" {
			first = from.Session
		}
		if from.Subagent != "" || from.Session != first {
			list, of = sub, 1
		}
		n := next[of]
		next[of]++
		if n < len(list) {
			return modelmock.Turn{Calls: []modelmock.Call{list[n]}}
		}
		return modelmock.Turn{Text: "The end.", InputTokens: 1, OutputTokens: 1, CacheRead: 1, CacheWrite: 1}
	}
}

// try starts a Pod with one of the values of a flip, using the programs in a directory.
func (f *flip) try(t *testing.T, a agent, programs string, i int) *evidence {
	list := func(of func(agent) []modelmock.Call) []modelmock.Call {
		if of == nil {
			return nil
		}
		return of(a)
	}
	d := openDesk(t, a, programs, nil)
	provider := "anthropic"
	if a.role == "coder-openai" {
		provider = "openai"
	}
	d.write(d.xdg+"/config/insomnia/profiles/base.nix", fmt.Sprintf(`{ insomnia }:
insomnia.lib.mkProfile {
  name = "base";
  description = "What the flips begin with";
  model.ref = "%s";
  model.baseUrl = "%s";
  prompts.system = "The system prompt.";
  tools.default = "allow";
  permissions.mode = "auto";
  sandbox.filesystem = "workspace-write";
  permissions.default = "allow";
}
`, provider+"/"+d.models()[0], d.baseURL))
	if strings.Contains(f.values[i], "@PROGRAMS") {
		for name := range versions {
			if err := copyProgram(filepath.Join(filepath.Dir(d.home), "tools", name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(d.work, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if f.before != nil {
		f.before(d)
	}
	fill := strings.NewReplacer("@V1", strings.TrimPrefix(d.baseURL, d.host()), "@HOST", d.host(), "@PORT", d.port, "@FREE", d.free, "@PROGRAMS", filepath.Join(filepath.Dir(d.home), "tools"), "@PROGRAM", filepath.Join(unrulyDir, a.program),
		"@PROVIDER", provider, "@OTHERAPI", map[string]string{"codex": "anthropic"}[a.runtime]+map[bool]string{true: "openai-responses"}[a.runtime != "codex"], "@OTHER", provider+"/"+d.models()[1])
	name := "  name = \"tried\";\n"
	if strings.HasPrefix(f.values[i], "name = ") {
		name = ""
	}
	d.profile("{ insomnia }:\ninsomnia.lib.mkProfile {\n" + name + "  imports = [ ./base.nix ];\n  " + fill.Replace(f.values[i]) + "\n}\n")
	from := []string{"user:tried"}
	if f.edit[i] != nil {
		from = []string{"--manifest", d.xdg + "/edited.json"}
		d.write(from[1], f.edit[i](d.insomnia("resolve", "user:tried").stdout))
	}
	main, sub := list(f.calls), list(f.sub)
	for _, calls := range [][]modelmock.Call{main, sub} {
		for _, c := range calls {
			for key, value := range c.Input.(map[string]any) {
				if text, ok := value.(string); ok {
					c.Input.(map[string]any)[key] = fill.Replace(text)
				}
			}
		}
	}
	d.model.Follow(follow(a, main, sub))
	if f.script != nil {
		var mu sync.Mutex
		next := 0
		d.model.Follow(func(_ int, r modelmock.Request) modelmock.Turn {
			mu.Lock()
			defer mu.Unlock()
			if from := a.from(r); from.Side != "" {
				return modelmock.Turn{Text: "a title"}
			}
			next++
			return f.script(d, next-1, r)
		})
	}
	args := slices.Concat([]string{"pod", "new"}, from, []string{"--runtime", a.runtime, "--name", "tried", "--print"}, f.args[i])
	if f.prompts[i] != "none" {
		prompt := f.prompts[i]
		if offer, ok := strings.CutPrefix(prompt, "offer "); ok {
			prompt = offering(a, strings.Fields(offer)...)
		}
		if prompt == "" {
			prompt = "Begin."
		}
		args = append(args, "--prompt", prompt)
	}
	return &evidence{d, d.insomnia(args...)}
}

// of are the effects that a runtime has.
func (f *flip) of(a agent) map[string]effect {
	all := maps.Clone(f.effects)
	maps.Copy(all, f.own[a.runtime])
	return all
}

// compare starts a Pod of each value, and looks whether the effects are as they should be.
func (f *flip) compare(t *testing.T, a agent, programs string) {
	for i := range 2 {
		e, failed := f.try(t, a, programs, i), false
		for field, effect := range f.of(a) {
			if got := effect.look(e); got != effect.want[i] {
				t.Errorf("%s in %s: %q, not %q", field, a.runtime, got, effect.want[i])
				failed = true
			}
		}
		if failed {
			t.Logf("with %s\nexit %d, %d requests, results %.600q\n%.1500s\n%s", f.values[i], e.exit, len(e.model.Log()), e.results(), e.stdout, e.stderr)
		}
	}
}

// Insomnia enforces its own fields whatever the program does: each field gets two values,
// and the visible effect is that of the value.
func TestEffects(t *testing.T) {
	if os.Getenv("CI") != "true" && exec.Command("bwrap", "--dev-bind", "/", "/", "--unshare-pid", "true").Run() != nil {
		t.Skip("bubblewrap does not work here")
	}
	for _, f := range flips {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, a := range agents {
				if f.runtimes != nil && !slices.Contains(f.runtimes, a.runtime) || f.once && a.runtime != agents[0].runtime {
					continue
				}
				f.compare(t, a, unrulyDir)
			}
		})
	}
}

// A subagent that the guard was never told of gets no answer.
func TestStranger(t *testing.T) {
	f := flip{
		calls: func(a agent) []modelmock.Call {
			return []modelmock.Call{a.spawning(order{Offer: []string{}, System: "You scout.", Agent: "stranger"})}
		},
		sub: runs("touch by-scout"),
	}
	f.values[0] = scout(may + `tools.default = "allow";`)
	for _, a := range agents {
		e := f.try(t, a, unrulyDir, 0)
		if made("by-scout")(e) != "absent" || !strings.Contains(strings.Join(e.results(), "")+e.stderr, "knows nothing of the subagent") {
			t.Errorf("%s: exit %d, %q\n%s\n%s", a.runtime, e.exit, e.results(), e.stdout, e.stderr)
		}
	}
}

// elsewhere are the tests that show the effect of fields in another form than a row: those
// of services need a host with a certificate.
var elsewhere = map[string]string{
	"sandbox.services.*.host":        "TestService",
	"sandbox.services.*.paths":       "TestService",
	"sandbox.services.*.auth.value":  "TestService",
	"sandbox.services.*.methods":     "gateway: TestService",
	"sandbox.services.*.auth.header": "gateway: TestService",
}

// A field that a runtime declares enforced has its effect shown here, or with the real
// program where the settings of that enforce it.
func TestEveryEnforcedFieldHasAnEffect(t *testing.T) {
	shown := map[string]map[string]bool{}
	for _, a := range agents {
		shown[a.runtime] = map[string]bool{}
	}
	for _, f := range slices.Concat(flips, ofPrograms) {
		for _, a := range agents {
			for field, effect := range f.of(a) {
				if effect.want[0] == effect.want[1] {
					t.Errorf("%s: both values of %s have the same effect", f.name, field)
				}
				if f.runtimes == nil || slices.Contains(f.runtimes, a.runtime) {
					shown[a.runtime][field] = true
				}
			}
		}
	}
	for _, d := range drivers.All() {
		known := map[string]bool{}
		for field, declared := range d.Leaves().All() {
			known[field.Path] = true
			if declared.Holds() && declared.By != leaf.Nobody && !shown[d.Name][field.Path] && elsewhere[field.Path] == "" {
				t.Errorf("%s declares %s as enforced by the %s, and no test shows the effect", d.Name, field.Path, declared.By)
			}
		}
		for field := range shown[d.Name] {
			if !known[field] {
				t.Errorf("there is no field %s", field)
			}
		}
	}
}

// made reports whether the workspace has a file.
func made(name string) func(e *evidence) string {
	return func(e *evidence) string {
		if _, err := os.Lstat(filepath.Join(e.work, name)); err != nil {
			return "absent"
		}
		return "made"
	}
}

// holds are those of some texts that another has.
func holds(text string, some ...string) string {
	var found []string
	for _, s := range some {
		if strings.Contains(text, s) {
			found = append(found, s)
		}
	}
	return strings.Join(found, " ")
}

// inResults are those of some texts that the results of tool calls have.
func inResults(some ...string) func(e *evidence) string {
	return func(e *evidence) string { return holds(strings.Join(e.results(), "\n"), some...) }
}

// inSystem are those of some texts that the system prompt has.
func inSystem(some ...string) func(e *evidence) string {
	return func(e *evidence) string { return holds(e.first().System, some...) }
}

// all are the keys of a map, in order.
func all(m *sync.Map) string {
	var keys []string
	m.Range(func(key, _ any) bool {
		keys = append(keys, key.(string))
		return true
	})
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

// asked is the number of requests to the model, and the exit code of the start.
func asked(e *evidence) string {
	return fmt.Sprintf("%d requests, exit %d", len(e.model.Log()), e.exit)
}
