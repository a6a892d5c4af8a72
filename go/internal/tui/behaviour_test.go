package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/teatest/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// patience limits how long a test waits for an immediate effect.
const patience = 30 * time.Second

func run(t *testing.T, b *Backend) *teatest.TestModel {
	t.Helper()
	tm := teatest.NewTestModel(t, newModel(t.Context(), b), teatest.WithInitialTermSize(80, 24))
	t.Cleanup(func() { tm.Quit() })
	return tm
}

func sees(t *testing.T, tm *teatest.TestModel, words ...string) {
	t.Helper()
	teatest.WaitFor(t, tm.Output(), func(out []byte) bool {
		for _, w := range words {
			if !bytes.Contains(out, []byte(w)) {
				return false
			}
		}
		return true
	}, teatest.WithDuration(patience), teatest.WithCheckInterval(10*time.Millisecond))
}

func within[T any](t *testing.T, c <-chan T, what string) (value T) {
	t.Helper()
	select {
	case value = <-c:
	case <-time.After(patience):
		t.Fatal("never: " + what)
	}
	return value
}

// hanging is a backend whose evaluations end only when they are cancelled.
func hanging(t *testing.T) (b *Backend, begun chan string, ended chan error) {
	b = fake(t)
	begun, ended = make(chan string, 9), make(chan error, 9)
	b.Resolve = func(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error) {
		begun <- ref
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}
	return b, begun, ended
}

// A slow evaluation is named, turns a spinner, and ends with esc; the form is
// there again with what was typed.
func TestEvaluationIsStopped(t *testing.T) {
	b, begun, ended := hanging(t)
	tm := run(t, b)
	tm.Type("n")
	sees(t, tm, "profile:")
	for range 2 {
		tm.Send(keys["tab"])
	}
	tm.Type("night-shift")
	tm.Send(keys["ctrl+s"])
	if ref := within(t, begun, "the evaluation begins"); ref != "builtin:coder" {
		t.Errorf("%s was evaluated", ref)
	}
	frames := spinnerFrames()
	sees(t, tm, "evaluating", frames[2], frames[3]) // it turns
	tm.Send(keys["esc"])
	within(t, ended, "the evaluation is cancelled")
	sees(t, tm, "night-shift")
}

func spinnerFrames() []string {
	return newModel(context.Background(), &Backend{}).spinner.Spinner.Frames
}

// The same for a reference that is typed.
func TestReferenceIsStopped(t *testing.T) {
	b, begun, ended := hanging(t)
	tm := run(t, b)
	tm.Type("n")
	tm.Send(keys["enter"])
	tm.Type("./slow.nix")
	tm.Send(keys["enter"])
	within(t, begun, "the evaluation begins")
	sees(t, tm, "evaluating")
	tm.Send(keys["esc"])
	within(t, ended, "the evaluation is cancelled")
}

// The list of profiles can be used while it fills in.
func TestListFillsIn(t *testing.T) {
	b := fake(t)
	_, summary := sample()
	more, stopped := make(chan bool), make(chan bool)
	b.Profiles = func(ctx context.Context, show func(app.Profiles)) {
		row := app.Profile{Name: "slow", Source: "user", Ref: "user:slow"}
		show(app.Profiles{Rows: []app.Profile{row}, Busy: "evaluating user:slow"})
		<-more
		row.Known, row.Summary = true, &summary
		show(app.Profiles{Rows: []app.Profile{row}, Busy: "evaluating user:other"})
		<-ctx.Done()
		close(stopped)
	}
	tm := run(t, b)
	tm.Type("n")
	tm.Send(keys["enter"])
	sees(t, tm, "evaluating", "user:slow", "known")
	close(more)
	sees(t, tm, "other", "coder:")
	tm.Send(keys["esc"])
	tm.Send(keys["esc"])
	within(t, stopped, "the list is cancelled with the form")
}

// screenful is the output of the program.
type screenful struct {
	sync.Mutex
	bytes.Buffer
}

func (s *screenful) Write(p []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	return s.Buffer.Write(p)
}

func (s *screenful) Read(p []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	return s.Buffer.Read(p)
}

