//go:build unix

package server

import (
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Hello records that the guard is in place before a session of the program. Services call
// it and the methods below from any goroutine. It returns when the session is on disk, so
// that a conversation that has begun can be resumed however this process ends. The other
// methods return at once.
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

// Refuse records that a request violated the manifest. It ends a program without a
// terminal; one in a terminal shows the sentence until the user ends it. state is
// Refused, or Ended if a limit was reached.
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

// Unreachable records that the API of the model cannot be reached; an empty sentence
// means that it can. A program that ends because of this has not failed by itself.
func (s *Setting) Unreachable(sentence string) {
	s.notice(func(at *pod) { at.unreachable = sentence })
}
