//go:build unix

package server

import (
	"bytes"
	"encoding/json"
	"os"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/terminal"
)

const (
	// drawing is the time that a program has to draw in a slightly different size, from
	// when it begins to draw. slowest limits how long it may take to begin.
	drawing = 80 * time.Millisecond
	slowest = 2 * time.Second
	// quiet is how long the output may be silent after the end before reading stops.
	quiet = 2 * time.Second
	// mostHeld limits the output that is kept before the program is known to run.
	mostHeld = 256 << 10
)

// screen is the terminal of the program, or its pipes, with the clients that see it.
type screen struct {
	pod    *pod
	master *os.File // nil if there is no terminal
	input  *input

	begun   chan struct{} // closed when the program runs
	aborted chan struct{} // closed when it will not run
	abort   func()        // closes aborted
	// first is the client that starts the Pod. When it allows the start, allowed is called,
	// and when it disconnects, left is; only the first call counts.
	first         *client
	allowed, left func()

	mu       sync.Mutex // held only briefly, never while something is written
	modes    terminal.Modes
	size     wire.Size
	turn     int           // counts the changes of the size
	drawn    chan struct{} // closed by output; nil if nothing waits for it
	current  *client       // nil if no client is attached
	watchers []*client
	running  bool
	early    []frame // output of a program that is not known to run yet
	held     int     // bytes in early
}

func newScreen(p *pod) *screen {
	s := &screen{pod: p, size: p.Start.Size, begun: make(chan struct{}), aborted: make(chan struct{})}
	s.abort = sync.OnceFunc(func() { close(s.aborted) })
	return s
}

// screenFor attaches the first client to the screen, and creates the screen if necessary.
func (p *pod) screenFor(conn *wire.Conn) *client {
	if p.screen == nil {
		p.screen = newScreen(p)
	}
	s := p.screen
	s.size = p.Start.Size
	s.set(s.size)
	var once sync.Once
	s.allowed = func() { once.Do(func() { p.allowed <- true }) }
	s.left = func() { once.Do(func() { p.allowed <- false }) }
	c := newClient(conn)
	s.mu.Lock()
	s.first, s.current = c, c
	s.mu.Unlock()
	s.serve(c)
	return c
}

// streams sets the terminal or the pipes of the command. The caller closes given once the
// command has them. pumps ends when everything written to them was read.
func (s *screen) streams(q *process) (pumps *sync.WaitGroup, given []*os.File, err error) {
	pumps = &sync.WaitGroup{}
	if s.pod.Launch.Headless {
		for _, kind := range []wire.Kind{wire.Output, wire.Errors} {
			read, write, err := os.Pipe()
			if err != nil {
				return nil, nil, err
			}
			given = append(given, write)
			pumps.Go(func() { s.pump(read, kind, q) })
		}
		q.cmd.Stdout, q.cmd.Stderr = given[0], given[1]
		return pumps, given, nil
	}
	master, tty, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	if s.master, err = pollable(master); err != nil {
		tty.Close()
		return nil, nil, err
	}
	dress(tty, s.pod.Start.Modes)
	s.set(s.size)
	s.input = newInput(s.master)
	q.cmd.Stdin, q.cmd.Stdout, q.cmd.Stderr = tty, tty, tty
	pumps.Go(func() { s.pump(s.master, wire.Output, q) })
	return pumps, []*os.File{tty}, nil
}

// pollable returns a copy of a file that other packages have made blocking, for a reader
// that can be canceled.
func pollable(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), "terminal"), nil
}

// pump reads the output of the program for the attached client.
func (s *screen) pump(from *os.File, kind wire.Kind, q *process) {
	defer from.Close()
	q.onEnd(func() { _ = from.SetReadDeadline(time.Now().Add(quiet)) })
	for buffer := make([]byte, wire.Chunk); ; {
		n, err := from.Read(buffer)
		if n > 0 && !s.take(kind, buffer[:n], q) {
			return
		}
		if err != nil {
			return
		}
		if q.ended() {
			_ = from.SetReadDeadline(time.Now().Add(quiet))
		}
	}
}

