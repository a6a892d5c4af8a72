//go:build unix

package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/halt"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/terminal"
)

const (
	// patience limits how long the supervisor may take for a frame.
	patience = 10 * time.Second
	// farewell limits how long it may take to end a Pod whose client has stopped waiting.
	farewell = 15 * time.Second
	// together is the maximum delay between the bytes of one key.
	together = 20 * time.Millisecond
)

// client is the user's side of a session.
type client struct {
	t          Terminal
	dir, name  string
	headless   bool
	conn       *wire.Conn
	supervisor *Supervisor // nil for a client that has attached

	signals chan os.Signal
	input   *reader // nil until the program runs
	// expected is set if a SIGCONT that suspend waited for is still pending.
	expected bool

	mu     sync.Mutex // held while the terminal is written to or changed
	modes  terminal.Modes
	before *term.State // the user's state of the terminal; nil if it is in effect
	forget func()      // cancels the halt.Before of restore
}

// frame is a frame from the supervisor. Its reader continues when done is closed.
type frame struct {
	kind    wire.Kind
	content []byte
	err     error
	done    chan struct{}
}

func (c *client) takeSignals() {
	c.signals = make(chan os.Signal, 16)
	signal.Notify(c.signals, c.listened()...)
	if c.t.Signals != nil {
		c.t.Signals()
	}
}

// listened returns the signals that the session handles. SIGTSTP is not included: once Go
// listens to it, it no longer stops the program.
func (c *client) listened() []os.Signal {
	s := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGCONT}
	if !c.headless {
		s = append(s, syscall.SIGWINCH, syscall.SIGQUIT)
	}
	return s
}

// leave restores everything for the user.
func (c *client) leave() {
	c.giveBack()
	if c.conn != nil {
		c.conn.Close()
	}
	signal.Stop(c.signals)
}

func (c *client) run(ctx context.Context) (Result, error) {
	frames := make(chan frame)
	over := make(chan struct{})
	defer close(over)
	go c.receive(frames, over)
	var keys terminal.Keys
	var typed <-chan []byte
	var released, late <-chan time.Time
	interrupts, done := 0, ctx.Done()
	end := func(kind wire.Kind) {
		_ = c.conn.Send(kind, nil, patience)
		if late == nil {
			late = time.After(farewell)
		}
	}
	for {
		select {
		case f := <-frames:
			result, ended, err := c.handle(f)
			if ended || err != nil {
				return result, err
			}
			if c.input != nil && typed == nil {
				typed = c.input.typed
			}
			close(f.done)
		case s := <-c.signals:
			switch s {
			case syscall.SIGWINCH:
				_ = c.conn.SendJSON(wire.Resize, sizeOf(c.t.Out), patience)
			case syscall.SIGQUIT:
				_ = c.conn.Send(wire.Signal, []byte(strconv.Itoa(int(syscall.SIGQUIT))), patience)
			case syscall.SIGCONT:
				if c.expected {
					c.expected = false
				} else {
					c.resume() // something else has stopped this process
				}
			case syscall.SIGINT:
				// A second SIGINT, or one before the program runs, is for this command.
				if interrupts++; interrupts > 1 || !c.headless && c.input == nil {
					end(wire.Stop)
				} else {
					_ = c.conn.Send(wire.Signal, []byte("2"), patience)
				}
			case syscall.SIGTERM:
				end(wire.Stop)
			case syscall.SIGHUP:
				end(wire.Hangup)
			}
		case p, open := <-typed:
			if !open {
				typed = nil
				end(wire.Hangup)
				continue
			}
			pass, detach := keys.Typed(p)
			if len(pass) > 0 {
				_ = c.conn.Send(wire.Input, pass, 0)
			}
			if detach {
				return c.detached(), nil
			}
			if released = nil; keys.Held() {
				released = time.After(together)
			}
		case <-released:
			_ = c.conn.Send(wire.Input, keys.Release(), 0)
			released = nil
		case <-done:
			done = nil
			end(wire.Stop)
		case <-late:
			return Result{}, diag.Errorf(diag.ExitState, "pod-stuck", "the supervisor of Pod `%s` does not end it", c.name).
				Hintf("look at its state: insomnia pod show %s", c.name)
		}
	}
}

// receive shows the output of the program, and passes other frames on.
func (c *client) receive(frames chan<- frame, over <-chan struct{}) {
	for {
		f := frame{done: make(chan struct{})}
		f.kind, f.content, f.err = c.conn.Receive(wire.MostFrame)
		if f.err == nil && (f.kind == wire.Output || f.kind == wire.Errors) {
			if f.err = c.show(f.kind, f.content); f.err == nil {
				continue
			}
		}
		select {
		case frames <- f:
		case <-over:
			return
		}
		if f.err != nil {
			return
		}
		select {
		case <-f.done:
		case <-over:
			return
		}
	}
}

