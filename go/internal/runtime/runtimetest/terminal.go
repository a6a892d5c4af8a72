package runtimetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/screentest"
)

// Terminal is a program in a terminal of tmux.
type Terminal struct {
	*screentest.Terminal
	room   *Room
	exit   string
	asked  int
	before map[string]string
}

// Open starts the plan of an interactive launch in a terminal of 100 columns and 30 rows.
func (r *Room) Open(l runtime.Launch) *Terminal {
	r.t.Helper()
	l.Headless = false
	return r.OpenPlan(r.Plan(l))
}

// OpenPlan starts a plan in a terminal of 100 columns and 30 rows.
func (r *Room) OpenPlan(plan *runtime.Plan) *Terminal {
	r.t.Helper()
	r.Write(plan)
	r.Guard.renew()
	dir, err := os.MkdirTemp("", "terminal-")
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { os.RemoveAll(dir) })
	term := &Terminal{room: r, exit: filepath.Join(dir, "exit"), asked: len(r.Model.Log()), before: snapshot(r.Home)}
	var script strings.Builder
	for _, d := range plan.Descriptors {
		file := filepath.Join(dir, strconv.Itoa(d.Number))
		if err := os.WriteFile(file, []byte(r.text(d)), 0o600); err != nil {
			r.t.Fatal(err)
		}
		fmt.Fprintf(&script, "exec %d< <(cat %s)\n", d.Number, quote(file))
	}
	fmt.Fprintf(&script, "cd %s\nenv -i", quote(r.Workspace))
	for _, word := range append(append(append(r.environment(plan), r.Wrapper...), r.Program), plan.Args...) {
		script.WriteString(" " + quote(word))
	}
	fmt.Fprintf(&script, "\necho $? >%s.tmp; mv %s.tmp %s\n", term.exit, term.exit, term.exit)
	file := filepath.Join(dir, "script")
	if err := os.WriteFile(file, []byte(script.String()), 0o700); err != nil {
		r.t.Fatal(err)
	}
	term.Terminal = screentest.Open(r.t, filepath.Join(dir, "tmux"), dir, 100, 30, "bash", file)
	term.Over = func() bool {
		_, err := os.Stat(term.exit)
		return err == nil
	}
	return term
}

// Ended waits for the end of the program and returns its result.
func (t *Terminal) Ended() Result {
	t.room.t.Helper()
	for end := time.Now().Add(Timeout); !t.Over(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.room.t.Fatalf("the program does not end:\n%s", t.Screen())
		}
	}
	code, err := bounded.ReadFile(t.exit, 16)
	if err != nil {
		t.room.t.Fatal(err)
	}
	result := Result{Log: t.room.Model.Log()[t.asked:], HomeChanges: changes(t.before, snapshot(t.room.Home))}
	result.Exit, _ = strconv.Atoi(strings.TrimSpace(string(code)))
	return result
}

func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
