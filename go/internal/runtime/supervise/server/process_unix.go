//go:build unix

package server

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// process is the command that holds the program: inner, behind walls.
type process struct {
	control *wire.Conn
	cmd     *exec.Cmd
	gone    chan struct{} // closed when it has ended
	done    chan struct{} // closed when its output was read, too
	heard   chan struct{} // closed when all reports of inner were posted
	said    tail
}

// spawn starts the command. Its first process, inner, then waits for its spec.
func (p *pod) spawn(walled *Walled, spec *inner.Spec) error {
	cannot := func(err error) error {
		return diag.Errorf(diag.ExitMissing, "not-started", "cannot start the sandbox of Pod `%s`: %v", p.Start.Name, err).
			Hintf("look at what this machine has for it: insomnia doctor")
	}
	ours, theirs, err := wire.Pair()
	if err != nil {
		return cannot(err)
	}
	q := &process{control: ours, gone: make(chan struct{}), done: make(chan struct{}), heard: make(chan struct{})}
	q.cmd = &exec.Cmd{Path: walled.Argv[0], Args: walled.Argv, Env: walled.Env, Dir: "/", ExtraFiles: []*os.File{theirs},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	published, err := publish(walled.Published, spec)
	q.cmd.ExtraFiles = append(q.cmd.ExtraFiles, published...)
	if err != nil {
		ours.Close()
		theirs.Close()
		shut(published)
		return err
	}
	// With one processor inner starts faster; it uses the others once the program runs.
	q.cmd.Env = append(slices.Clip(q.cmd.Env), "GOMAXPROCS=1")
	pumps, given, err := p.screen.streams(q)
	if err != nil {
		ours.Close()
		theirs.Close()
		shut(published)
		return cannot(err)
	}
	started := make(chan error)
	go func() {
		// Walls end with the thread that started them.
		runtime.LockOSThread()
		err := q.cmd.Start()
		theirs.Close()
		shut(given)
		shut(published)
		started <- err
		if err == nil {
			_ = q.cmd.Wait()
			reap()
		}
		close(q.gone)
		pumps.Wait()
		close(q.done)
	}()
	if err := <-started; err != nil {
		ours.Close()
		return cannot(err)
	}
	p.process = q
	go func() {
		defer close(q.heard)
		for {
			kind, content, err := ours.Receive(inner.MostReport)
			p.post(event{order: true, kind: kind, data: content, err: err})
			if err != nil {
				return
			}
		}
	}()
	return nil
}

// tell sends the spec to inner. If this fails, the end of inner shows it.
func (q *process) tell(spec *inner.Spec) { _ = q.control.SendJSON(inner.OrderSpec, spec, patience) }

// order sends an order to inner. If inner does not respond, it is ended by force later.
func (q *process) order(kind wire.Kind, content []byte) {
	if q != nil {
		_ = q.control.Send(kind, content, patience)
	}
}

// kill ends the command and everything behind its walls.
func (q *process) kill() {
	if q == nil {
		return
	}
	_ = q.cmd.Process.Kill()
	q.control.Close() // without walls, inner ends the processes that it started
}

// ended reports whether the command has ended.
func (q *process) ended() bool {
	select {
	case <-q.gone:
		return true
	default:
		return false
	}
}

// onEnd calls a function when the command has ended.
func (q *process) onEnd(do func()) {
	go func() {
		<-q.gone
		do()
	}()
}

// how describes the end of the command.
func (q *process) how() string { return q.cmd.ProcessState.String() }

// complaint returns the command's output on standard error, or how it ended.
func (q *process) complaint() string {
	if said := q.said.String(); said != "" {
		return said
	}
	return q.how()
}

// tail keeps the end of its input.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const mostTail = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if over := len(t.last) - mostTail; over > 0 {
		t.last = bytes.Clone(t.last[over:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.last))
}
