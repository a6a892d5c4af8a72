package guard_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// driver is a program with tools that are called as in a manifest: bash {command}, edit
// {path}, patch {paths}, agent {name}, mcp__S__T {…}; todo is its own.
func driver(h runtime.Handshake, dialog bool) *runtime.Driver {
	return &runtime.Driver{
		Name: "test", Title: "Test", Handshake: h, Dialog: dialog,
		Offer: func(_ *manifest.Manifest, name string) runtime.Offer { return runtime.Offer{Internal: name == "todo"} },
		Calls: func(u runtime.ToolUse) ([]permission.Call, error) {
			var in struct {
				Command, Path, Name string
				Paths               []string
			}
			if err := json.Unmarshal(u.Input, &in); err != nil {
				return nil, err
			}
			switch u.Tool {
			case "bash":
				return []permission.Call{{Tool: "bash", Command: in.Command, Directory: u.Directory}}, nil
			case "edit":
				return []permission.Call{{Tool: "edit", Paths: []string{in.Path}, Directory: u.Directory}}, nil
			case "patch":
				var calls []permission.Call
				for _, p := range in.Paths {
					calls = append(calls, permission.Call{Tool: "edit", Paths: []string{p}})
				}
				return calls, nil
			case "agent":
				return []permission.Call{{Tool: "agent", Argument: in.Name}}, nil
			case "mcp__s__t":
				return []permission.Call{{Tool: "mcp__s__t"}}, nil
			case "todo", "odd":
				return nil, nil
			case "panics":
				panic("a defect of a driver")
			case "hangs":
				time.Sleep(time.Hour)
			}
			return nil, errors.New("it is not known")
		},
	}
}

// pod is a manifest with rules of each kind.
func pod() *manifest.Manifest {
	no := manifest.Line("no pushing here")
	m := &manifest.Manifest{Permissions: manifest.Permissions{Mode: "ask", Default: "ask", Rules: []manifest.Rule{
		{Action: "deny", Tool: "bash", Pattern: "git push*", Reason: &no},
		{Action: "allow", Tool: "bash", Pattern: "git status*"},
		{Action: "ask", Tool: "bash", Pattern: "make*"},
		{Action: "deny", Tool: "edit", Pattern: "secrets/**"},
		{Action: "allow", Tool: "edit", Pattern: "**"},
		{Action: "allow", Tool: "agent", Pattern: "*"},
		{Action: "allow", Tool: "mcp__s__*", Pattern: "*"},
	}}}
	m.Tools.Default = "allow"
	m.Limits.MaxSubagents, m.Limits.MaxDepth = 2, 1
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"tester": {
		Tools: manifest.SubagentTools{Default: "allow"},
		Permissions: manifest.Permissions{Mode: "ask", Default: "allow", Rules: []manifest.Rule{
			{Action: "deny", Tool: "bash", Pattern: "git status*"},
		}},
	}}
	return m
}

// standing is a guard that answers on a socket.
type standing struct {
	*guard.Server
	socket string
	config guard.Config

	mu     sync.Mutex
	events []guard.Event
}

func (s *standing) seen() []guard.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]guard.Event{}, s.events...)
}

