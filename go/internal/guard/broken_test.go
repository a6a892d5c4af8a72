package guard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// Lines that are wrong get a denial and end the connection; the guard goes on.
func TestWrongLines(t *testing.T) {
	s := start(t, nil)
	for name, line := range map[string]string{
		"empty":              "",
		"garbage":            "GET / HTTP/1.1",
		"a list":             "[]",
		"torn":               `{"kind":"judge"`,
		"two values":         `{"kind":"judge"}{"kind":"judge"}`,
		"an unknown name":    `{"kind":"judge","allow":true}`,
		"a name in capitals": `{"KIND":"judge"}`,
		"a name twice":       `{"kind":"state","kind":"hello"}`,
		"a name twice below": `{"kind":"judge","tool":"bash","input":{"command":"git push","command":"git status"}}`,
		"a wrong type":       `{"kind":1}`,
		"no UTF-8":           "{\"kind\":\"judge\",\"tool\":\"\xff\"}",
		"a long name":        `{"kind":"judge","tool":"` + strings.Repeat("x", 1<<10) + `"}`,
		"a long ID":          `{"id":"` + strings.Repeat("x", 1<<10) + `","kind":"other","session":"` + strings.Repeat("x", 1<<10) + `"}`,
		"deep":               `{"kind":"judge","input":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
	} {
		c := s.dial(t)
		io.WriteString(c, line+"\n")
		if a := c.receive(); a.Action != "deny" || a.Reason == "" || len(a.Reason) > 1100 {
			t.Errorf("%s: %+v", name, a)
		}
		if _, err := c.lines.ReadByte(); err == nil {
			t.Errorf("%s: the connection is still open", name)
		}
	}
	if a := s.dial(t).ask(guard.Ask{ID: "x", Kind: "other"}); a.Action != "deny" || a.ID != "x" {
		t.Errorf("an unknown kind: %+v", a)
	}
	if a := s.dial(t).ask(bash("git status")); a.Action != "allow" {
		t.Errorf("after all that: %+v", a)
	}
	if len(s.seen()) != 2 {
		t.Errorf("events %+v", s.seen())
	}
}

// A line that does not end is refused at its limit, however it comes.
func TestEndlessLine(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	go io.Copy(c, io.LimitReader(endless{}, 64<<20))
	if a := c.receive(); a.Action != "deny" || !strings.Contains(a.Reason, "MiB") {
		t.Errorf("%+v", a)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A model may write files of any length: several large inputs at a time.
func TestLargeInputs(t *testing.T) {
	s := start(t, nil)
	var all sync.WaitGroup
	for i := range 8 {
		c := s.dial(t)
		all.Go(func() {
			content, _ := json.Marshal(map[string]string{"path": "a", "content": strings.Repeat("x", 2<<20)})
			line, _ := json.Marshal(guard.Ask{Kind: guard.Judge, Tool: "edit", Input: content, Call: fmt.Sprint(i)})
			if _, err := c.Write(append(line, '\n')); err != nil {
				t.Error(err)
				return
			}
			if a := c.receive(); a.Action != "allow" {
				t.Errorf("%+v", a)
			}
		})
	}
	all.Wait()
}

// Silent, slow and dead connections do not lock others out, however many there are.
func TestCrowd(t *testing.T) {
	s := start(t, nil)
	held := start(t, func(c *guard.Config) { c.Driver = driver(runtime.PerConnection, true) })
	program := held.dial(t)
	program.ask(guard.Ask{Kind: guard.Hello})
	for i := range 600 {
		for _, one := range []*standing{s, held} {
			c := one.dial(t)
			switch i % 3 {
			case 1:
				io.WriteString(c, `{"kind":"judge","tool":"`)
			case 2:
				c.Close()
			}
		}
	}
	if a := s.dial(t).ask(bash("git status")); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := program.ask(bash("git status")); a.Action != "allow" || !held.Ready(runtime.Request{}) {
		t.Errorf("the program's own connection: %+v", a)
	}
}

// A client that asks and does not read the answers delays no other client.
func TestDeafClient(t *testing.T) {
	s := start(t, nil)
	deaf := s.dial(t)
	go func() {
		line, _ := json.Marshal(bash(strings.Repeat("x", 200)))
		for {
			if _, err := deaf.Write(append(line, '\n')); err != nil {
				return
			}
		}
	}()
	for range 50 {
		if a := s.dial(t).ask(bash("git status")); a.Action != "allow" {
			t.Fatalf("%+v", a)
		}
	}
}

