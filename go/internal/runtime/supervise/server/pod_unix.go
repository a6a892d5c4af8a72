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
	// grace is how long a program may take to end by itself.
	grace = 3 * time.Second
	// slack is how much longer it may take for the processes to be gone.
	slack = 2 * time.Second
	// handshake is how long a program may take to say hello to the guard, of those that
	// say it when they start.
	handshake = time.Minute
	// beginning is how long walls and the program may take to come up, on a slow machine.
	beginning = time.Minute
	// lastReport is how long what inner has reported may take to be read after its end.
	lastReport = 2 * time.Second
)

// event is something that has happened, for the goroutine that decides.
type event struct {
	from   *client // of a client
	kind   wire.Kind
	order  bool // kind is a report of inner
	data   []byte
	err    error
	notice func(*pod) // of a service
}

// pod is a Pod that runs.
type pod struct {
	Setting
	parts    Program
	ahead    read
	services Services // nil where there are none
	signals  <-chan os.Signal
	events   chan event
	// finished is closed when nobody takes events any more.
	finished chan struct{}
	holder   *live.Holder
	// allowed is whether the session may begin, once.
	allowed chan bool
	// recorded waits until it is written down that the session begins.
	recorded func() error
	status   live.Status
	room     *room // sockets
	screen   *screen
	walled   *Walled
	spec     *inner.Spec // what inner was told
	rebuilt  int         // how often the walls were built again
	process  *process
	// gateway and egress are the addresses inside at which these answer.
	gateway, egress string
	ending          bool
	exit            *inner.Exit
	// over is what the session ends with, where that is not the program's own.
	over *wire.Last
	// unreachable is why the API of the model cannot be reached; empty while it is.
	unreachable string
	clock       <-chan time.Time
	shake       <-chan time.Time
	force       <-chan time.Time
}

// run holds the Pod from its start to its end. An error is why it was not started.
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
	// Disks are slow, so the walls are built meanwhile. Nothing of the Pod runs behind them
	// before it is written down that the session begins.
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
	// Whoever is told of the end may start the Pod again at once.
	stop()
	p.forget()
	_ = p.holder.Release()
	p.screen.end(last)
	return last, nil
}

// hold takes the directory of the Pod, and makes what it has while the Pod runs. After an
// error it has no hold.
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

// launch is what the plan is made of, as far as it is known.
func (p *pod) launch() {
	p.Launch = p.Start.Launch
	p.Launch.State, p.Launch.Files = filepath.Join(p.Dir, "agent"), filepath.Join(p.Dir, "files")
}

// inBackground records that the session begins, as soon as it may, and returns what waits
// for that. After an error the history knows nothing of a session that has not ended.
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
				p.screen.abort() // what it has said is a complaint, and is read to its end
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

// follow deals with what happens until no process is left, and returns how it ended.
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
				Sentence: fmt.Sprintf("Pod `%s` has run for %s, as long as limits.maxWallSeconds lets it; go on with it: insomnia pod resume %s",
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

// last is how the session has ended.
func (p *pod) last() wire.Last {
	// Reports and notices that came before the end, some of which may not have been read yet.
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

// report is what inner has reported.
func (p *pod) report(e event) {
	switch {
	case e.err != nil: // the process tells how it ended
	case e.kind == inner.ReportStopped:
		if !p.screen.stopped() {
			p.process.order(inner.OrderContinue, nil) // nobody is there to continue it
		}
	case e.kind == inner.ReportExited:
		var exit inner.Exit
		if json.Unmarshal(e.data, &exit) == nil {
			p.exit = &exit
		}
	}
}

// asked is what a client wants.
func (p *pod) asked(e event) {
	switch {
	case e.err != nil:
		if p.screen.gone(e.from) {
			if p.Start.Launch.Headless {
				p.end(syscall.SIGHUP, nil) // nobody is left to take what it prints
			}
			p.attached(false)
		}
	case e.kind == wire.Hello:
		p.process.order(inner.OrderContinue, nil) // it may have been stopped when the client went
		p.attached(true)
	case e.kind == wire.Stop:
		p.end(syscall.SIGTERM, nil)
	case !p.screen.is(e.from):
		// It has been replaced.
	case e.kind == wire.Hangup:
		p.end(syscall.SIGHUP, nil)
	case e.kind == wire.Signal:
		if n, err := strconv.Atoi(string(e.data)); err == nil && n > 0 && n < 32 {
			p.process.order(inner.OrderSignal, []byte(strconv.Itoa(n)))
		}
	case e.kind == wire.Continue:
		p.process.order(inner.OrderContinue, nil)
		p.screen.learn(e.data)
		p.screen.draw() // its terminal was the user's
	case e.kind == wire.Resize:
		p.screen.resized(e.data)
	}
}

// end ends the program: by a signal, and soon by force. why replaces its exit code; the
// first reason is the one that counts.
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

// write replaces the status. Where the disk does not take it, the lock still tells
// whether the Pod runs.
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

// record puts the end into the history of the Pod. Where that fails, or this process is
// killed before it, the supervisor of the next session does it.
func (p *pod) record(at time.Time) {
	p.tell(func(ctx context.Context, h History) error { return h.Ended(ctx, p.Start, at) })
}

// forget removes the transcript of a Pod that keeps none. That of others is removed when
// its days are over, by whoever runs then.
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
