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
	// drawing is how long a program has for a size that is almost right from when it draws,
	// and slowest how long it may take to begin.
	drawing = 80 * time.Millisecond
	slowest = 2 * time.Second
	// quiet is how long the output may be silent after the end, before it is given up.
	quiet = 2 * time.Second
	// mostHeld is how much output is kept before the program is known to run.
	mostHeld = 256 << 10
)

// screen is the terminal of the program, or its pipes, and the clients who see it.
type screen struct {
	pod    *pod
	master *os.File // nil where there is no terminal
	input  *input

	begun   chan struct{} // closed when the program runs
	aborted chan struct{} // closed when it is not going to
	abort   func()        // closes it
	// first is the client that has the Pod started. allowed is called when it may be, and
	// left when the client has gone, whichever comes first.
	first         *client
	allowed, left func()

	mu       sync.Mutex // held for moments only, never while something is written
	modes    terminal.Modes
	size     wire.Size
	turn     int           // counts the changes of the size
	drawn    chan struct{} // closed by output; nil where nobody waits for it
	current  *client       // nil while nobody is attached
	watchers []*client
	running  bool
	early    []frame // of a program that is not known to run yet
	held     int     // bytes of them
}

func newScreen(p *pod) *screen {
	s := &screen{pod: p, size: p.Start.Size, begun: make(chan struct{}), aborted: make(chan struct{})}
	s.abort = sync.OnceFunc(func() { close(s.aborted) })
	return s
}

// screenFor gives the screen its first client, and makes it where it is not there yet.
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

// streams gives the command its terminal or its pipes. given are closed when it has
// them; pumps ends when all that was written to them has been taken.
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

// pollable is the same file for a reader that can be woken: other packages have made it
// block.
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

// pump takes what the program writes, for whoever is attached.
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
		// Nobody is shown anything yet: it may be the sandbox that complains.
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

// again forgets what a command has said that did not come to run the program.
func (s *screen) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.early, s.held = nil, 0
}

// begin shows the program to whoever is attached: it runs.
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

// attach makes a client the one who sees the program.
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

// watch lets a client wait for the end.
func (s *screen) watch(conn *wire.Conn) {
	c := s.client(conn)
	s.mu.Lock()
	s.watchers = append(s.watchers, c)
	s.mu.Unlock()
}

// draw makes the program draw everything again: its terminal is almost of the right size
// until it has drawn, since one that reads the size only when it is right again finds what
// it knows, and draws nothing.
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

// settle sets the size, and once more: a program that has just read the one before may
// write that back. It does nothing where something has changed the size since that turn.
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

// learn takes the size of the user's terminal, and reports whether it is another one.
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

// resized gives the program the size of the user's terminal.
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

// stopped reports whether somebody is there to continue a program that has stopped.
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

// gone reports whether a client that is gone was the one who saw the program.
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

// end tells everybody how it has ended, and returns when they know.
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
