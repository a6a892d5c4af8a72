//go:build agents

package guard_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/gateway"
	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// instead is a program in the place of insomnia, as text of sh: INSOMNIA is the real one.
func instead(t *testing.T, insomnia, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "insomnia")
	text = "#!/bin/sh\n[ \"$2\" = token ] && exec INSOMNIA \"$@\"\n" + text + "\n"
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "INSOMNIA", "'"+insomnia+"'")), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// broken is a way in which the guard is broken.
type broken struct {
	// hook replaces insomnia; empty for the real program.
	hook string
	// serve replaces the guard's socket; nil for the real guard.
	serve func(net.Conn)
	// killed takes the guard away with the first hello: its socket, or the connection that
	// a program holds.
	killed bool
	// none says that no guard listens.
	none bool
	// asked is the number of requests that may reach the model, and ran that of tools.
	asked, ran int
	// onlyHooks leaves out programs that have a plugin.
	onlyHooks bool
}

const onlyTools = `in=$(cat); case "$in" in *'"PreToolUse"'*) DO;; esac; printf %s "$in" | INSOMNIA "$@"`

var breaks = map[string]broken{
	"whole":                       {asked: 2, ran: 1},
	"no socket":                   {none: true},
	"a socket that closes":        {serve: func(net.Conn) {}},
	"a socket that says garbage":  {serve: func(c net.Conn) { io.WriteString(c, "garbage\n"); io.Copy(io.Discard, c) }},
	"a guard that denies all":     {serve: answering(`{"id":"1","action":"deny","reason":"the guard does not want this"}`)},
	"killed after hello":          {killed: true, asked: 1},
	"hooks that are not there":    {hook: "exit 127", onlyHooks: true},
	"hooks that end with 1":       {hook: "exit 1", onlyHooks: true},
	"hooks that end with 0":       {hook: "exit 0", onlyHooks: true},
	"hooks that are killed":       {hook: "kill -9 $$", onlyHooks: true},
	"hooks that say nonsense":     {hook: "echo '{}'", onlyHooks: true},
	"hooks that allow everything": {hook: `echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}'`, onlyHooks: true},
	// With a working hello, one call may run before the gateway sees that it was not
	// judged.
	"tool hooks that are killed": {hook: strings.ReplaceAll(onlyTools, "DO", "kill -9 $$"), onlyHooks: true, asked: 1},
	"tool hooks that end with 0": {hook: strings.ReplaceAll(onlyTools, "DO", "exit 0"), onlyHooks: true, asked: 1, ran: 1},
}

// answering answers each line with one text.
func answering(text string) func(net.Conn) {
	return func(c net.Conn) {
		for lines := bufio.NewScanner(c); lines.Scan(); {
			io.WriteString(c, text+"\n")
		}
	}
}

// However the guard is broken, no tool runs, and no request passes without a guard; this
// includes resumed sessions.
func TestBrokenGuardInPrograms(t *testing.T) {
	insomnia := runtimetest.Insomnia(t)
	for program, p := range programs {
		for name, b := range breaks {
			if b.onlyHooks && p.driver.Handshake != runtime.PerSession || p.blind && b.asked == 0 {
				continue // the hook does not exist, or the model makes no difference
			}
			t.Run(program+"/"+name, func(t *testing.T) {
				t.Parallel()
				breakGuard(t, insomnia, p, b)
			})
		}
	}
}

func breakGuard(t *testing.T, insomnia string, p tried, b broken) {
	var mu sync.Mutex
	asked := 0
	room := runtimetest.New(t, p.driver, func(_ int, r modelmock.Request) modelmock.Turn {
		mu.Lock()
		defer mu.Unlock()
		if len(r.Tools) == 0 {
			return modelmock.Turn{Text: "A title"}
		}
		if asked++; asked%2 == 1 {
			return modelmock.Turn{Calls: []modelmock.Call{p.shell(r, "echo ran >> ran")}}
		}
		return modelmock.Turn{Text: "All done here."}
	})
	m := runtimetest.Builtin(t, p.profile)
	if p.model != "" {
		m.Model.ID, m.Model.Ref = p.model, manifest.ModelRef("openai/"+p.model)
	}
	m.Permissions.Mode, m.Permissions.Default, m.Permissions.Rules = "bypass", "allow", nil
	rules, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	site, err := toolcall.Open(room.Workspace, room.Home)
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1/") {
			r.URL.Path = "/v1" + r.URL.Path
		}
		room.Model.ServeHTTP(w, r)
	}))
	defer api.Close()
	held, address := *m, manifest.URL(api.URL)
	held.Model.BaseURL = &address

	// run starts the program with a new guard and a new gateway, as each start of a Pod does.
	judged := filepath.Join(t.TempDir(), "judged")
	session := ""
	run := func(b broken, resume string) (result runtimetest.Result, toModel, tools int) {
		room.Guard.Stop()
		var server *guard.Server
		server, err := guard.New(guard.Config{Driver: p.driver, Manifest: m, Guard: rules, Site: site, Headless: true, Token: runtimetest.Token, Judged: judged, On: func(e guard.Event) {
			if e.Kind == guard.Hello && e.Session != "" || e.Kind == guard.Session {
				session = e.Session
			}
			if e.Kind == guard.Hello && b.killed {
				os.Remove(room.Guard.Socket)
				if p.driver.Handshake == runtime.PerConnection {
					go server.Close()
				}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		if !b.none {
			l, err := guard.Listen(room.Guard.Socket)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if b.serve == nil {
				go server.Serve(l)
			} else {
				go func() {
					for {
						c, err := l.Accept()
						if err != nil {
							return
						}
						go func() { defer c.Close(); b.serve(c) }()
					}
				}()
			}
		}
		room.Insomnia = insomnia
		if b.hook != "" {
			room.Insomnia = instead(t, insomnia, b.hook)
		}
		launch := room.Launch(m)
		if resume != "" {
			launch.Session, launch.Resume = resume, true
		}
		g, err := gateway.New(gateway.Config{Driver: p.driver, Manifest: &held, Token: runtimetest.Token, Guard: server, System: launch.System})
		if err != nil {
			t.Fatal(err)
		}
		front := httptest.NewServer(g)
		defer front.Close()
		launch.Gateway = front.URL
		mu.Lock()
		asked = 0
		mu.Unlock()
		os.Remove(filepath.Join(room.Workspace, "ran"))
		result = room.Run(launch)
		mu.Lock()
		defer mu.Unlock()
		text, _ := os.ReadFile(filepath.Join(room.Workspace, "ran"))
		return result, asked, strings.Count(string(text), "ran")
	}
	check := func(b broken, resume string) {
		t.Helper()
		result, toModel, tools := run(b, resume)
		whole := b.asked == 2
		if p.blind && !whole && b.asked > 0 {
			// The declared gap: the session has said hello, and what runs after that is not seen.
			if tools > b.ran {
				t.Errorf("resumed %v: %d tools ran", resume != "", tools)
			}
			return
		}
		if toModel > b.asked || tools > b.ran || whole && (toModel != b.asked || tools != b.ran) {
			t.Errorf("resumed %v: %d requests reached the model, and %d tools ran", resume != "", toModel, tools)
		}
		if !whole && result.Exit == 0 {
			t.Errorf("resumed %v: exit code 0", resume != "")
		}
		if t.Failed() {
			t.Logf("exit %d\n%.3000s\n%.3000s", result.Exit, result.Stdout, result.Stderr)
		}
	}
	check(b, "")
	if session == "" || b.ran+b.asked < 3 {
		check(breaks["whole"], "")
	}
	if session == "" {
		t.Fatal("no session")
	}
	check(b, session)
}
