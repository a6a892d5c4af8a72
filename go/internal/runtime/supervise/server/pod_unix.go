//go:build unix

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

const (
	patience = 10 * time.Second
	// grace limits how long a program may take to end by itself.
	grace = 3 * time.Second
	// slack is the additional time for its processes to end.
	slack = 2 * time.Second
	// handshake limits how long a program may take to say hello to the guard, if it does so
	// when it starts.
	handshake = time.Minute
	// beginning limits how long walls and the program may take to start, on a slow machine.
	beginning = time.Minute
	// lastReport limits how long reading the reports of inner may take after its end.
	lastReport = 2 * time.Second
)

// event is an event for the main goroutine.
type event struct {
	from   *client // for an event of a client
	kind   wire.Kind
	order  bool // set if kind is a report of inner
	data   []byte
	err    error
	notice func(*pod) // for an event of a service
}

// pod is a running Pod.
type pod struct {
	Setting
	parts    Program
	ahead    read
	services Services // nil for none
	signals  <-chan os.Signal
	events   chan event
	// finished is closed when events are no longer handled.
	finished chan struct{}
	holder   *live.Holder
	// allowed receives once whether the session may begin.
	allowed chan bool
	// recorded waits until the start of the session is recorded.
	recorded func() error
	status   live.Status
	room     *room // for sockets
	screen   *screen
	walled   *Walled
	spec     *inner.Spec // sent to inner
	rebuilt  int         // how often the walls were rebuilt
	process  *process
	// gateway and egress are their addresses inside.
	gateway, egress string
	ending          bool
	exit            *inner.Exit
	// over is the result of the session if it differs from the program's own.
	over *wire.Last
	// unreachable explains why the API of the model cannot be reached; empty if it can.
	unreachable string
	clock       <-chan time.Time
	shake       <-chan time.Time
	force       <-chan time.Time
}

// run holds the Pod from its start to its end. An error means that it was not started.
func (p *pod) run(ctx context.Context, conn *wire.Conn) (wire.Last, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if p.holder == nil {
		if err := p.hold(ctx); err != nil {
			return wire.Last{}, err
		}
	}
	defer p.holder.Release()
	p.launch()
	p.status = live.Status{Pod: p.Start.ID, Name: p.Start.Name, State: live.Starting, Runtime: p.Start.Runtime,
		Headless: p.Start.Launch.Headless, Process: os.Getpid(), Started: time.Now().UTC().Truncate(time.Millisecond),
		Unenforced: p.Start.Unenforced, Attached: !p.Start.Launch.Headless}
	if p.Start.Launch.Resume {
		p.status.Session = p.Start.Launch.Session
	}
	// Disks are slow, so the walls are built in parallel. Nothing of the Pod runs behind
	// them before the start of the session is recorded.
	p.allowed = make(chan bool, 1)
	p.recorded = p.inBackground(ctx, p.status)
	first := p.screenFor(conn)
	stop, err := p.begin(ctx)
	stop = sync.OnceFunc(stop)
	defer stop()
	if err == nil {
		err = p.started(ctx, first)
	}
	if p.spec != nil {
		for _, content := range p.spec.Descriptors {
			clear(content)
		}
	}
	if err != nil {
		p.screen.abort()
		if p.process != nil {
			p.process.kill()
			<-p.process.done
		}
		if unrecorded := p.recorded(); unrecorded != nil {
			stop()
			if err := p.holder.Undo(); err != nil {
				complain("cannot remove %s: %v", p.Dir, err)
			}
			return wire.Last{}, unrecorded
		}
		e := diag.From(err)
		p.finish(wire.Last{Exit: int(e.Exit), State: string(live.Failed), Sentence: e.Error()})
		return wire.Last{}, err
	}
	last := p.follow()
	p.finish(last)
	// A client that learns of the end may start the Pod again at once.
	stop()
	p.forget()
	_ = p.holder.Release()
	p.screen.end(last)
	return last, nil
}

// hold takes the directory of the Pod and creates what the Pod needs while it runs. After
// an error it does not hold the directory.
func (p *pod) hold(ctx context.Context) error {
	holder, err := live.Hold(ctx, p.Start.Dir)
	if errors.Is(err, live.ErrRunning) {
		return live.RunsAlready(p.Start.Name)
	}
	if err != nil {
		return live.NotWritten(p.Start.Dir, err)
	}
	p.launch()
	log, err := holder.Log()
	if err == nil {
		err = complainInto(log)
	}
	for _, dir := range []string{p.Launch.State, p.Launch.Files} {
		if err == nil {
			// The directory is synced with the status.
			_, err = durable.Mkdirs(durable.OS, dir, 0o700)
		}
	}
	if err != nil {
		_ = holder.Release()
		return live.NotWritten(p.Start.Dir, err)
	}
	p.holder = holder
	return nil
}

