package guard

import (
	"fmt"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// tokenState is the progress of the token.
type tokenState int

const (
	tokenKept    tokenState = iota
	tokenGiven              // it was answered once
	tokenClosed             // the first request to the model has passed, so tools may be running
	tokenSpoiled            // it was asked for twice before that, so its holder is unknown
)

// Ready reports whether the guard covers a request to the model: the session has said
// hello, or the program holds a connection. The gateway checks this before each request
// and passes none without it. After the first such request the token is no longer given
// out, because a tool may be running.
func (s *Server) Ready(r runtime.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ready := s.sessions[r.Session]
	if s.config.Driver.Handshake == runtime.PerConnection {
		ready = s.holding > 0
	}
	if s.closed || s.token == tokenSpoiled || !ready {
		return false
	}
	s.token = tokenClosed
	return true
}

// Judged reports whether a tool call was judged, in this or an earlier start of the Pod.
func (s *Server) Judged(callID string) bool { return s.receipts.has(callID) }

// Subagent returns the manifest's name of a subagent that has begun, by the program's ID.
// It is empty if the guard does not know the ID.
func (s *Server) Subagent(agent string) string { return s.team.name(agent, startTime) }

// handle answers one question.
func (s *Server) handle(c *connection, a Ask) Answer {
	if a.Kind == Judge {
		return s.judge(c, a)
	}
	a.Subagent = s.subagent(a.Subagent)
	answer := Answer{ID: a.ID, Action: allow}
	if err := s.note(c, a, &answer); err != nil {
		answer = Answer{ID: a.ID, Action: deny, Reason: err.Error()}
	}
	s.tell(Event{Kind: a.Kind, Session: a.Session, Call: a.Call, Agent: a.Agent, Subagent: a.Subagent, State: a.State, Action: answer.Action, Reason: answer.Reason})
	return answer
}

// note records an Ask that is not a tool call.
func (s *Server) note(c *connection, a Ask, answer *Answer) error {
	switch a.Kind {
	case Hello:
		return s.hello(c, a.Session)
	case Session:
		if !clean(a.Session) {
			return fmt.Errorf("the session has no ID")
		}
		return nil
	case State:
		if a.State != "working" && a.State != "waiting" {
			return fmt.Errorf("the state must be working or waiting")
		}
		return nil
	case Started:
		return s.team.started(a.Agent, a.Subagent)
	case Ended:
		s.team.ended(a.Agent, a.Call)
		return nil
	case Token:
		return s.giveToken(answer)
	}
	return fmt.Errorf("the guard does not know what was asked")
}

func (s *Server) hello(c *connection, session string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.config.Driver.Handshake == runtime.PerConnection {
		// A tool may connect as well, and its connection must not count as the program's.
		if s.holder != 0 && s.holder != c.pid {
			return fmt.Errorf("another process holds the connection of the program")
		}
		s.holder = c.pid
		if _, open := s.conns[c]; open && !c.held {
			c.held = true
			s.holding++
		}
		return nil
	}
	if !clean(session) {
		return fmt.Errorf("the session has no ID")
	}
	if len(s.sessions) >= mostSessions && !s.sessions[session] {
		return fmt.Errorf("the program has begun %d sessions, and no more may begin", mostSessions)
	}
	s.sessions[session] = true
	return nil
}

// giveToken answers a request for the token, once. A second request before the first one
// to the model spoils it: either asker may be a thief, so no request to the model passes
// then.
func (s *Server) giveToken(answer *Answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.config.Token == "":
		return fmt.Errorf("the program gets its token in another way")
	case s.token == tokenKept:
		s.token = tokenGiven
		answer.Token = s.config.Token
		return nil
	case s.token == tokenGiven:
		s.token = tokenSpoiled
	}
	return fmt.Errorf("the token is given once, before the first request to the model")
}