func (c *client) show(kind wire.Kind, p []byte) error {
	if c.headless {
		to := c.t.Out
		if kind == wire.Errors {
			to = c.t.Err
		}
		_, err := to.Write(p)
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.modes.Write(p)
	if c.before == nil {
		return nil // the user has the terminal back
	}
	_, err := c.t.Out.Write(p)
	return err
}

// handle handles a frame that is not output.
func (c *client) handle(f frame) (result Result, ended bool, err error) {
	if f.err != nil {
		if f.kind == wire.Output || f.kind == wire.Errors {
			return c.unwritten(f.err)
		}
		c.giveBack()
		return c.lost(), true, nil
	}
	switch f.kind {
	case wire.Started:
		if !c.headless {
			if err := c.raw(); err != nil {
				return Result{}, true, err
			}
			c.input = read(c.t.In)
		}
	case wire.Stopped:
		c.suspend()
	case wire.Replaced:
		r := c.detached()
		r.Sentence = diag.Sprintf("another terminal has attached to Pod `%s`", c.name)
		return r, true, nil
	case wire.Failure:
		var e diag.Error
		if err := json.Unmarshal(f.content, &e); err != nil || len(e.Diagnostics) == 0 {
			return c.lost(), true, nil
		}
		return Result{}, true, &e
	case wire.End:
		var last wire.Last
		if err := json.Unmarshal(f.content, &last); err != nil {
			return c.lost(), true, nil
		}
		c.giveBack()
		return Result{Exit: last.Exit, State: live.State(last.State), Sentence: last.Sentence}, true, nil
	}
	return Result{}, false, nil
}

// unwritten handles output that cannot be written: it ends the session, because the pipe
// has no reader or the terminal is gone.
func (c *client) unwritten(err error) (Result, bool, error) {
	_ = c.conn.Send(wire.Hangup, nil, patience)
	c.giveBack()
	return Result{}, true, diag.Errorf(diag.ExitInternal, "not-written", "cannot write the output of Pod `%s`: %v", c.name, bounded.Reason(err)).
		Hintf("the Pod was ended; to continue: insomnia pod resume %s", c.name)
}

func (c *client) detached() Result {
	c.giveBack()
	status, _ := live.Read(c.dir)
	return Result{State: status.State, Detached: true,
		Sentence: diag.Sprintf("detached from Pod `%s`, which goes on; attach again: insomnia pod attach %s", c.name, c.name)}
}

// lost returns the result if the supervisor disconnected without a message.
func (c *client) lost() Result {
	how := ""
	if c.supervisor != nil {
		select {
		case <-c.supervisor.ended:
			how = fmt.Sprintf(" (%s)", c.supervisor.cmd.ProcessState)
		case <-time.After(time.Second):
		}
	}
	status, _ := live.Read(c.dir)
	if status.State.Over() && status.Exit != nil {
		return Result{Exit: *status.Exit, State: status.State, Sentence: status.Sentence}
	}
	if status.Running() { // it has dropped this client
		r := c.detached()
		r.Sentence = diag.Sprintf("the connection to Pod `%s` was lost, and it goes on; attach again: insomnia pod attach %s", c.name, c.name)
		return r
	}
	return Result{Exit: int(diag.ExitInternal), State: live.Failed,
		Sentence: diag.Sprintf("the supervisor of Pod `%s` ended unexpectedly%s, and the program with it; its log: %s; go on: insomnia pod resume %s",
			c.name, how, filepath.Join(c.dir, live.LogName), c.name)}
}

// raw switches the terminal to raw mode for the program.
func (c *client) raw() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	fd := int(c.t.In.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return diag.Errorf(diag.ExitUsage, "not-a-terminal", "cannot use the terminal: %v", err).
			Hintf("run this command in a terminal, or without one: --print")
	}
	c.before = before
	c.forget = halt.Before(c.restore)
	return nil
}

// giveBack ends the client's use of the terminal. It stops reading before the terminal
// returns to line mode, in which a pending read would wait for the end of a line.
func (c *client) giveBack() {
	if c.input != nil {
		c.input.cancel()
	}
	c.restore()
}

// restore restores the user's state of the terminal, whatever modes the program left on.
func (c *client) restore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.before == nil {
		return
	}
	_, _ = c.t.Out.Write(c.modes.Undo())
	restoreTermios(int(c.t.In.Fd()), c.before)
	c.before = nil
	c.forget()
}

// suspend stops this process, like the program has stopped itself, and resumes with it.
func (c *client) suspend() {
	c.restore()
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, syscall.SIGCONT)
	defer signal.Stop(resumed)
	_ = syscall.Kill(0, syscall.SIGTSTP)
	// Without a shell that waits, the kernel does not stop it, and nothing continues it.
	select {
	case <-resumed:
		c.expected = true
	case <-time.After(200 * time.Millisecond):
		c.expected = len(resumed) > 0 // it was stopped for longer
	}
	if c.raw() == nil {
		c.resume()
	}
}

// resume restores the program's state of a terminal that the user had in the meantime.
func (c *client) resume() {
	c.mu.Lock()
	if c.before != nil {
		_, _ = term.MakeRaw(int(c.t.In.Fd()))
		_, _ = c.t.Out.Write(c.modes.Redo())
	}
	c.mu.Unlock()
	if !c.headless {
		_ = c.conn.SendJSON(wire.Continue, sizeOf(c.t.Out), patience)
	}
}