// launch sets the inputs of the plan that are known so far.
func (p *pod) launch() {
	p.Launch = p.Start.Launch
	p.Launch.State, p.Launch.Files = filepath.Join(p.Dir, "agent"), filepath.Join(p.Dir, "files")
}

// inBackground records the start of the session as soon as it is allowed, and returns a
// function that waits for that. After an error, the history has no session without an
// end.
func (p *pod) inBackground(ctx context.Context, status live.Status) func() error {
	done := make(chan error, 1)
	go func() {
		commit, discard := p.holder.Stage(status)
		if !<-p.allowed {
			discard()
			done <- p.interrupted()
			return
		}
		if p.parts.History != nil {
			if err := p.parts.History.Began(ctx, p.Start, p.holder.Ended()); err != nil {
				discard()
				done <- err
				return
			}
		}
		err := commit()
		if err != nil {
			p.record(time.Now())
			err = live.NotWritten(p.Start.Dir, err)
		}
		done <- err
	}()
	return sync.OnceValue(func() error { return <-done })
}

// started waits for the program to run, and then shows it.
func (p *pod) started(ctx context.Context, first *client) error {
	late := time.After(beginning)
	for {
		select {
		case e := <-p.events:
			switch {
			case e.order && e.kind == inner.ReportStarted:
				p.screen.begin()
				return nil
			case e.order && e.kind == inner.ReportFailed:
				var why string
				_ = json.Unmarshal(e.data, &why)
				return p.notStarted(why)
			case e.order && e.err != nil:
				<-p.process.gone
				if p.again(ctx) {
					continue
				}
				p.screen.abort() // its output is an error message; read all of it
				<-p.process.done
				return p.notStarted(p.process.complaint())
			case e.from == first && (e.kind == wire.Stop || e.kind == wire.Hangup || e.kind == wire.Signal || e.err != nil):
				return p.interrupted()
			case e.notice != nil:
				e.notice(p)
				if p.over != nil {
					return diag.Errorf(diag.Exit(p.over.Exit), "pod-refused", "%s", p.over.Sentence)
				}
			}
		case <-p.signals:
			return p.interrupted()
		case <-late:
			return p.notStarted("it does not begin")
		}
	}
}

func (p *pod) interrupted() error {
	return diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted while Pod `%s` was starting", p.Start.Name)
}

func (p *pod) notStarted(why string) error {
	return diag.Errorf(diag.ExitMissing, "not-started", "cannot start %s for Pod `%s`: %s", p.Driver.Title, p.Start.Name, why).
		Hintf("look at what this machine has for it: insomnia doctor")
}

// follow handles events until no process is left, and returns the result.
func (p *pod) follow() wire.Last {
	p.state(live.Working)
	if p.Start.Launch.Prompt == "" && !p.Start.Launch.Headless {
		p.state(live.Waiting)
	}
	if most := p.Manifest.Limits.MaxWallSeconds; most != nil {
		p.clock = time.After(time.Duration(*most) * time.Second)
	}
	if p.Driver.Handshake == runtime.PerConnection && p.services != nil {
		p.shake = time.After(handshake)
	}
	for {
		select {
		case e := <-p.events:
			switch {
			case e.notice != nil:
				e.notice(p)
			case e.order:
				p.report(e)
			default:
				p.asked(e)
			}
		case sig := <-p.signals:
			p.end(sig.(syscall.Signal), nil)
		case <-p.clock:
			p.end(syscall.SIGTERM, &wire.Last{Exit: int(diag.ExitRefused), State: string(live.Ended),
				Sentence: fmt.Sprintf("Pod `%s` has run for %s, as long as limits.maxWallSeconds allows; to continue: insomnia pod resume %s",
					p.Start.Name, time.Duration(*p.Manifest.Limits.MaxWallSeconds)*time.Second, p.Start.Name)})
		case <-p.shake:
			p.end(syscall.SIGTERM, &wire.Last{Exit: int(diag.ExitRefused), State: string(live.Failed),
				Sentence: fmt.Sprintf("the guard of Pod `%s` was not in place %s after the start of %s, and without it no tool may run", p.Start.Name, handshake, p.Driver.Title)})
		case <-p.force:
			p.process.kill()
		case <-p.process.done:
			return p.last()
		}
	}
}

