package guard

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

const (
	// mostLine limits the length of a line, which may hold the content that a model writes
	// to a file.
	mostLine = 16<<20 + 64<<10
	// mostSmall is the length up to which any number of lines is read concurrently, and
	// mostLarge limits how many longer ones are.
	mostSmall, mostLarge = 256 << 10, 4
	// mostConnections limits the connections open at a time.
	mostConnections = 256
	// mostAsked limits the open questions of a connection, and mostJudged the calls judged
	// at a time.
	mostAsked, mostJudged = 32, 16
	// mostSessions limits the sessions that a program may begin.
	mostSessions = 4096
)

// Timeouts of the guard. A hook gives up after 8 s, so the guard has to give up first.
const (
	judgeTime = 5 * time.Second
	lineTime  = 5 * time.Second
	writeTime = 5 * time.Second
	idleTime  = 10 * time.Second
	startTime = 2 * time.Second
)

// Config configures a guard.
type Config struct {
	Driver   *runtime.Driver
	Manifest *manifest.Manifest
	Guard    *permission.Guard
	Site     *toolcall.Site
	// Headless is set if no user can be asked.
	Headless bool
	// Token is the answer to Kind Token; empty to give none.
	Token string
	// Judged is the path of the file that records judged calls, for sessions that are
	// resumed later; empty to keep no record.
	Judged string
	// On is called with each answer, one at a time; it must return at once.
	On func(Event)
}

// Event is a question without its input, and the answer.
type Event struct {
	Kind Kind
	// Session, Call, Tool, Agent and Subagent are the program's, State is its activity.
	Session, Call, Tool, Agent, Subagent, State string
	// Action and Reason are the answer.
	Action manifest.Action
	Reason string
	// Pointer is the JSON Pointer of the rule that decided a call; empty if the guard
	// itself decided.
	Pointer string
	// Calls are the calls that were judged, in the manifest's terms, with real paths.
	Calls []permission.Call
}

// Server is the guard for one start of a Pod.
type Server struct {
	config Config

	receipts *receipts
	team     team
	// large and judging hold a slot for each long line being read and each call being
	// judged.
	large, judging chan struct{}
	telling        sync.Mutex

	mu       sync.Mutex
	listener net.Listener
	closed   bool
	conns    map[*connection]struct{}
	sessions map[string]bool
	// holding is the number of the program's open connections, and holder is its process
	// ID.
	holding, holder int
	token           tokenState
}

// New loads the record of calls judged earlier.
func New(config Config) (*Server, error) {
	r, err := openReceipts(config.Judged)
	if err != nil {
		return nil, err
	}
	return &Server{
		config:   config,
		receipts: r,
		team:     team{most: config.Manifest.Limits.MaxSubagents, depth: config.Manifest.Limits.MaxDepth},
		large:    make(chan struct{}, mostLarge),
		judging:  make(chan struct{}, mostJudged),
		conns:    map[*connection]struct{}{},
		sessions: map[string]bool{},
	}, nil
}

// Listen creates a socket that only this user can connect to. Only this user may have
// access to its directory.
func Listen(path string) (net.Listener, error) {
	info, err := os.Lstat(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("cannot listen in %s: other users may enter it", filepath.Dir(path))
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Serve answers until Close; it returns nil after that.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.listener = l
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return l.Close()
	}
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			s.accept(c)
		case errors.Is(err, net.ErrClosed):
			return nil
		default: // out of file descriptors: retry, since open connections will end
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// Close ends all connections. Nothing is ready after that.
func (s *Server) Close() error {
	s.mu.Lock()
	var err error
	if s.listener != nil && !s.closed {
		err = s.listener.Close()
	}
	s.closed = true
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	return errors.Join(err, s.receipts.close())
}

// accept serves a connection of this user. If there are too many, the one idle for
// longest is closed, so silent connections cannot lock others out.
func (s *Server) accept(raw net.Conn) {
	pid, ok := peer(raw)
	if !ok {
		raw.Close()
		return
	}
	c := &connection{Conn: raw, server: s, pid: pid, since: time.Now(), asked: make(chan struct{}, mostAsked)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		raw.Close()
		return
	}
	if len(s.conns) >= mostConnections {
		var oldest *connection
		for other := range s.conns {
			if !other.held && (oldest == nil || other.since.Before(oldest.since)) {
				oldest = other
			}
		}
		if oldest == nil {
			raw.Close()
			return
		}
		oldest.Close()
		delete(s.conns, oldest)
	}
	s.conns[c] = struct{}{}
	go c.serve()
}

// drop removes a connection that has ended.
func (s *Server) drop(c *connection) {
	s.mu.Lock()
	delete(s.conns, c)
	gone := false
	if c.held {
		c.held = false
		s.holding--
		gone = s.holding == 0 && !s.closed
	}
	s.mu.Unlock()
	if gone {
		s.tell(Event{Kind: Gone, Action: deny, Reason: "the program has closed its connection to the guard: no request to the model passes"})
	}
}

func (s *Server) tell(e Event) {
	if s.config.On == nil {
		return
	}
	s.telling.Lock()
	defer s.telling.Unlock()
	s.config.On(e)
}

const (
	allow manifest.Action = "allow"
	ask   manifest.Action = "ask"
	deny  manifest.Action = "deny"
)