func start(t testing.TB, change func(*guard.Config)) *standing {
	t.Helper()
	dir, err := os.MkdirTemp("", "guard") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	site, err := toolcall.Open(dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	m := pod()
	g, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	s := &standing{socket: filepath.Join(dir, "s")}
	s.config = guard.Config{Driver: driver(runtime.PerSession, true), Manifest: m, Guard: g, Site: site, On: func(e guard.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, e)
	}}
	if change != nil {
		change(&s.config)
	}
	if s.Server, err = guard.New(s.config); err != nil {
		t.Fatal(err)
	}
	l, err := guard.Listen(s.socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// client is a hook or a plugin.
type client struct {
	t testing.TB
	net.Conn
	lines *bufio.Reader
}

func (s *standing) dial(t testing.TB) *client {
	t.Helper()
	c, err := net.Dial("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return &client{t, c, bufio.NewReader(c)}
}

func (c *client) send(a guard.Ask) {
	c.t.Helper()
	line, err := json.Marshal(a)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.Write(append(line, '\n')); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive() guard.Answer {
	c.t.Helper()
	line, err := c.lines.ReadBytes('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	var a guard.Answer
	if err := json.Unmarshal(line, &a); err != nil {
		c.t.Fatalf("%q: %v", line, err)
	}
	return a
}

func (c *client) ask(a guard.Ask) guard.Answer {
	c.t.Helper()
	c.send(a)
	return c.receive()
}

func input(t testing.TB, v any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func bash(command string) guard.Ask {
	text, _ := json.Marshal(map[string]string{"command": command})
	return guard.Ask{ID: "1", Kind: guard.Judge, Tool: "bash", Input: text, Call: "call-" + command}
}

// Answers name the rule, and what to do if no user can be asked.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name              string
		headless, dialog  bool
		ask               guard.Ask
		action            manifest.Action
		reason, atPointer string
	}{
		{"a rule denies", false, true, bash("git -C . push -f"), "deny", "denied by rule 1 of the Pod, `bash git push*`: no pushing here", "/permissions/rules/0"},
		{"a rule allows", false, true, bash("git status"), "allow", "allowed by rule 2 of the Pod, `bash git status*`", "/permissions/rules/1"},
		{"a rule asks", false, true, bash("make all"), "ask", "asked about by rule 3 of the Pod, `bash make*`", "/permissions/rules/2"},
		{"the default asks", false, true, bash("ls"), "ask", "asked about: no rule decides the command `ls`; the default is `ask`", "/permissions/default"},
		{"headless", true, true, bash("make all"), "deny", "no user can be asked: asked about by rule 3 of the Pod, `bash make*`; to let it run, start the Pod in a terminal, or allow it in the profile in the place of this rule", "/permissions/rules/2"},
		{"without a dialog", false, false, bash("make all"), "deny", "Test cannot ask the user: asked about by rule 3 of the Pod, `bash make*`; to let it run, allow it in the profile in the place of this rule", "/permissions/rules/2"},
		{"headless, by default", true, true, bash("ls"), "deny", "no user can be asked: no rule decides the command `ls`; the default is `ask`; to let it run, start the Pod in a terminal, or allow it in the profile", "/permissions/default"},
		{"one of several files", false, true, guard.Ask{Kind: guard.Judge, Tool: "patch", Input: []byte(`{"paths":["a","secrets/k","b"]}`)}, "deny", "", "/permissions/rules/3"},
		{"a subagent", false, true, guard.Ask{Kind: guard.Judge, Tool: "bash", Subagent: "tester", Agent: "a1", Input: []byte(`{"command":"git status"}`)}, "deny", "denied by rule 1 of the subagent `tester`, `bash git status*`", "/subagents/tester/permissions/rules/0"},
		{"the Pod's rule for a subagent", false, true, guard.Ask{Kind: guard.Judge, Tool: "bash", Subagent: "tester", Agent: "a1", Input: []byte(`{"command":"git push"}`)}, "deny", "denied by rule 1 of the Pod, `bash git push*`: no pushing here", "/permissions/rules/0"},
		{"an unknown subagent", false, true, guard.Ask{Kind: guard.Judge, Tool: "bash", Subagent: "other", Input: []byte(`{"command":"git status"}`)}, "deny", "denied: subagent \"other\" not found in the manifest", ""},
		{"a subagent without a name", false, true, guard.Ask{Kind: guard.Judge, Tool: "bash", Agent: "a1", Input: []byte(`{"command":"git status"}`)}, "deny", "the name of the subagent that calls is not known", ""},
		{"the program's own tool", false, true, guard.Ask{Kind: guard.Judge, Tool: "todo", Input: []byte(`{}`)}, "allow", "`todo` changes nothing but what the program keeps of itself", ""},
		{"a tool without a translation", false, true, guard.Ask{Kind: guard.Judge, Tool: "odd", Input: []byte(`{}`)}, "deny", "the guard does not understand the call of `odd`: it is not a tool of the manifest", ""},
		{"an unknown tool", false, true, guard.Ask{Kind: guard.Judge, Tool: "new\x1b[31m", Input: []byte(`{}`)}, "deny", "the guard does not understand the call of `new\\x1b[31m`: it is not known", ""},
		{"a defect", false, true, guard.Ask{Kind: guard.Judge, Tool: "panics", Input: []byte(`{}`)}, "deny", "the guard failed to decide", ""},
		{"a path that loops", false, true, guard.Ask{Kind: guard.Judge, Tool: "edit", Input: []byte(`{"path":"loop/x"}`)}, "deny", "", ""},
		{"names that differ in case", false, true, guard.Ask{Kind: guard.Judge, Tool: "bash", Input: []byte(`{"command":"git push","Command":"git status"}`)}, "deny", "the guard does not understand the call of `bash`: its input has the name `Command` twice", ""},
		{"names that fold to the same", false, true, guard.Ask{Kind: guard.Judge, Tool: "edit", Input: []byte(`{"x":[{"path\u017f":1,"paths":2}],"path":"a"}`)}, "deny", "", ""},
		{"arguments of a server", false, true, guard.Ask{Kind: guard.Judge, Tool: "mcp__s__t", Input: []byte(`{"a":1,"A":2}`)}, "allow", "allowed by rule 7 of the Pod, `mcp__s__* *`", "/permissions/rules/6"},
		{"no input", false, true, guard.Ask{Kind: guard.Judge, Tool: "bash"}, "deny", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, func(config *guard.Config) {
				config.Headless, config.Driver = c.headless, driver(runtime.PerSession, c.dialog)
			})
			if err := os.Symlink("loop", filepath.Join(s.config.Site.Workspace, "loop")); err != nil {
				t.Fatal(err)
			}
			c.ask.ID = "7"
			a := s.dial(t).ask(c.ask)
			if a.ID != "7" || a.Action != c.action || c.reason != "" && a.Reason != c.reason || a.Reason == "" {
				t.Errorf("answer %+v, must be %s: %s", a, c.action, c.reason)
			}
			events := s.seen()
			if len(events) != 1 || events[0].Action != a.Action || events[0].Reason != a.Reason || events[0].Pointer != c.atPointer || events[0].Tool != c.ask.Tool {
				t.Errorf("events %+v", events)
			}
			if c.ask.Call != "" && !s.Judged(c.ask.Call) || s.Judged("another") || s.Judged("") {
				t.Errorf("judged: %v, another: %v", s.Judged(c.ask.Call), s.Judged("another"))
			}
		})
	}
}

// Without a hello of its session, or a connection of its program, no request is ready.
func TestReady(t *testing.T) {
	of := func(session string) runtime.Request { return runtime.Request{Session: session} }
	t.Run("session", func(t *testing.T) {
		s := start(t, nil)
		c := s.dial(t)
		for _, bad := range []string{"", "a b", "a\n", "é"} {
			if a := c.ask(guard.Ask{Kind: guard.Hello, Session: bad}); a.Action != "deny" {
				t.Errorf("hello of %q: %+v", bad, a)
			}
		}
		c.ask(guard.Ask{Kind: guard.Session, Session: "two"})
		c.ask(guard.Ask{Kind: guard.State, Session: "two", State: "working"})
		if a := c.ask(guard.Ask{Kind: guard.Hello, Session: "one"}); a.Action != "allow" {
			t.Errorf("hello: %+v", a)
		}
		c.Close()
		if !s.Ready(of("one")) || s.Ready(of("two")) || s.Ready(of("")) {
			t.Error("ready for another session than the one that said hello")
		}
		s.dial(t).ask(guard.Ask{Kind: guard.Hello, Session: "two"})
		if !s.Ready(of("one")) || !s.Ready(of("two")) {
			t.Error("not ready for both sessions")
		}
		s.Close()
		if s.Ready(of("one")) {
			t.Error("ready after the end")
		}
	})
	t.Run("connection", func(t *testing.T) {
		s := start(t, func(c *guard.Config) { c.Driver = driver(runtime.PerConnection, true) })
		if s.Ready(of("one")) {
			t.Error("ready before a connection")
		}
		stranger := s.dial(t)
		if a := stranger.ask(bash("git status")); a.Action != "deny" {
			t.Errorf("a call by a connection without hello: %+v", a)
		}
		c := s.dial(t)
		c.ask(guard.Ask{Kind: guard.Hello})
		if !s.Ready(of("one")) || !s.Ready(of("")) {
			t.Error("not ready with a connection")
		}
		if a := c.ask(bash("git status")); a.Action != "allow" {
			t.Errorf("a call: %+v", a)
		}
		second := s.dial(t) // the same process: plugins are loaded again
		second.ask(guard.Ask{Kind: guard.Hello})
		second.ask(guard.Ask{Kind: guard.Hello})
		second.Close()
		stranger.Close()
		c.ask(guard.Ask{Kind: guard.State, State: "waiting"})
		if !s.Ready(of("one")) {
			t.Error("not ready with one of two connections")
		}
		c.Close()
		wait(t, func() bool { return !s.Ready(of("one")) })
		wait(t, func() bool {
			events := s.seen()
			return len(events) > 0 && events[len(events)-1].Kind == guard.Gone
		})
	})
}

func wait(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing happened for 20 s")
		}
	}
}