// last returns the result of the session.
func (p *pod) last() wire.Last {
	// Handle reports and notices from before the end that have not been read yet.
	heard, late := p.process.heard, time.After(lastReport)
	for heard != nil || len(p.events) > 0 {
		select {
		case e := <-p.events:
			if e.order {
				p.report(e)
			} else if e.notice != nil {
				e.notice(p)
			}
		case <-heard:
			heard = nil
		case <-late:
			heard = nil
		}
	}
	switch {
	case p.over != nil:
		return *p.over
	case p.exit != nil && p.exit.Code != 0 && !p.ending && p.unreachable != "":
		return wire.Last{Exit: int(diag.ExitMissing), State: string(live.Ended),
			Sentence: fmt.Sprintf("Pod `%s` %s; then go on: insomnia pod resume %s", p.Start.Name, p.unreachable, p.Start.Name)}
	case p.exit != nil:
		return wire.Last{Exit: p.exit.Code, State: string(live.Ended)}
	case p.ending:
		return wire.Last{Exit: 128 + int(syscall.SIGKILL), State: string(live.Ended)}
	}
	return wire.Last{Exit: int(diag.ExitInternal), State: string(live.Failed),
		Sentence: fmt.Sprintf("the sandbox of Pod `%s` ended unexpectedly (%s), and the program with it; go on: insomnia pod resume %s", p.Start.Name, p.process.how(), p.Start.Name)}
}

// report handles a report of inner.
func (p *pod) report(e event) {
	switch {
	case e.err != nil: // the exit status of the process explains it
	case e.kind == inner.ReportStopped:
		if !p.screen.stopped() {
			p.process.order(inner.OrderContinue, nil) // no client can continue it
		}
	case e.kind == inner.ReportExited:
		var exit inner.Exit
		if json.Unmarshal(e.data, &exit) == nil {
			p.exit = &exit
		}
	}
}

// asked handles a request of a client.
func (p *pod) asked(e event) {
	switch {
	case e.err != nil:
		if p.screen.gone(e.from) {
			if p.Start.Launch.Headless {
				p.end(syscall.SIGHUP, nil) // no client is left to read its output
			}
			p.attached(false)
		}
	case e.kind == wire.Hello:
		p.process.order(inner.OrderContinue, nil) // it may have been stopped when the client left
		p.attached(true)
	case e.kind == wire.Stop:
		p.end(syscall.SIGTERM, nil)
	case !p.screen.is(e.from):
		// Another client has replaced this one.
	case e.kind == wire.Hangup:
		p.end(syscall.SIGHUP, nil)
	case e.kind == wire.Signal:
		if n, err := strconv.Atoi(string(e.data)); err == nil && n > 0 && n < 32 {
			p.process.order(inner.OrderSignal, []byte(strconv.Itoa(n)))
		}
	case e.kind == wire.Continue:
		p.process.order(inner.OrderContinue, nil)
		p.screen.learn(e.data)
		p.screen.draw() // the user had the terminal in the meantime
	case e.kind == wire.Resize:
		p.screen.resized(e.data)
	}
}

// end ends the program, by a signal and soon by force. why replaces its exit code; only
// the first reason counts.
func (p *pod) end(sig syscall.Signal, why *wire.Last) {
	if p.over == nil {
		p.over = why
	}
	if p.ending {
		return
	}
	p.ending, p.clock, p.shake = true, nil, nil
	ending, _ := json.Marshal(inner.Ending{Signal: int(sig), Grace: int(grace.Milliseconds())})
	p.process.order(inner.OrderEnd, ending)
	p.force = time.After(grace + slack)
}

// state records what the program is doing.
func (p *pod) state(state live.State) {
	if p.status.State != state {
		p.status.State = state
		p.write()
	}
}

func (p *pod) attached(is bool) {
	if p.status.Attached != is {
		p.status.Attached = is
		p.write()
	}
}

// write replaces the status. If the disk fails, the lock still shows whether the Pod is
// running.
func (p *pod) write() {
	if err := p.holder.Write(p.status); err != nil {
		fmt.Fprintln(os.Stderr, "cannot write the status:", err)
	}
}

// finish records the end.
func (p *pod) finish(last wire.Last) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	p.status.State, p.status.Exit, p.status.Sentence = live.State(last.State), &last.Exit, last.Sentence
	p.status.Ended, p.status.Attached, p.status.Process = &now, false, 0
	p.write()
	p.record(now)
}

// record adds the end to the history of the Pod. If that fails, or this process is killed
// first, the supervisor of the next session adds it.
func (p *pod) record(at time.Time) {
	p.tell(func(ctx context.Context, h History) error { return h.Ended(ctx, p.Start, at) })
}

// forget removes the transcript of a Pod that keeps none. Other transcripts are removed
// when their days have passed, after the session of any Pod.
func (p *pod) forget() {
	if days := p.Manifest.Session.RetentionDays; days == nil || *days > 0 {
		return
	}
	if err := p.holder.Forget(time.Now()); err != nil {
		complain("cannot remove the transcript: %v", err)
		return
	}
	p.tell(func(ctx context.Context, h History) error { return h.Forgot(ctx, p.Start) })
}

func (p *pod) tell(what func(context.Context, History) error) {
	if p.parts.History == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := what(ctx, p.parts.History); err != nil {
		complain("cannot write to the history of the Pod: %v", err)
	}
}