// Questions of a connection are answered as they are decided, by their IDs: what hangs
// holds up nothing and is denied in time.
func TestSlowCallIsDenied(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	begin := time.Now()
	c.send(guard.Ask{ID: "slow", Kind: guard.Judge, Tool: "hangs", Input: []byte(`{}`), Call: "h"})
	quick := bash("git status")
	quick.ID = "quick"
	c.send(quick)
	if a := c.receive(); a.ID != "quick" || a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := c.receive(); a.ID != "slow" || a.Action != "deny" || a.Reason != "the guard could not decide within 5 s" {
		t.Errorf("%+v", a)
	}
	if took := time.Since(begin); took > 8*time.Second {
		t.Errorf("a hook gives up after 8 s, and the answer took %v", took)
	}
	if !s.Judged("h") {
		t.Error("the call that was denied counts as not judged")
	}
}

// The end of the guard ends its connections, and asks no hook to wait.
func TestKilled(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	c.ask(guard.Ask{Kind: guard.Hello, Session: "s"})
	s.Close()
	if _, err := c.lines.ReadByte(); err == nil {
		t.Error("a connection outlives the guard")
	}
	if _, err := net.Dial("unix", s.socket); err == nil {
		t.Error("somebody answers")
	}
}

func TestListen(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if l, err := guard.Listen(filepath.Join(dir, "s")); err == nil {
		l.Close()
		t.Error("listens where other users may enter")
	}
	s := start(t, nil)
	info, err := os.Stat(s.socket)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if l, err := guard.Listen(s.socket); err == nil {
		l.Close()
		t.Error("listens in the place of another guard")
	}
}

// Which calls were judged outlives the guard, a torn line and a full disk.
func TestReceipts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "judged")
	open := func(t *testing.T) *standing {
		return start(t, func(c *guard.Config) { c.Judged = path })
	}
	long := guard.Ask{Kind: guard.Judge, Tool: "new", Call: "a\nb\x00" + strings.Repeat("é", 200)}
	t.Run("first", func(t *testing.T) {
		s := open(t)
		c := s.dial(t)
		c.ask(bash("git status"))
		c.ask(bash("git push"))
		c.ask(long)
		c.ask(bash("git status"))
	})
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte("\n")) != 3 {
		t.Fatalf("%q %v", data, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("not hex and long enough to be a line\n0123")
	f.Close()
	t.Run("second", func(t *testing.T) {
		s := open(t)
		if !s.Judged("call-git status") || !s.Judged("call-git push") || !s.Judged(long.Call) || s.Judged("call-make") {
			t.Error("calls of the first start are not known")
		}
		s.dial(t).ask(bash("make"))
	})
	t.Run("third", func(t *testing.T) {
		if s := open(t); !s.Judged("call-make") || !s.Judged("call-git status") {
			t.Error("calls of the second start are not known")
		}
	})
	t.Run("a link", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "judged")
		if err := os.Symlink(path, link); err != nil {
			t.Fatal(err)
		}
		config := start(t, nil).config
		config.Judged = link
		if _, err := guard.New(config); err == nil {
			t.Error("follows a link")
		}
		config.Judged = t.TempDir()
		if _, err := guard.New(config); err == nil {
			t.Error("takes a directory")
		}
	})
	t.Run("a full disk", func(t *testing.T) {
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Skip("no /dev/full")
		}
		s := start(t, nil)
		defer guard.FillDisk(s.Server)()
		if a := s.dial(t).ask(bash("git status")); a.Action != "deny" || !strings.Contains(a.Reason, "no space") || s.Judged("call-git status") {
			t.Errorf("%+v", a)
		}
	})
}

// Subagents are counted from the call that begins them to their end.
func TestLimitsOnSubagents(t *testing.T) {
	s := start(t, nil) // 2 at a time, 1 deep
	c := s.dial(t)
	begin := func(call, by string) guard.Answer {
		a := guard.Ask{Kind: guard.Judge, Tool: "agent", Call: call, Agent: by, Input: []byte(`{"name":"tester"}`)}
		if by != "" {
			a.Subagent = "tester"
		}
		return c.ask(a)
	}
	if a := begin("1", ""); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := c.ask(guard.Ask{Kind: guard.Started, Agent: "A", Subagent: "tester"}); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := begin("2", ""); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := begin("3", ""); a.Action != "deny" || a.Reason != "denied: `limits.maxSubagents` is 2, and 2 run; wait for one to end" {
		t.Errorf("%+v", a)
	}
	if a := begin("4", "A"); a.Action != "deny" || a.Reason != "denied: `limits.maxDepth` is 1, and this subagent would be 2 deep" {
		t.Errorf("%+v", a)
	}
	if a := begin("5", "unknown"); a.Action != "deny" || !strings.Contains(a.Reason, "maxDepth") {
		t.Errorf("%+v", a)
	}
	c.ask(guard.Ask{Kind: guard.Ended, Agent: "A"})
	if a := begin("6", ""); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	c.ask(guard.Ask{Kind: guard.Ended, Call: "2"})
	if a := begin("7", ""); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := begin("8", ""); a.Action != "deny" {
		t.Errorf("%+v", a)
	}
	// A subagent that never began and one that became silent free their places; one that
	// works does not.
	later := func(by time.Duration) {
		now := time.Now().Add(by)
		guard.SetClock(s.Server, func() time.Time { return now })
	}
	later(2 * time.Minute)
	c.ask(guard.Ask{Kind: guard.Started, Agent: "B", Subagent: "tester"})
	c.ask(guard.Ask{Kind: guard.Started, Agent: "C", Subagent: "tester"})
	later(16 * time.Minute)
	c.ask(guard.Ask{Kind: guard.Judge, Tool: "todo", Agent: "B", Subagent: "tester", Input: []byte(`{}`)})
	later(18 * time.Minute)
	if a := begin("9", ""); a.Action != "allow" {
		t.Errorf("%+v", a)
	}
	if a := begin("10", ""); a.Action != "deny" {
		t.Errorf("%+v", a)
	}
	events := s.seen()
	if last := events[len(events)-1]; last.Pointer != "/limits/maxSubagents" {
		t.Errorf("%+v", last)
	}
}