func (s *screen) take(kind wire.Kind, p []byte, q *process) bool {
	s.mu.Lock()
	if s.master != nil {
		_, _ = s.modes.Write(p)
	}
	c, running := s.current, s.running
	if s.drawn != nil {
		close(s.drawn)
		s.drawn = nil
	}
	if !running {
		// No client sees the output yet: it may be an error message of the sandbox.
		_, _ = q.said.Write(p)
		s.early = append(s.early, frame{kind, bytes.Clone(p)})
		s.held += len(p)
	}
	full := s.held > mostHeld
	s.mu.Unlock()
	switch {
	case !running && full:
		select {
		case <-s.begun:
		case <-s.aborted:
			return false
		}
	case running && c != nil:
		c.send(kind, bytes.Clone(p))
	}
	return true
}

// again discards the output of a command that did not get to run the program.
func (s *screen) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.early, s.held = nil, 0
}

// begin shows the running program to the attached client.
func (s *screen) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.current; c != nil {
		c.send(wire.Started, nil)
		for _, f := range s.early {
			c.send(f.kind, f.content)
		}
	}
	s.early, s.running = nil, true
	close(s.begun)
}

// attach shows the program to a client, in place of the present one.
func (s *screen) attach(conn *wire.Conn, size wire.Size) {
	c := s.client(conn)
	s.mu.Lock()
	old := s.current
	s.current = c
	if s.running {
		c.send(wire.Started, nil)
		c.send(wire.Output, s.modes.Redo())
	}
	s.size = size
	s.mu.Unlock()
	if old != nil {
		old.replace()
	}
	s.pod.post(event{from: c, kind: wire.Hello})
	s.draw()
}

// watch adds a client that waits for the end.
func (s *screen) watch(conn *wire.Conn) {
	c := s.client(conn)
	s.mu.Lock()
	s.watchers = append(s.watchers, c)
	s.mu.Unlock()
}

// draw makes the program redraw everything. It changes the size of the terminal slightly
// until the program has drawn. A program that read the size only after it was restored
// would see no change, and would not redraw.
func (s *screen) draw() {
	drawn := make(chan struct{})
	s.mu.Lock()
	s.turn++
	turn, size := s.turn, s.size
	s.drawn = drawn
	s.mu.Unlock()
	if size.Rows > 1 {
		size.Rows--
	} else {
		size.Rows++
	}
	s.set(size)
	go func() {
		select {
		case <-drawn:
		case <-time.After(slowest):
		}
		time.Sleep(drawing)
		s.settle(turn)
	}()
}

// settle sets the size twice: a program that has just read the previous size may write
// that back. It does nothing if the size has changed again since that turn.
func (s *screen) settle(turn int) {
	set := func() {
		s.mu.Lock()
		size, still := s.size, s.turn == turn
		s.mu.Unlock()
		if still {
			s.set(size)
		}
	}
	set()
	time.AfterFunc(2*drawing, set)
}

// learn records the size of the user's terminal, and reports whether it has changed.
func (s *screen) learn(data []byte) bool {
	var size wire.Size
	if json.Unmarshal(data, &size) != nil || size.Rows == 0 || size.Columns == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := size != s.size
	s.size = size
	return changed
}

// resized sets the size of the program's terminal to that of the user's.
func (s *screen) resized(data []byte) {
	if !s.learn(data) {
		return
	}
	s.mu.Lock()
	s.turn++
	turn := s.turn
	s.mu.Unlock()
	s.settle(turn)
}

func (s *screen) set(size wire.Size) {
	if s.master == nil {
		return
	}
	raw, err := s.master.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Columns})
	})
}

// stopped reports whether a client can continue a stopped program.
func (s *screen) stopped() bool {
	s.mu.Lock()
	c := s.current
	s.mu.Unlock()
	return c != nil && c.send(wire.Stopped, nil)
}

func (s *screen) is(c *client) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current == c
}

// gone reports whether a disconnected client was attached to the program.
func (s *screen) gone(c *client) bool {
	c.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != c {
		return false
	}
	s.current = nil
	return true
}

// end sends the result to all clients, and returns when they have received it.
func (s *screen) end(last wire.Last) {
	s.mu.Lock()
	all := s.watchers
	if s.current != nil {
		all = append(all, s.current)
	}
	s.mu.Unlock()
	content, _ := json.Marshal(last)
	for _, c := range all {
		c.send(wire.End, content)
	}
	for _, c := range all {
		select {
		case <-c.over:
		case <-s.pod.signals:
		}
	}
}
