package runtimetest

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// Guard answers hooks and records what they ask. A function of the test makes the
// decisions; after [Guard.By], the real guard does.
type Guard struct {
	Socket string

	room   *Room
	mu     sync.Mutex
	asked  []guard.Ask
	events []guard.Event
	decide func(guard.Ask) guard.Answer
	listen net.Listener
	server *guard.Server
	rules  *manifest.Manifest
	user   bool
}

func newGuard(t testing.TB, r *Room, socket string) *Guard {
	g := &Guard{Socket: socket, room: r}
	g.Decide(func(guard.Ask) guard.Answer { return guard.Answer{Action: "allow"} })
	t.Cleanup(g.Stop)
	listen := g.open()
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

func (g *Guard) open() net.Listener {
	g.room.t.Helper()
	listen, err := guard.Listen(g.Socket)
	if err != nil {
		g.room.t.Fatal(err)
	}
	g.listen = listen
	return listen
}

// Stop closes the socket and removes it.
func (g *Guard) Stop() {
	g.listen.Close()
	if g.server != nil {
		g.server.Close()
	}
	os.Remove(g.Socket)
}

// Decide sets the function that decides calls.
func (g *Guard) Decide(decide func(guard.Ask) guard.Answer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.decide = decide
}

// Asked returns the questions of a kind so far; those of the real guard lack the input.
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

// Events returns the real guard's events of a kind so far.
func (g *Guard) Events(kind guard.Kind) []guard.Event {
	g.mu.Lock()
	defer g.mu.Unlock()
	var found []guard.Event
	for _, e := range g.events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// By replaces this guard by the real one for a manifest, with a new one for each start.
// It is headless unless headless is given as false.
func (g *Guard) By(m *manifest.Manifest, headless ...bool) {
	g.room.t.Helper()
	g.rules, g.user = m, len(headless) > 0 && !headless[0]
	g.renew()
}

func (g *Guard) renew() {
	g.room.t.Helper()
	m := g.rules
	if m == nil {
		return
	}
	rules, err := permission.Parse(m)
	if err != nil {
		g.room.t.Fatal(err)
	}
	site, err := toolcall.Open(g.room.Workspace, g.room.Home)
	if err != nil {
		g.room.t.Fatal(err)
	}
	g.Stop()
	g.server, err = guard.New(guard.Config{
		Driver: g.room.Driver, Manifest: m, Guard: rules, Site: site, Headless: !g.user, Token: Token,
		On: func(e guard.Event) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.events = append(g.events, e)
			g.asked = append(g.asked, guard.Ask{Kind: e.Kind, Session: e.Session, Call: e.Call, Tool: e.Tool, Agent: e.Agent, Subagent: e.Subagent, State: e.State})
		},
	})
	if err != nil {
		g.room.t.Fatal(err)
	}
	go g.server.Serve(g.open())
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