// Leaving at any point during an evaluation prints nothing, and no work outlives the
// interface.
func TestLeaving(t *testing.T) {
	for name, leave := range map[string]func(io.Writer, func()){
		"by ctrl-c":   func(keyboard io.Writer, _ func()) { keyboard.Write([]byte("\x03")) },
		"by a signal": func(_ io.Writer, signal func()) { signal() },
	} {
		t.Run(name, func(t *testing.T) {
			b, begun, ended := hanging(t)
			in, keyboard := io.Pipe()
			out := &screenful{}
			over := make(chan error, 1)
			ctx, signal := context.WithCancel(t.Context())
			defer signal()
			go func() {
				over <- Run(ctx, b, Options{In: in, Out: out, more: []tea.ProgramOption{tea.WithWindowSize(80, 24)}})
			}()
			keyboard.Write([]byte("n"))
			teatest.WaitFor(t, out, func(out []byte) bool { return bytes.Contains(out, []byte("(default)")) }, teatest.WithDuration(patience))
			keyboard.Write([]byte("\x13")) // ctrl-s
			within(t, begun, "the evaluation begins")
			leave(keyboard, signal)
			var e *diag.Error
			if err := within(t, over, "the program ends"); !errors.As(err, &e) || e.Exit != diag.ExitInterrupted || len(e.Diagnostics) > 0 {
				t.Errorf("it ended with %v", err)
			}
			if len(ended) != 1 {
				t.Error("the evaluation goes on")
			}
		})
	}
}

// Keys that come faster than screens are drawn reach the screens they are for.
func TestTypingAhead(t *testing.T) {
	b := fake(t)
	a := newModel(t.Context(), b)
	cmds := []tea.Cmd{a.Init()}
	for _, k := range []string{"enter", "tab", "tab", "n"} { // the form, its third field, and a letter for it
		key, ok := keys[k]
		if !ok {
			key = tea.KeyPressMsg{Code: rune(k[0]), Text: k}
		}
		_, cmd := a.Update(key)
		cmds = append(cmds, cmd) // not run yet
	}
	for _, cmd := range cmds {
		settle(t, a, cmd)
	}
	if got := text(a); strings.Count(got, "New Pod") != 1 || !strings.Contains(got, "› name:         n\n") {
		t.Error(got)
	}
}

// What was shown is saved exactly once, however often enter is pressed.
func TestCreatesOnceWhatWasShown(t *testing.T) {
	b := fake(t)
	var resolved, created atomic.Int32
	resolve := b.Resolve
	var shown *Resolved
	b.Resolve = func(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error) {
		resolved.Add(1)
		r, err := resolve(ctx, ref, in)
		shown = r
		return r, err
	}
	saving := make(chan bool)
	b.Create = func(ctx context.Context, r *Resolved) (*Created, error) {
		created.Add(1)
		<-saving
		if r != shown {
			t.Error("something else was saved than shown")
		}
		return &Created{ID: "2", Says: "saved indeed"}, nil
	}
	tm := run(t, b)
	tm.Type("n")
	sees(t, tm, "default")
	tm.Send(keys["ctrl+s"])
	sees(t, tm, "sandbox")
	tm.Send(keys["enter"])
	sees(t, tm, "saving")
	tm.Send(keys["enter"])
	tm.Send(keys["esc"])
	close(saving)
	sees(t, tm, "saved", "indeed")
	if resolved.Load() != 1 || created.Load() != 1 {
		t.Errorf("resolved %d times, created %d times", resolved.Load(), created.Load())
	}
}

