package inner

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// patience is how long the supervisor may take to receive a report.
const patience = 10 * time.Second

// leader is the state of the process.
type leader struct {
	control *wire.Conn
	program atomic.Int64 // its process ID, which is also its process group
	// namespaced: the kernel ends the remaining processes.
	namespaced bool
}

// Main is the command `insomnia pod-inner`.
func Main() int {
	control, err := wire.Inherited(3)
	if err != nil {
		wire.NotForUsers("pod-inner")
		return int(diag.ExitUsage)
	}
	runtime.LockOSThread() // the program dies with the thread that started it
	wire.Seclude()
	wire.Adopt()
	l := &leader{control: control}
	// The first process of a namespace only receives signals that have handlers. This
	// process ends with its program or with the supervisor.
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU)
	kind, content, err := control.Receive(wire.MostStart)
	var spec Spec
	if err == nil && kind == OrderSpec {
		err = json.Unmarshal(content, &spec)
	}
	clear(content)
	if err != nil || kind != OrderSpec || len(spec.Argv) == 0 {
		return int(diag.ExitInternal)
	}
	l.namespaced = spec.Namespaced || os.Getpid() == 1
	if err := l.start(&spec); err != nil {
		_ = control.SendJSON(ReportFailed, err.Error(), patience)
		return int(diag.ExitInternal)
	}
	_ = control.Send(ReportStarted, nil, patience)
	go l.obey()
	go runtime.SetDefaultGOMAXPROCS() // the supervisor has set it to 1 for a faster start
	exit := l.wait()
	_ = control.SendJSON(ReportExited, exit, patience)
	return exit.Code
}

func (l *leader) start(spec *Spec) error {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if spec.Terminal {
		if err := lead(); err != nil {
			return fmt.Errorf("no terminal for the program: %w", err)
		}
		attributes.Foreground, attributes.Ctty = true, 0
	}
	for _, r := range spec.Relays {
		if err := r.listen(); err != nil {
			return err
		}
	}
	for _, p := range spec.Published {
		if err := p.listen(); err != nil {
			return err
		}
	}
	if err := confine(spec.Rules); err != nil {
		return fmt.Errorf("cannot build the sandbox: %w", err)
	}
	files, err := descriptors(spec)
	if err != nil {
		return err
	}
	pid, err := syscall.ForkExec(spec.Argv[0], spec.Argv, &syscall.ProcAttr{Dir: spec.Dir, Env: spec.Env, Files: files.inherited, Sys: attributes})
	files.close()
	if err != nil {
		return fmt.Errorf("cannot run %s in %s: %w", spec.Argv[0], spec.Dir, err)
	}
	l.program.Store(int64(pid))
	return nil
}

// confine applies kernel rules to this process and so to the program.
func confine(rules json.RawMessage) error {
	if len(rules) == 0 {
		return sandbox.Confine(nil)
	}
	var r sandbox.Rules
	if err := json.Unmarshal(rules, &r); err != nil {
		return err
	}
	return sandbox.Confine(&r)
}

// lead makes this process the leader of a session whose terminal is standard input.
func lead() error {
	if _, err := syscall.Setsid(); err != nil {
		if session, e := unix.Getsid(0); e != nil || session != os.Getpid() {
			return err
		}
	}
	return unix.IoctlSetInt(0, unix.TIOCSCTTY, 0)
}

// obey follows the orders of the supervisor. When the supervisor is gone, it kills
// everything.
func (l *leader) obey() {
	for {
		kind, content, err := l.control.Receive(wire.MostFrame)
		if err != nil {
			for {
				kill()
				time.Sleep(10 * time.Millisecond)
			}
		}
		group := -int(l.program.Load())
		switch kind {
		case OrderSignal:
			if n, err := strconv.Atoi(string(content)); err == nil {
				_ = syscall.Kill(group, syscall.Signal(n))
			}
		case OrderContinue:
			_ = syscall.Kill(group, syscall.SIGCONT)
		case OrderEnd:
			var e Ending
			if json.Unmarshal(content, &e) == nil {
				_ = syscall.Kill(group, syscall.Signal(e.Signal))
				_ = syscall.Kill(group, syscall.SIGCONT)
				time.AfterFunc(time.Duration(e.Grace)*time.Millisecond, kill)
			}
		}
	}
}

// wait returns when the program has ended and none of its processes is left.
func (l *leader) wait() (exit Exit) {
	program, over := int(l.program.Load()), false
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WUNTRACED, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return exit // no child is left
		case pid == program && status.Stopped():
			_ = l.control.Send(ReportStopped, nil, patience)
		case pid == program && (status.Exited() || status.Signaled()):
			over, exit = true, exitOf(status)
			if l.namespaced {
				return exit
			}
		}
		if over {
			kill()
		}
	}
}

func exitOf(status syscall.WaitStatus) Exit {
	if status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: int(status.Signal())}
	}
	return Exit{Code: status.ExitStatus()}
}

// kill ends every child of this process, which then inherits their children.
func kill() {
	for _, pid := range wire.Children() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}
