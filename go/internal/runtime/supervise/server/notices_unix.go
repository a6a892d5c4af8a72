//go:build unix

package server

import (
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Hello records that the guard is in place before a session of the program. Services
// call it, as the methods below, from any goroutine. It returns when the session is
// written down: whatever ends this process later, a conversation that has begun goes on.
// The others return at once.
func (s *Setting) Hello(session string) {
	s.noticed(func(at *pod) {
		at.shake = nil
		if session != "" && at.status.Session != session {
			at.status.Session = session
			at.write()
		}
	})
}

// Doing records what the program is doing.
func (s *Setting) Doing(state live.State) {
	s.notice(func(at *pod) {
		if at.over == nil && !state.Over() {
			at.state(state)
		}
	})
}

// Refuse records that a request did not keep to the manifest: a program without a
// terminal is ended, and one in a terminal shows the sentence and ends with its user.
// state is Refused, or Ended where a limit was reached.
func (s *Setting) Refuse(state live.State, sentence string) {
	s.notice(func(at *pod) {
		if at.over != nil {
			return
		}
		at.over = &wire.Last{Exit: int(diag.ExitRefused), State: string(state), Sentence: sentence}
		at.status.Sentence = sentence
		if at.Start.Launch.Headless {
			at.end(syscall.SIGTERM, nil)
		}
		at.write()
	})
}

// Unreachable records that the API of the model cannot be reached, and with an empty
// sentence that it is reached. A program that ends for it has not failed by itself.
func (s *Setting) Unreachable(sentence string) {
	s.notice(func(at *pod) { at.unreachable = sentence })
}
