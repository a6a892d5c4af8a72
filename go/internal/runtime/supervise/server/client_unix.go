//go:build unix

package server

import (
	"os"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

const (
	// queued limits the frames that wait for a client.
	queued = 16
	// slow limits how long a terminal may take for a frame. A pipe may block forever, as
	// usual.
	slow = 30 * time.Second
)

// client is the connection of a client that sees the program, or waits for its end.
type client struct {
	conn  *wire.Conn
	queue chan frame
	once  sync.Once
	gone  chan struct{} // closed when nothing more is sent
	over  chan struct{} // closed when the last frame was sent
}

type frame struct {
	kind    wire.Kind
	content []byte
}

func newClient(conn *wire.Conn) *client {
	return &client{conn: conn, queue: make(chan frame, queued), gone: make(chan struct{}), over: make(chan struct{})}
}

// client starts serving a connection.
func (s *screen) client(conn *wire.Conn) *client {
	c := newClient(conn)
	s.serve(c)
	return c
}

func (s *screen) serve(c *client) {
	most := slow
	if s.pod.Start.Launch.Headless {
		most = 0
	}
	go func() {
		defer close(c.over)
		for {
			select {
			case f := <-c.queue:
				if c.conn.Send(f.kind, f.content, most) != nil || f.kind == wire.Replaced || f.kind == wire.End {
					c.close()
					return
				}
			case <-c.gone:
				return
			}
		}
	}()
	go s.listen(c)
}

// listen handles the frames of a client.
func (s *screen) listen(c *client) {
	for {
		kind, content, err := c.conn.Receive(wire.MostFrame)
		if err == nil && kind == wire.Input {
			if s.is(c) && s.input != nil {
				s.input.add(content)
			}
			continue
		}
		switch {
		case c == s.first && kind == wire.Go && err == nil:
			s.allowed()
			continue
		case c == s.first && err != nil:
			s.left()
		}
		s.pod.post(event{from: c, kind: kind, data: content, err: err})
		if err != nil {
			return
		}
	}
}

// send queues a frame and waits while the queue is full. It reports whether the client is
// still connected.
func (c *client) send(kind wire.Kind, content []byte) bool {
	select {
	case c.queue <- frame{kind, content}:
		return true
	case <-c.gone:
		return false
	}
}

// replace tells a client that another one has taken over.
func (c *client) replace() {
	time.AfterFunc(patience, c.close)
	go c.send(wire.Replaced, nil)
}

func (c *client) close() {
	c.once.Do(func() {
		close(c.gone)
		c.conn.Close()
	})
}

// input forwards typed input to the program, which may be slow to read it.
type input struct {
	mu      sync.Mutex
	more    sync.Cond
	pending []byte
}

// mostInput limits the input that waits for the program; more is dropped, as terminals
// do.
const mostInput = 4 << 20

func newInput(to *os.File) *input {
	in := &input{}
	in.more.L = &in.mu
	go func() {
		for {
			in.mu.Lock()
			for len(in.pending) == 0 {
				in.more.Wait()
			}
			p := in.pending
			in.pending = nil
			in.mu.Unlock()
			if _, err := to.Write(p); err != nil {
				return
			}
		}
	}()
	return in
}

func (in *input) add(p []byte) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.pending)+len(p) <= mostInput {
		in.pending = append(in.pending, p...)
		in.more.Signal()
	}
}