// The names of agents are the manifest's. The Pod's own agent may have a name in the
// program without being a subagent.
func TestNamesOfAgents(t *testing.T) {
	s := start(t, func(c *guard.Config) {
		c.Driver.Subagent = func(name string) string {
			if name == "pod:main" {
				return ""
			}
			return strings.TrimPrefix(name, "pod:")
		}
	})
	c := s.dial(t)
	for _, one := range []struct {
		agent, name, tool, want string
		action                  manifest.Action
	}{
		{"", "pod:main", "agent", "", "allow"},
		{"", "pod:main", "bash", "", "allow"},
		{"A", "pod:tester", "bash", "tester", "deny"},
		{"A", "pod:tester", "agent", "tester", "deny"},
		{"A", "pod:main", "bash", "", "deny"},
	} {
		got := c.ask(guard.Ask{Kind: guard.Judge, Tool: one.tool, Agent: one.agent, Subagent: one.name, Input: []byte(`{"command":"git status","name":"tester"}`)})
		events := s.seen()
		if last := events[len(events)-1]; got.Action != one.action || last.Subagent != one.want {
			t.Errorf("%s by %s: %+v, told as of %q", one.tool, one.name, got, last.Subagent)
		}
	}
}

// The guard on the socket answers as the guard in package permission decides.
func TestAnswersAreThoseOfTheRules(t *testing.T) {
	s := start(t, nil)
	c := s.dial(t)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"git", "status", "push", "make", "&&", "|", ";", "$(", ")", "'", "\"", "ls", "-C", ".", "env", "bash", "-c", "\\", ">", "secrets/x", "\x00", "é"}), 1, 8).Draw(t, "parts")
		command := strings.Join(parts, " ")
		subagent := rapid.SampledFrom([]string{"", "tester", "other"}).Draw(t, "subagent")
		q := bash(command)
		q.Subagent = subagent
		_, want := s.config.Site.Decide(s.config.Guard, permission.Call{Tool: "bash", Command: command, Subagent: subagent})
		if got := c.ask(q); got.Action != want.Action {
			t.Fatalf("%q of %q: %+v, must be %s (%s)", command, subagent, got, want.Action, want.Reason)
		}
	})
}

// No line makes the guard allow a call that the rules deny, or fail.
func FuzzLine(f *testing.F) {
	s := start(f, nil)
	for _, a := range []guard.Ask{bash("git push"), {Kind: guard.Hello, Session: "s"}, {Kind: guard.Token}, {Kind: guard.Ended, Agent: "a"}} {
		line, _ := json.Marshal(a)
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.IndexByte(line, '\n') >= 0 {
			return
		}
		c := s.dial(t)
		defer c.Close()
		if _, err := c.Write(append(bytes.Clone(line), '\n')); err != nil {
			return
		}
		a := c.receive()
		var q guard.Ask
		if a.Action != "allow" {
			return
		}
		if err := json.Unmarshal(line, &q); err != nil {
			t.Errorf("%q: %+v, and %v", line, a, err)
		}
		var in struct{ Command string }
		if q.Kind != guard.Judge || q.Tool != "bash" || json.Unmarshal(q.Input, &in) != nil {
			return
		}
		call := permission.Call{Tool: "bash", Command: in.Command, Directory: q.Directory, Subagent: q.Subagent}
		if _, want := s.config.Site.Decide(s.config.Guard, call); want.Action != "allow" {
			t.Errorf("%q: %+v, must be %s", line, a, want.Action)
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	s := start(b, nil)
	c := s.dial(b)
	for b.Loop() {
		c.SetDeadline(time.Now().Add(time.Minute))
		c.ask(bash("git status"))
	}
}
