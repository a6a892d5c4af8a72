// Package wire is the protocol between a supervisor and its clients: frames on a stream,
// and their content.
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

// Kind is the kind of a frame.
type Kind byte

// From a client:
const (
	Begin    Kind = 'b' // a Start: the first frame on the connection of the client that starts the supervisor
	Announce Kind = 'e' // a Start with the parts known so far, so that the supervisor can prepare; not binding
	Raise    Kind = 'w' // a Start without secrets and environment, so that the supervisor can build the walls of a probable start
	Go       Kind = 'g' // the Pod is on disk and may run; from the client that sent the Start
	Hello    Kind = 'h' // a Greeting: the first frame on other connections
	Input    Kind = 'i' // typed bytes
	Resize   Kind = 'r' // a Size
	Continue Kind = 'c' // the client is in the foreground again, with its Size
	Signal   Kind = 's' // the number of a signal for the program
	Hangup   Kind = 'u' // the terminal of the client is gone
	Stop     Kind = 'x' // end the Pod
)

// From the supervisor:
const (
	Started  Kind = 'S' // the program is running
	Output   Kind = 'O' // bytes for standard output or the terminal
	Errors   Kind = 'E' // bytes for standard error
	Stopped  Kind = 'T' // the program has stopped itself, as by ctrl-Z
	Replaced Kind = 'R' // another client has taken over
	Failure  Kind = 'F' // a *diag.Error: nothing was started
	End      Kind = 'Z' // a Last
)

const (
	// MostFrame limits the size of a frame, and MostStart that of the first one.
	MostFrame = 1 << 20
	MostStart = 64 << 20
	// Chunk limits the output in a frame.
	Chunk = 32 << 10
)

// Size is the size of a terminal.
type Size struct {
	Rows, Columns uint16
}

// Greeting is the first frame of a client that attaches, or that ends the Pod.
type Greeting struct {
	// Token is the token in the file `control`, which only the user can read.
	Token string
	// Attach takes over the terminal; otherwise the client only waits for the end.
	Attach bool
	Size   Size
}

// Last is the result of a session.
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

// Conn transmits frames. Several goroutines may send.
type Conn struct {
	net.Conn
	mu     sync.Mutex
	header [5]byte
}

// Send writes a frame. patience limits how long the other side may take for it; 0 for no
// limit.
func (c *Conn) Send(kind Kind, content []byte, patience time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := time.Time{}
	if patience > 0 {
		deadline = time.Now().Add(patience)
	}
	if err := c.SetWriteDeadline(deadline); err != nil { // the deadline of the previous frame may remain
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

// Receive reads a frame with at most that many bytes.
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
