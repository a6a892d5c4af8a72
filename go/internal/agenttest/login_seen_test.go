//go:build agents

package agenttest

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// Of the directory of the login nothing else is opened, by whatever part of a Pod, and
// the login by the program alone.
func TestLoginTraced(t *testing.T) {
	eachLogin(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, "", script(modelmock.Turn{Text: "The canary of answers."}))
		s, _, _ := d.logIn(time.Now().Add(24*time.Hour), 0)
		trace := d.traced(program, "pod", "new", "user:tried", "--runtime", d.runtime, "--print", "--prompt", "Begin.")
		cmd := exec.Command(trace.command[0], trace.command[1:]...)
		cmd.Dir, cmd.Env = d.work, d.env
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "The canary of answers.") {
			t.Fatalf("%v\n%s", err, out)
		}
		trace.opened(s)
	})
}

// tracing is a command that strace looks at.
type tracing struct {
	*desk
	command []string
	file    string
}

// traced wraps a command so that every file it opens is recorded.
func (d *desk) traced(command ...string) tracing {
	d.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		if os.Getenv("CI") == "true" {
			d.Fatal(err)
		}
		d.Skip(err)
	}
	t := tracing{d, nil, filepath.Join(d.xdg, "trace")}
	t.command = append([]string{"strace", "-f", "-qq", "-e", "trace=open,openat,openat2,execve", "-e", "signal=none", "-s", "4096", "-o", t.file}, command...)
	return t
}

// opened holds the trace to the one file that may be opened below the directory of a login,
// and to the program that may.
func (t tracing) opened(s subscription) {
	t.Helper()
	text, err := os.ReadFile(t.file)
	if err != nil {
		t.Fatal(err)
	}
	dir, opened := filepath.Join(t.home, s.dir)+"/", 0
	// Codex opens the login by the link in its own directory.
	link := "/agent/codex/" + s.file
	ours := map[string]bool{}    // processes that run this program, by their number
	begun := map[string]string{} // calls that another process came between
	for line := range strings.Lines(string(text)) {
		process, call, _ := strings.Cut(line, " ")
		call = strings.TrimSpace(call)
		if first, unfinished := strings.CutSuffix(call, "<unfinished ...>"); unfinished {
			begun[process] = first
			continue
		}
		if rest, resumed := strings.CutPrefix(call, "<... "); resumed {
			_, rest, _ = strings.Cut(rest, "resumed>")
			call = begun[process] + rest
		}
		if strings.HasPrefix(call, "execve(") {
			ours[process] = strings.Contains(call, `("`+program+`"`)
			continue
		}
		_, path, _ := strings.Cut(call, `"`)
		path, flags, _ := strings.Cut(path, `"`)
		if !strings.HasPrefix(path, dir) && !strings.HasSuffix(path, link) || strings.Contains(flags, "O_PATH") || strings.Contains(flags, "ENOENT") {
			continue
		}
		if filepath.Base(path) != s.file || ours[process] || !strings.Contains(flags, "O_RDONLY") {
			t.Errorf("opened: %s", line)
		}
		opened++
	}
	if opened == 0 {
		t.Error("the login was not opened")
	}
}

// An agent program that crashes while it has its login leaves no copy of its memory, also
// where the user lets programs leave some.
func TestLoginCrashed(t *testing.T) {
	eachLogin(t, func(t *testing.T, a agent) {
		asked, answer := make(chan bool), make(chan bool)
		once := sync.OnceFunc(func() { close(asked) })
		t.Cleanup(func() { close(answer) })
		d := newDesk(t, a, "", func(int, modelmock.Request) modelmock.Turn {
			once()
			<-answer
			return modelmock.Turn{Text: "An answer."}
		})
		d.logIn(time.Now().Add(24*time.Hour), 0)
		before := tree(t, d.home)
		cmd := exec.Command("bash", "-c", `ulimit -c unlimited; exec "$0" "$@"`, program, "pod", "new", "user:tried", "--runtime", d.runtime, "--name", "tried", "--print", "--prompt", "Begin.")
		cmd.Dir, cmd.Env = d.work, d.env
		ended := make(chan []byte)
		go func() {
			out, _ := cmd.CombinedOutput()
			ended <- out
		}()
		<-asked
		crashed := 0
		all, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, exe := range all {
			path, _ := os.Readlink(exe)
			environ, _ := os.ReadFile(filepath.Dir(exe) + "/environ")
			if !strings.Contains(path, "node_modules") || !bytes.Contains(environ, []byte("HOME="+d.home+"\x00")) {
				continue
			}
			limits, _ := os.ReadFile(filepath.Dir(exe) + "/limits")
			for line := range strings.Lines(string(limits)) {
				if rest, ok := strings.CutPrefix(line, "Max core file size"); ok && fmt.Sprint(strings.Fields(rest)) != "[1 1 bytes]" && fmt.Sprint(strings.Fields(rest)) != "[0 0 bytes]" {
					t.Errorf("%s: %s", path, line)
				}
			}
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(exe)))
			for _, sig := range []syscall.Signal{syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGXCPU, syscall.SIGSYS} {
				_ = syscall.Kill(pid, sig)
			}
			crashed++
		}
		if crashed == 0 {
			t.Error("the program was not found")
		}
		if out := <-ended; strings.Contains(string(out), loginCanary) {
			t.Error("the login was printed")
		}
		d.nothingRuns()
		s := subscriptions[a.runtime]
		for path, text := range tree(t, filepath.Dir(d.work)) {
			if strings.Contains(text, loginCanary) && path != filepath.Join(d.home, s.dir, s.file) || strings.HasPrefix(filepath.Base(path), "core") && strings.HasPrefix(path, d.work) {
				t.Errorf("%s has the login, or is a dump", path)
			}
		}
		if after := tree(t, d.home); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the home has changed: %q, was %q", keys(after), keys(before))
		}
	})
}

