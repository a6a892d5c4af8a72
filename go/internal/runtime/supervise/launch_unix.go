//go:build unix

package supervise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Supervisor is a supervisor process that was started before its Pod is known.
type Supervisor struct {
	ready chan struct{} // closed when it was started, or could not be
	err   error
	conn  *wire.Conn
	cmd   *exec.Cmd
	ended chan struct{}
	// said is closed when the messages of Announce and Raise are sent; nil for none.
	said chan struct{}
	// announced is the manifest that it has received, and raised is set once it was told to
	// build walls.
	announced []byte
	raised    bool
}

// Ahead starts a supervisor in the background, so that it is ready when the Pod to start
// is known. program is the path of this program; empty for that of the process. An unused
// supervisor ends with Close, or with this process.
func Ahead(program string) *Supervisor {
	s := &Supervisor{ready: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(s.ready)
		s.err = s.begin(program)
	}()
	return s
}

func (s *Supervisor) begin(program string) (err error) {
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return err
		}
	}
	ours, theirs, err := wire.Pair()
	if err != nil {
		return err
	}
	s.cmd = &exec.Cmd{
		Path: program, Args: []string{os.Args[0], "pod-supervise"}, Dir: "/", Env: environment(os.Environ()),
		ExtraFiles: []*os.File{theirs}, SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	err = s.cmd.Start()
	theirs.Close()
	if err != nil {
		ours.Close()
		return err
	}
	s.conn = ours
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait()
	}()
	return nil
}

// Announce sends the manifest that will probably start, so that the supervisor can parse
// it in advance.
func (s *Supervisor) Announce(manifest []byte) {
	s.say(wire.Announce, Start{Manifest: manifest})
	s.announced = manifest
}

// Raise makes the supervisor build the walls of a start that will probably come. Nothing
// of the Pod runs behind them before Run, and Close removes them otherwise. If the start
// needs consent, the user must have given it.
func (s *Supervisor) Raise(start Start, t Terminal) {
	if !start.Launch.Headless && canShow(t) != nil {
		return
	}
	see(&start, t)
	if brief, err := s.brief(start); err == nil {
		s.raised = true
		s.say(wire.Raise, brief)
	}
}

// see adds the properties of the user's terminal to a start.
func see(start *Start, t Terminal) {
	if !start.Launch.Headless {
		start.Size, start.Modes = sizeOf(t.Out), termiosOf(t.In)
	}
}

// say sends a message in the background, after the previous one.
func (s *Supervisor) say(kind wire.Kind, start Start) {
	before, done := s.said, make(chan struct{})
	s.said = done
	go func() {
		defer close(done)
		if before != nil {
			<-before
		}
		if <-s.ready; s.conn != nil {
			_ = s.conn.SendJSON(kind, start, patience)
		}
	}()
}

// brief returns a start without the parts that the supervisor already has.
func (s *Supervisor) brief(start Start) (_ Start, err error) {
	if start.Insomnia == "" {
		start.Insomnia, err = os.Executable()
	}
	start.Launch.Manifest = nil // Manifest contains it
	if bytes.Equal(start.Manifest, s.announced) {
		start.Manifest = nil
	}
	return start, err
}

// Close ends an unused supervisor, or disconnects from a used one. s may be nil. Unused
// walls are removed when it returns.
func (s *Supervisor) Close() {
	if s == nil {
		return
	}
	if <-s.ready; s.conn == nil {
		return
	}
	s.conn.Close()
	if s.raised {
		select {
		case <-s.ended:
		case <-time.After(patience):
		}
	}
}

// Run starts a Pod and is its client until it ends or the user detaches.
func Run(ctx context.Context, start Start, t Terminal) (Result, error) {
	return Ahead(start.Insomnia).Run(ctx, start, t, func() error { return nil })
}

// Run is [Run] with a supervisor that was started ahead. saved waits until the Pod is on
// disk. Nothing of the Pod runs before that, or at all if saved fails.
func (s *Supervisor) Run(ctx context.Context, start Start, t Terminal, saved func() error) (Result, error) {
	defer s.Close()
	if !s.raised { // otherwise it already holds the Pod, or finds that it cannot
		status, err := live.Read(start.Dir)
		if err != nil {
			return Result{}, err
		}
		if status.Running() {
			return Result{}, live.RunsAlready(start.Name)
		}
	}
	if !start.Launch.Headless {
		if err := canShow(t); err != nil {
			return Result{}, err
		}
	}
	see(&start, t)
	c := &client{t: t, dir: start.Dir, name: start.Name, headless: start.Launch.Headless, supervisor: s}
	c.takeSignals()
	defer c.leave()
	if err := s.tell(start); err != nil {
		return Result{}, err
	}
	if err := saved(); err != nil {
		return Result{}, err
	}
	_ = s.conn.Send(wire.Go, nil, patience)
	c.conn, s.raised = s.conn, false
	return c.run(ctx)
}