// The first request gets the token, but no one can use it after a second one.
func TestToken(t *testing.T) {
	begin := func(t *testing.T, token string) (*standing, *client) {
		s := start(t, func(c *guard.Config) { c.Token = token })
		c := s.dial(t)
		c.ask(guard.Ask{Kind: guard.Hello, Session: "s"})
		return s, c
	}
	ready := func(s *standing) bool { return s.Ready(runtime.Request{Session: "s"}) }
	tokens := func(t *testing.T, s *standing) int {
		n := 0
		for _, e := range s.seen() {
			if e.Kind == guard.Token && e.Action == "allow" {
				n++
			}
		}
		return n
	}
	t.Run("once", func(t *testing.T) {
		s, c := begin(t, "t0k")
		if a := c.ask(guard.Ask{Kind: guard.Token}); a.Token != "t0k" || a.Action != "allow" {
			t.Errorf("%+v", a)
		}
		if !ready(s) {
			t.Error("not ready")
		}
		if a := c.ask(guard.Ask{Kind: guard.Token}); a.Token != "" || a.Action != "deny" || !ready(s) {
			t.Errorf("after the first request: %+v, ready %v", a, ready(s))
		}
		for _, e := range s.seen() {
			if text := fmt.Sprintf("%+v", e); len(text) == 0 || strings.Contains(text, "t0k") {
				t.Errorf("an event has the token: %s", text)
			}
		}
	})
	t.Run("twice before the first request", func(t *testing.T) {
		s, c := begin(t, "t0k")
		c.ask(guard.Ask{Kind: guard.Token})
		if a := c.ask(guard.Ask{Kind: guard.Token}); a.Token != "" || ready(s) {
			t.Errorf("%+v, ready %v", a, ready(s))
		}
		c.ask(guard.Ask{Kind: guard.Hello, Session: "s"})
		if ready(s) {
			t.Error("ready again")
		}
	})
	t.Run("after the first request", func(t *testing.T) {
		s, c := begin(t, "t0k")
		if s.Ready(runtime.Request{Session: "other"}) || !ready(s) {
			t.Error("ready for another session alone")
		}
		if a := c.ask(guard.Ask{Kind: guard.Token}); a.Token != "" {
			t.Errorf("%+v", a)
		}
	})
	t.Run("not wanted", func(t *testing.T) {
		s, c := begin(t, "")
		if a := c.ask(guard.Ask{Kind: guard.Token}); a.Token != "" || a.Action != "deny" || !ready(s) {
			t.Errorf("%+v", a)
		}
	})
	t.Run("race", func(t *testing.T) {
		s, _ := begin(t, "t0k")
		var all sync.WaitGroup
		for range 8 {
			c := s.dial(t)
			all.Go(func() { c.ask(guard.Ask{Kind: guard.Token}) })
		}
		all.Go(func() { ready(s) })
		all.Wait()
		if n := tokens(t, s); n > 1 {
			t.Errorf("%d got the token", n)
		}
	})
}