// The startup inputs are what was typed; a pasted prompt keeps its lines.
func TestInputs(t *testing.T) {
	b := fake(t)
	var got manifest.Inputs
	create := b.Create
	b.Create = func(ctx context.Context, r *Resolved) (*Created, error) {
		got = r.Inputs
		return create(ctx, r)
	}
	dir := t.TempDir()
	a := begin(t, b, 80, 24)
	press(t, a, "n", "tab", "ctrl+u", dir, "enter", "night-shift", "enter", "codex", "enter")
	_, cmd := a.Update(tea.PasteMsg{Content: "first\nsecond\x1b[31m"})
	settle(t, a, cmd)
	press(t, a, "enter", "enter", "enter")
	want := manifest.Inputs{Name: "night-shift", Workspace: dir, Runtime: "codex", Prompt: "first\nsecond[31m"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A Pod that is pointed at stays so when others come, or when it goes on elsewhere.
func TestPointerStays(t *testing.T) {
	b := fake(t)
	a := begin(t, b, 80, 24)
	press(t, a, "down", "down")
	before := b.Pods
	b.Pods = func(ctx context.Context, show func(Pods)) {
		before(ctx, func(p Pods) { show(Pods{Rows: append([]Pod{{ID: "9", Name: "newest"}}, p.Rows...)}) })
	}
	press(t, a, "r")
	if got := text(a); !strings.Contains(got, "› read-all") || !strings.Contains(got, "newest") {
		t.Error(got)
	}
}

// Thousands of Pods are drawn a screenful at a time.
func TestManyPods(t *testing.T) {
	b := fake(t)
	b.Pods = func(ctx context.Context, show func(Pods)) {
		rows := make([]Pod, 5000)
		for i := range rows {
			rows[i] = Pod{ID: strings.Repeat("x", i%7) + string(rune('a'+i%26)), Name: "pod"}
		}
		rows[4999].Name = "the-last"
		show(Pods{Rows: rows})
	}
	a := begin(t, b, 80, 24)
	press(t, a, "end")
	if got := text(a); !strings.Contains(got, "› the-last") || strings.Count(got, "\n") != 24 {
		t.Error(got)
	}
}

func TestFound(t *testing.T) {
	rows := fake(t)
	var list app.Profiles
	rows.Profiles(t.Context(), func(p app.Profiles) { list = p })
	for filter, want := range map[string]string{
		"":             "project:broken builtin:coder project:coder builtin:reviewer user:slow",
		"  ":           "project:broken builtin:coder project:coder builtin:reviewer user:slow",
		"rev":          "builtin:reviewer",
		"PROJ":         "project:coder project:broken",
		"bcoder":       "builtin:coder",
		"sonnet":       "builtin:coder project:coder builtin:reviewer", // by the model
		"asks before":  "builtin:coder project:coder builtin:reviewer", // by the description
		"modle":        "project:broken",                               // by the reason
		"no such name": "",
	} {
		var refs []string
		for _, p := range found(list.Rows, filter) {
			refs = append(refs, p.Ref)
		}
		if got := strings.Join(refs, " "); got != want {
			t.Errorf("%q: %s, not %s", filter, got, want)
		}
	}
}

// The conversation for screen readers: nothing is drawn, and it ends with its input.
func TestAccessible(t *testing.T) {
	b := fake(t)
	var got manifest.Inputs
	create := b.Create
	b.Create = func(ctx context.Context, r *Resolved) (*Created, error) {
		got = r.Inputs
		return create(ctx, r)
	}
	script := strings.Join([]string{"3", "8", "1", "n", "99", "2", "/nowhere", "", "Bad Name", "night-shift", "", "go on", "y", "n", "./none.nix", "", "", "", ""}, "\n") + "\n"
	var out strings.Builder
	if err := Run(t.Context(), b, Options{In: strings.NewReader(script), Out: &out, Accessible: true}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manifest.Inputs{Workspace: "/", Name: "night-shift", Prompt: "go on"}, got); diff != "" {
		t.Error(diff)
	}
	file := filepath.Join("testdata", "accessible.txt")
	golden.Check(t, file, []byte(out.String()))
	if strings.Contains(out.String(), "\x1b") {
		t.Error("there is a control sequence")
	}
}

// A defect ends the program, with the screen put back and the panic at the top.
func TestPanicsReachTheTop(t *testing.T) {
	pressed := map[string]string{"work": "\r", "evaluation": "\x13"}
	for name, breakIt := range map[string]func(*Backend){
		"work": func(b *Backend) { b.Profiles = func(context.Context, func(app.Profiles)) { panic("x") } },
		"evaluation": func(b *Backend) {
			b.Resolve = func(context.Context, string, manifest.Inputs) (*Resolved, error) { panic("x") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := fake(t)
			breakIt(b)
			in, keys := io.Pipe()
			defer keys.Close()
			ended := make(chan any, 1)
			var screen lockedBuffer
			go func() {
				defer func() { ended <- recover() }()
				Run(t.Context(), b, Options{In: in, Out: &screen, more: []tea.ProgramOption{tea.WithWindowSize(80, 24)}})
			}()
			go func() {
				keys.Write([]byte("n"))
				for { // the form takes it once it knows the default profile
					if _, err := keys.Write([]byte(pressed[name])); err != nil {
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
			}()
			p, ok := within(t, ended, "the program ends").(*crash.Panic)
			if !ok || p.Cause != "a panic of type string" {
				t.Errorf("got %v", p)
			}
		})
	}
}

func TestScreensThatPanic(t *testing.T) {
	a := newModel(t.Context(), fake(t))
	left := make(chan bool, 1)
	a.quit = func() { left <- true }
	a.screens = []screen{nil}
	a.View()
	within(t, left, "the program is left")
	if _, command := a.Update(tea.KeyPressMsg{}); command == nil || command() != tea.Quit() || !a.work.panicked.Any() {
		t.Error("the program goes on")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}