// tell sends the start to the supervisor.
func (s *Supervisor) tell(start Start) error {
	if len(start.Secrets) > 0 {
		wire.Seclude()
	}
	brief, err := s.brief(start)
	if err != nil {
		return notLaunched(start.Name, err)
	}
	if <-s.ready; s.err != nil {
		return notLaunched(start.Name, s.err)
	}
	if s.said != nil {
		<-s.said
	}
	// If this fails, the end of the supervisor explains it.
	_ = s.conn.SendJSON(wire.Begin, brief, 10*time.Second)
	clear(start.Secrets)
	return nil
}

func notLaunched(name string, err error) error {
	return diag.Errorf(diag.ExitInternal, "not-launched", "cannot start the supervisor of Pod `%s`: %v", name, err).
		Hintf("check the limits of processes and files: ulimit -a")
}

// environment returns the part of the user's environment that the supervisor gets:
// locations of directories and settings of the network. It excludes the user's secrets.
func environment(all []string) (kept []string) {
	for _, variable := range all {
		name, _, _ := strings.Cut(variable, "=")
		switch strings.ToUpper(name) {
		case "HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
			"SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE",
			"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
			"GOTRACEBACK", "GODEBUG", "GOCOVERDIR":
			kept = append(kept, variable)
		default:
			if strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "LC_") {
				kept = append(kept, variable)
			}
		}
	}
	return kept
}

// Attach becomes the client of a running Pod and replaces its present one.
func Attach(ctx context.Context, dir string, t Terminal) (Result, error) {
	status, err := live.Read(dir)
	if err != nil {
		return Result{}, err
	}
	if !status.Running() {
		return Result{}, live.NotRunning(status.Name)
	}
	if status.Headless {
		return Result{}, diag.Errorf(diag.ExitUsage, "pod-headless", "cannot attach to Pod `%s`: it runs without a terminal", status.Name).
			Hintf("wait for it, or end it: insomnia pod stop %s", status.Name)
	}
	if err := canShow(t); err != nil {
		return Result{}, err
	}
	c := &client{t: t, dir: dir, name: status.Name}
	if c.conn, err = dial(ctx, status, wire.Greeting{Attach: true, Size: sizeOf(t.Out)}, dir); err != nil {
		return Result{}, err
	}
	c.takeSignals()
	defer c.leave()
	return c.run(ctx)
}

// Stop ends a Pod and waits until nothing of it is running; stopped is false if it was
// not running.
func Stop(ctx context.Context, dir string) (stopped bool, err error) {
	status, err := live.Read(dir)
	if err != nil || !status.Running() {
		return false, err
	}
	conn, err := dial(ctx, status, wire.Greeting{}, dir)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	err = conn.Send(wire.Stop, nil, 10*time.Second)
	for kind := wire.Kind(0); err == nil && kind != wire.End; {
		kind, _, err = conn.Receive(wire.MostFrame)
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	// It has ended, or the supervisor was killed: the lock shows which.
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until) && ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		if status, err = live.Read(dir); err != nil || !status.Running() {
			return err == nil, err
		}
	}
	return false, unreachable(status, context.DeadlineExceeded)
}

// dial connects to the supervisor of a Pod; one that is just starting may need a moment.
func dial(ctx context.Context, status live.Status, g wire.Greeting, dir string) (conn *wire.Conn, err error) {
	for until := time.Now().Add(5 * time.Second); ; {
		if conn, err = dialOnce(g, dir); err == nil {
			return conn, nil
		}
		if time.Now().After(until) || ctx.Err() != nil {
			return nil, unreachable(status, err)
		}
		time.Sleep(20 * time.Millisecond)
		if status, e := live.Read(dir); e == nil && !status.Running() {
			return nil, unreachable(status, errors.New("it has ended"))
		}
	}
}

func dialOnce(g wire.Greeting, dir string) (*wire.Conn, error) {
	data, err := bounded.ReadFileNoFollow(filepath.Join(dir, live.ControlName), 64<<10)
	if err != nil {
		return nil, err
	}
	var control wire.Control
	if err := json.Unmarshal(data, &control); err != nil {
		return nil, err
	}
	g.Token = control.Token
	c, err := net.DialTimeout("unix", control.Socket, 2*time.Second)
	if err != nil {
		return nil, err
	}
	conn := &wire.Conn{Conn: c}
	return conn, conn.SendJSON(wire.Hello, g, 5*time.Second)
}

func unreachable(status live.Status, err error) error {
	return diag.Errorf(diag.ExitState, "pod-unreachable", "cannot reach the supervisor of Pod `%s`: %v", status.Name, bounded.Reason(err)).
		Hintf("where it does not answer at all, end it: kill %d", status.Process)
}
