package runtimetest

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// Guard answers hooks and keeps what they ask.
type Guard struct {
	Socket string

	room   *Room
	mu     sync.Mutex
	asked  []guard.Ask
	decide func(guard.Ask) guard.Answer
	listen net.Listener
}

func newGuard(t testing.TB, r *Room, socket string) *Guard {
	listen, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	g := &Guard{Socket: socket, room: r, listen: listen}
	g.Decide(func(guard.Ask) guard.Answer { return guard.Answer{Action: "allow"} })
	t.Cleanup(g.Stop)
	go func() {
		for {
			conn, err := listen.Accept()
			if err != nil {
				return
			}
			go g.serve(conn)
		}
	}()
	return g
}

// Stop closes the socket and removes it.
func (g *Guard) Stop() {
	g.listen.Close()
	os.Remove(g.Socket)
}

// Decide sets how calls are decided.
func (g *Guard) Decide(decide func(guard.Ask) guard.Answer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.decide = decide
}

// Asked are the questions of a kind so far.
func (g *Guard) Asked(kind guard.Kind) []guard.Ask {
	g.mu.Lock()
	defer g.mu.Unlock()
	var found []guard.Ask
	for _, a := range g.asked {
		if a.Kind == kind {
			found = append(found, a)
		}
	}
	return found
}

// By decides as a manifest says, by the driver's translation of calls.
func (g *Guard) By(m *manifest.Manifest) {
	g.room.t.Helper()
	rules, err := permission.Parse(m)
	if err != nil {
		g.room.t.Fatal(err)
	}
	site, err := toolcall.Open(g.room.Workspace, g.room.Home)
	if err != nil {
		g.room.t.Fatal(err)
	}
	g.Decide(func(a guard.Ask) guard.Answer {
		calls, err := g.room.Driver.Calls(runtime.ToolUse{Tool: a.Tool, Input: a.Input, Directory: a.Directory, Subagent: a.Subagent, Manifest: m})
		if err != nil {
			return guard.Answer{Action: "deny", Reason: err.Error()}
		}
		answer := guard.Answer{Action: "allow"}
		for _, call := range calls {
			if call, err = site.Prepare(call); err != nil {
				return guard.Answer{Action: "deny", Reason: err.Error()}
			}
			d := rules.Decide(call)
			if d.Action == "deny" || d.Action == "ask" && answer.Action == "allow" {
				answer.Action, answer.Reason = d.Action, d.Reason
			}
		}
		return answer
	})
}

func (g *Guard) serve(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		answer := guard.Answer{Action: "deny", Reason: "not understood"}
		var ask guard.Ask
		if json.Unmarshal(line, &ask) == nil {
			g.mu.Lock()
			g.asked = append(g.asked, ask)
			decide := g.decide
			g.mu.Unlock()
			switch ask.Kind {
			case guard.Judge:
				answer = decide(ask)
			case guard.Token:
				answer = guard.Answer{Action: "allow", Token: Token}
			default:
				answer = guard.Answer{Action: "allow"}
			}
		}
		answer.ID = ask.ID
		text, _ := json.Marshal(answer)
		if _, err := conn.Write(append(text, '\n')); err != nil {
			return
		}
	}
}
