package guard

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
)

// connection is a connection from a hook or a plugin.
type connection struct {
	net.Conn
	server *Server
	pid    int
	since  time.Time
	// held is set if the program itself holds it; guarded by the server's mutex.
	held bool

	writing sync.Mutex
	asked   chan struct{} // a slot for each unanswered question
}

// serve answers lines until one is invalid. It answers several concurrently, so a slow
// judgment delays nothing else.
func (c *connection) serve() {
	defer c.server.drop(c)
	defer c.Close()
	var answering sync.WaitGroup
	defer answering.Wait()
	lines := bufio.NewReaderSize(c, 16<<10)
	for {
		line, release, err := c.line(lines)
		if errors.Is(err, errTooLong) {
			c.answer(Answer{Action: deny, Reason: err.Error()})
		}
		if err != nil {
			return
		}
		ask, err := readAsk(line)
		if err != nil {
			release()
			c.answer(Answer{ID: ask.ID, Action: deny, Reason: "the guard cannot read what was asked: " + shortened(err.Error())})
			return
		}
		c.asked <- struct{}{}
		answering.Go(func() {
			defer func() { <-c.asked }()
			answer := c.server.handle(c, ask)
			release()
			c.answer(answer)
		})
	}
}

var errTooLong = fmt.Errorf("the guard reads at most %d MiB of a tool call", mostLine>>20)

// line reads a line; the caller calls release when it is done with it. A connection is
// closed if it is idle, or if it is slow to finish a line.
func (c *connection) line(r *bufio.Reader) (line []byte, release func(), err error) {
	release = func() {}
	for {
		c.server.mu.Lock()
		idle := time.Now().Add(idleTime)
		if c.held {
			idle = time.Time{}
		}
		c.server.mu.Unlock()
		c.SetReadDeadline(idle)
		if _, err := r.Peek(1); err != nil {
			// An answer may since have made this the program's own connection.
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() && c.holds() {
				continue
			}
			return nil, release, err
		}
		break
	}
	end := time.Now().Add(lineTime)
	c.SetReadDeadline(end)
	for large := false; ; {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], release, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			release()
			return nil, func() {}, err
		case len(line) > mostLine:
			release()
			return nil, func() {}, errTooLong
		}
		if len(line) > mostSmall && !large {
			select {
			case c.server.large <- struct{}{}:
				large, release = true, func() { <-c.server.large }
			case <-time.After(time.Until(end)):
				return nil, release, errors.New("too many long lines at a time")
			}
		}
	}
}

func (c *connection) holds() bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return c.held
}

// answer writes a line. It closes the connection if the peer does not read it.
func (c *connection) answer(a Answer) {
	line, err := json.Marshal(a)
	if err != nil {
		c.Close()
		return
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	c.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := c.Write(append(line, '\n')); err != nil {
		c.Close()
	}
}

// readAsk parses a question. Even with an error, it returns the ID if there is one.
func readAsk(line []byte) (Ask, error) {
	var a Ask
	var kind string
	var input jsontext.Value
	err := jsonread.New(line).Whole(func(name string) any {
		switch name {
		case "id":
			return &a.ID
		case "kind":
			return &kind
		case "session":
			return &a.Session
		case "call":
			return &a.Call
		case "tool":
			return &a.Tool
		case "input":
			return &input
		case "directory":
			return &a.Directory
		case "subagent":
			return &a.Subagent
		case "agent":
			return &a.Agent
		case "state":
			return &a.State
		}
		return nil
	})
	a.Kind, a.Input = Kind(kind), json.RawMessage(input)
	if len(a.ID) > mostName {
		a.ID = ""
	}
	if err != nil {
		return a, err
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"session", a.Session, mostName}, {"call", a.Call, mostName}, {"tool", a.Tool, mostName}, {"subagent", a.Subagent, mostName},
		{"agent", a.Agent, mostName}, {"state", a.State, mostName}, {"directory", a.Directory, mostPath},
	} {
		if len(f.value) > f.most {
			return a, fmt.Errorf("%s is longer than %d bytes", f.name, f.most)
		}
	}
	return a, nil
}

const mostName, mostPath = 512, 4096

// clean reports whether a name from the program has only visible characters.
func clean(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