// In a terminal no screen precedes the conversation, the prompt is sent once, and the
// login goes to the same place as without a terminal.
func TestLoginScreen(t *testing.T) {
	eachLogin(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, "", script(modelmock.Turn{Text: "the answer is 4711"}))
		s, token, log := d.logIn(time.Now().Add(24*time.Hour), 0)
		before := tree(t, d.home)
		trace := d.traced(program, "pod", "new", "user:tried", "--runtime", d.runtime, "--name", "tried", "--prompt", "'what is it'")
		p := d.pane()
		p.run(strings.Join(trace.command, " "), shows("4711"))
		if got := d.conversation(); len(got) != 1 || strings.Count(string(got[0].Body), "what is it") != 1 {
			t.Errorf("%d requests of the conversation: %.3000q", len(got), got)
		}
		if out := d.insomnia("pod", "stop", "tried"); out.exit != 0 {
			t.Errorf("%+v", out)
		}
		p.Wait("has ended")
		asked := map[string]int{}
		for _, one := range log.all() {
			if one.host != s.host || one.login != "Bearer "+token {
				t.Errorf("%s was shown %q at %s", one.host, one.login, one.path)
			}
			asked[one.path]++
		}
		if a.runtime == "codex" && (len(asked) != 2 || asked[accountPath] == 0 || asked["/backend-api/codex/responses"] == 0) {
			t.Errorf("asked %v", asked)
		}
		trace.opened(s)
		if after := tree(t, d.home); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the home has changed: %q, was %q", keys(after), keys(before))
		}
	})
}

// An account that chatgpt.com does not serve for everybody, and a login that has expired,
// end the Pod with a sentence: with a terminal and without.
func TestLoginUnserved(t *testing.T) {
	for name, c := range map[string]struct {
		account, plan string
		status        int
		says          string
	}{
		"elsewhere": {account: `{"accounts":[{"id":"account","workspace_backend_origin":"https://eu.example.org"}]}`, says: "is served at `https://eu.example.org`"},
		"expired":   {status: http.StatusUnauthorized, says: "chatgpt.com does not accept the login of Codex"},
		"policies":  {plan: "enterprise", says: "has policies for Codex"},
	} {
		t.Run(name, func(t *testing.T) {
			eachLogin(t, func(t *testing.T, a agent) {
				if a.runtime != "codex" {
					return
				}
				d := newDesk(t, a, "", script(modelmock.Turn{Text: "An answer."}))
				d.account, d.plan = c.account, c.plan
				_, _, log := d.logIn(time.Now().Add(24*time.Hour), c.status)
				if got := d.headless("Begin."); got.exit != 7 || !strings.Contains(got.stderr, c.says) {
					t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
				}
				p := d.pane()
				p.run(program+" pod resume tried; echo ex''it $?", shows("exit 7"))
				squeeze := strings.NewReplacer(" ", "", "\n", "").Replace
				if !strings.Contains(squeeze(p.Screen()), squeeze(c.says)) {
					t.Errorf("the screen is\n%s", p.Screen())
				}
				for _, one := range log.all() {
					if one.path != accountPath {
						t.Errorf("%s was asked at %s", one.host, one.path)
					}
				}
				if len(d.model.Log()) != 0 {
					t.Error("the model was asked")
				}
			})
		})
	}
}
