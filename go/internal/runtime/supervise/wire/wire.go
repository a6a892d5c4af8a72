// Package wire is what a supervisor and its clients say to each other: frames on a
// stream, and what is in them.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Kind is what a frame is.
type Kind byte

// From a client:
const (
	Begin    Kind = 'b' // a Start: the first frame on the connection of whoever starts the supervisor
	Announce Kind = 'e' // a Start with what is known already, for the supervisor to make itself ready; means nothing
	Raise    Kind = 'w' // a Start without secrets and environment, for the supervisor to build the walls of one that will probably come
	Go       Kind = 'g' // the Pod is on disk: it may run; from whoever has sent the Start
	Hello    Kind = 'h' // a Greeting: the first frame on other connections
	Input    Kind = 'i' // bytes that were typed
	Resize   Kind = 'r' // a Size
	Continue Kind = 'c' // the client is in the foreground again, with its Size
	Signal   Kind = 's' // the number of a signal for the program
	Hangup   Kind = 'u' // the terminal of the client is gone
	Stop     Kind = 'x' // the Pod is to be ended
)

// From the supervisor:
const (
	Started  Kind = 'S' // the program runs
	Output   Kind = 'O' // bytes for standard output or the terminal
	Errors   Kind = 'E' // bytes for standard error
	Stopped  Kind = 'T' // the program has stopped itself, as at ctrl-Z
	Replaced Kind = 'R' // another client has taken over
	Failure  Kind = 'F' // a *diag.Error: nothing was started
	End      Kind = 'Z' // a Last
)

const (
	// MostFrame bounds a frame, and MostStart the first one.
	MostFrame = 1 << 20
	MostStart = 64 << 20
	// Chunk is how much output goes into a frame.
	Chunk = 32 << 10
)

// Size is that of a terminal.
type Size struct {
	Rows, Columns uint16
}

// Greeting is the first frame of a client that attaches, or that ends the Pod.
type Greeting struct {
	// Token is what the file `control` has: who can read that is the user.
	Token string
	// Attach takes the terminal over; else the client only waits for the end.
	Attach bool
	Size   Size
}

// Last is how a session has ended.
type Last struct {
	Exit     int
	State    string
	Sentence string
}

// Control is the content of the file `control`.
type Control struct {
	Socket string
	Token  string
}

// Conn carries frames. Several goroutines may send.
type Conn struct {
	net.Conn
	mu     sync.Mutex
	header [5]byte
}

// Send writes a frame. patience bounds how long the other side may take for it; 0 is
// for ever.
func (c *Conn) Send(kind Kind, content []byte, patience time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := time.Time{}
	if patience > 0 {
		deadline = time.Now().Add(patience)
	}
	if err := c.SetWriteDeadline(deadline); err != nil { // of the one before
		return err
	}
	header := make([]byte, 5, 5+len(content))
	header[0] = byte(kind)
	binary.BigEndian.PutUint32(header[1:], uint32(len(content)))
	_, err := c.Write(append(header, content...))
	return err
}

// SendJSON writes a frame with a value.
func (c *Conn) SendJSON(kind Kind, value any, patience time.Duration) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	defer clear(content)
	return c.Send(kind, content, patience)
}

// Receive reads a frame of at most so many bytes.
func (c *Conn) Receive(most int) (Kind, []byte, error) {
	if _, err := io.ReadFull(c, c.header[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(c.header[1:])
	if int64(n) > int64(most) {
		return 0, nil, fmt.Errorf("a frame of %d bytes", n)
	}
	content := make([]byte, n)
	_, err := io.ReadFull(c, content)
	return Kind(c.header[0]), content, err
}
