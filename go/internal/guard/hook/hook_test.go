package hook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
)

// fake is a guard that does to a connection what a test wants.
func fake(t testing.TB, serve func(c net.Conn, line []byte)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hook")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				line, _ := bufio.NewReaderSize(c, 64<<10).ReadBytes('\n')
				serve(c, line)
			}()
		}
	}()
	return socket
}

// answers is a guard that answers everything alike.
func answers(t testing.TB, a guard.Answer) string {
	return fake(t, func(c net.Conn, line []byte) {
		var q guard.Ask
		if json.Unmarshal(line, &q) == nil {
			a.ID = q.ID
		}
		text, _ := json.Marshal(a)
		c.Write(append(text, '\n'))
	})
}

const preToolUse = `{"session_id":"s1","transcript_path":null,"cwd":"/w","hook_event_name":"PreToolUse","permission_mode":"default","tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"t1"}`

// long is the patience of a hook whose guard answers, on a busy machine.
const long = time.Minute

func once(args []string, stdin string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs, long)
	return out.String(), errs.String(), code
}

// Each program gets the answer in its own words. Codex lets a tool run for words that it
// does not know, `allow` and `ask` among them.
func TestAnswers(t *testing.T) {
	said := func(action, why string) string {
		return `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"` + action + `","permissionDecisionReason":"` + why + `"}}` + "\n"
	}
	for _, c := range []struct {
		runtime        string
		answer         guard.Answer
		stdout, stderr string
		code           int
	}{
		{"claude-code", guard.Answer{Action: "allow", Reason: "why"}, said("allow", "why"), "", 0},
		{"claude-code", guard.Answer{Action: "ask", Reason: "why"}, said("ask", "why"), "", 0},
		{"claude-code", guard.Answer{Action: "deny", Reason: "why"}, said("deny", "why"), "why\n", 2},
		{"claude-code", guard.Answer{Action: "deny"}, said("deny", "the Pod's guard denies it"), "the Pod's guard denies it\n", 2},
		{"codex", guard.Answer{Action: "allow", Reason: "why"}, "", "", 0},
		{"codex", guard.Answer{Action: "ask", Reason: "why"}, said("deny", "this program cannot ask: why"), "this program cannot ask: why\n", 2},
		{"codex", guard.Answer{Action: "deny", Reason: "why"}, said("deny", "why"), "why\n", 2},
	} {
		stdout, stderr, code := once([]string{c.runtime, answers(t, c.answer)}, preToolUse)
		if stdout != c.stdout || stderr != c.stderr || code != c.code {
			t.Errorf("%s, %s: %d %q %q, must be %d %q %q", c.runtime, c.answer.Action, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

// Each event is asked about as what it is.
func TestEvents(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{preToolUse, `{"id":"1","kind":"judge","session":"s1","call":"t1","tool":"Bash","input":{"command":"ls"},"directory":"/w"}`},
		{`{"hook_event_name":"PreToolUse","tool_name":"Bash","agent_id":"a1","agent_type":"pod:tester","tool_input":[1]}`, `{"id":"1","kind":"judge","tool":"Bash","input":[1],"subagent":"pod:tester","agent":"a1"}`},
		{`{"hook_event_name":"SessionStart","session_id":"s1","source":"clear"}`, `{"id":"1","kind":"hello","session":"s1"}`},
		{`{"hook_event_name":"UserPromptSubmit","session_id":"s1","prompt":"x"}`, `{"id":"1","kind":"state","session":"s1","state":"working"}`},
		{`{"hook_event_name":"Stop","session_id":"s1"}`, `{"id":"1","kind":"state","session":"s1","state":"waiting"}`},
		{`{"hook_event_name":"Notification","session_id":"s1"}`, `{"id":"1","kind":"state","session":"s1","state":"waiting"}`},
		{`{"hook_event_name":"SubagentStart","session_id":"s1","agent_id":"a1","agent_type":"tester"}`, `{"id":"1","kind":"started","session":"s1","subagent":"tester","agent":"a1"}`},
		{`{"hook_event_name":"SubagentStop","session_id":"s1","agent_id":"a1","agent_type":null}`, `{"id":"1","kind":"ended","session":"s1","agent":"a1"}`},
	} {
		got := make(chan string, 1)
		socket := fake(t, func(c net.Conn, line []byte) {
			got <- strings.TrimSuffix(string(line), "\n")
			io.WriteString(c, `{"id":"1","action":"allow"}`+"\n")
		})
		if _, stderr, code := once([]string{"codex", socket}, c.in); code != 0 || stderr != "" {
			t.Errorf("%s: %d %q", c.in, code, stderr)
		}
		if asked := <-got; asked != c.want {
			t.Errorf("%s asks %s, must ask %s", c.in, asked, c.want)
		}
	}
}

// Whatever breaks, no tool runs: the exit code is 2, and nothing on standard output may
// pass for an answer.
func TestBroken(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	closed := fake(t, func(net.Conn, []byte) {})
	says := func(text string) string {
		return fake(t, func(c net.Conn, _ []byte) { io.WriteString(c, text) })
	}
	silent := make(chan struct{})
	t.Cleanup(func() { close(silent) })
	allowed := answers(t, guard.Answer{Action: "allow"})
	for name, c := range map[string]struct {
		args  []string
		stdin io.Reader
	}{
		"no arguments":             {nil, strings.NewReader(preToolUse)},
		"one argument":             {[]string{"codex"}, strings.NewReader(preToolUse)},
		"three arguments":          {[]string{"codex", allowed, "x"}, strings.NewReader(preToolUse)},
		"unknown runtime":          {[]string{"other", allowed}, strings.NewReader(preToolUse)},
		"runtime with a plugin":    {[]string{"opencode", allowed}, strings.NewReader(preToolUse)},
		"no socket":                {[]string{"codex", missing}, strings.NewReader(preToolUse)},
		"a path that is too long":  {[]string{"codex", strings.Repeat("x", 500)}, strings.NewReader(preToolUse)},
		"an empty path":            {[]string{"codex", ""}, strings.NewReader(preToolUse)},
		"a file":                   {[]string{"codex", file}, strings.NewReader(preToolUse)},
		"closed":                   {[]string{"codex", closed}, strings.NewReader(preToolUse)},
		"closed midway":            {[]string{"codex", says(`{"id":"1","action":"al`)}, strings.NewReader(preToolUse)},
		"without a line break":     {[]string{"codex", says(`{"id":"1","action":"allow"}`)}, strings.NewReader(preToolUse)},
		"garbage":                  {[]string{"codex", says("HTTP/1.1 200 OK\r\n\r\n")}, strings.NewReader(preToolUse)},
		"an empty line":            {[]string{"codex", says("\n")}, strings.NewReader(preToolUse)},
		"endless":                  {[]string{"codex", says(strings.Repeat("x", 1<<20))}, strings.NewReader(preToolUse)},
		"another ID":               {[]string{"codex", says(`{"id":"2","action":"allow"}` + "\n")}, strings.NewReader(preToolUse)},
		"no ID":                    {[]string{"codex", says(`{"action":"allow"}` + "\n")}, strings.NewReader(preToolUse)},
		"another action":           {[]string{"codex", says(`{"id":"1","action":"Allow"}` + "\n")}, strings.NewReader(preToolUse)},
		"no action":                {[]string{"codex", says(`{"id":"1"}` + "\n")}, strings.NewReader(preToolUse)},
		"two actions":              {[]string{"codex", says(`{"id":"1","action":"deny","action":"allow"}` + "\n")}, strings.NewReader(preToolUse)},
		"more names":               {[]string{"codex", says(`{"id":"1","action":"allow","but":"no"}` + "\n")}, strings.NewReader(preToolUse)},
		"silent":                   {[]string{"codex", fake(t, func(net.Conn, []byte) { <-silent })}, strings.NewReader(preToolUse)},
		"input that never ends":    {[]string{"codex", allowed}, waits(silent)},
		"input that is endless":    {[]string{"codex", allowed}, endless{}},
		"input that breaks":        {[]string{"codex", allowed}, io.MultiReader(strings.NewReader(preToolUse), broken{})},
		"no input":                 {[]string{"codex", allowed}, strings.NewReader("")},
		"input that is torn":       {[]string{"codex", allowed}, strings.NewReader(preToolUse[:40])},
		"input that is a list":     {[]string{"codex", allowed}, strings.NewReader("[]")},
		"two inputs":               {[]string{"codex", allowed}, strings.NewReader(preToolUse + preToolUse)},
		"an unknown event":         {[]string{"codex", allowed}, strings.NewReader(`{"hook_event_name":"Other"}`)},
		"no event":                 {[]string{"codex", allowed}, strings.NewReader(`{}`)},
		"two events":               {[]string{"codex", allowed}, strings.NewReader(`{"hook_event_name":"PreToolUse","hook_event_name":"Stop"}`)},
		"an event of a wrong type": {[]string{"codex", allowed}, strings.NewReader(`{"hook_event_name":["Stop"]}`)},
		"a tool of a wrong type":   {[]string{"codex", allowed}, strings.NewReader(`{"hook_event_name":"PreToolUse","tool_name":1}`)},
		"a hello denied":           {[]string{"codex", answers(t, guard.Answer{Action: "deny"})}, strings.NewReader(`{"hook_event_name":"SessionStart"}`)},
		"a token denied":           {[]string{"token", answers(t, guard.Answer{Action: "deny"})}, strings.NewReader("")},
		"a token that is empty":    {[]string{"token", answers(t, guard.Answer{Action: "allow"})}, strings.NewReader("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			if code := run(c.args, c.stdin, &out, &errs, time.Second); code != 2 {
				t.Errorf("exit code %d, must be 2", code)
			}
			if out.Len() > 0 {
				t.Errorf("on standard output: %s", &out)
			}
			if text := errs.String(); !strings.HasSuffix(text, "\n") || len(text) > 500 || !strings.Contains(text, "guard") {
				t.Errorf("on standard error: %q", text)
			}
		})
	}
}

// A hook for an event that blocks nothing must not block the program: exit code 2 would
// make the agent continue forever at Stop, and at a prompt it would end the program
// without an error.
func TestNoticesDoNotStop(t *testing.T) {
	for _, event := range []string{"UserPromptSubmit", "Stop", "Notification", "SubagentStop", "SessionEnd", "PermissionRequest"} {
		if stdout, stderr, code := once([]string{"codex", "/nonexistent"}, `{"hook_event_name":"`+event+`"}`); code != 0 || stdout != "" || stderr != "" {
			t.Errorf("%s: %d %q %q", event, code, stdout, stderr)
		}
	}
}

func TestToken(t *testing.T) {
	socket := answers(t, guard.Answer{Action: "allow", Token: "t0k"})
	if stdout, stderr, code := once([]string{"token", socket}, ""); stdout != "t0k\n" || stderr != "" || code != 0 {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
}

// An answer that cannot be written does not count.
func TestClosedOutput(t *testing.T) {
	for _, runtime := range []string{"claude-code", "codex"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		w.Close()
		var errs bytes.Buffer
		code := run([]string{runtime, answers(t, guard.Answer{Action: "ask", Reason: "why"})}, strings.NewReader(preToolUse), w, &errs, long)
		if code != 2 {
			t.Errorf("%s: exit code %d", runtime, code)
		}
	}
}

// A large input gets through: what a model writes into a file.
func TestLargeInput(t *testing.T) {
	in := `{"hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"content":"` + strings.Repeat("x", 15<<20) + `"}}`
	if _, stderr, code := once([]string{"codex", answers(t, guard.Answer{Action: "allow"})}, in); code != 0 {
		t.Errorf("%d %q", code, stderr)
	}
}

type waits chan struct{}

func (w waits) Read([]byte) (int, error) { <-w; return 0, io.EOF }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, fmt.Errorf("broken") }

// No input makes the hook allow what the guard has not.
func FuzzInput(f *testing.F) {
	f.Add([]byte(preToolUse))
	f.Add([]byte(`{"hook_event_name":"Stop"}`))
	denies := answers(f, guard.Answer{Action: "deny", Reason: "no"})
	f.Fuzz(func(t *testing.T, in []byte) {
		var out, errs bytes.Buffer
		code := run([]string{"claude-code", denies}, bytes.NewReader(in), &out, &errs, long)
		read, err := read(in)
		stops := err != nil || read.event == "PreToolUse" || read.event == "SessionStart"
		if stops && code != 2 || bytes.Contains(out.Bytes(), []byte(`"permissionDecision":"allow"`)) {
			t.Errorf("%q: %d %s", in, code, &out)
		}
	})
}

// No answer but `allow` lets a tool run.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"id":"1","action":"allow"}`))
	f.Add([]byte(`{"id":"1","action":"deny","reason":"no"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := readAnswer(line)
		if r := (dialect{allows: true, asks: true}).answer(guard.Judge, a, err); r.code == 0 && a.Action != "allow" && a.Action != "ask" {
			t.Errorf("%q passes", line)
		}
		if r := (dialect{}).answer(guard.Judge, a, err); r.code == 0 && (err != nil || a.Action != "allow") {
			t.Errorf("%q passes in Codex", line)
		}
	})
}
