package guard

import (
	"os"
	"time"
)

// SetClock replaces the clock that counts subagents.
func SetClock(s *Server, now func() time.Time) {
	s.team.mu.Lock()
	defer s.team.mu.Unlock()
	s.team.now = now
}

// FillDisk makes the file of the calls that were judged one on a full disk, until undone.
func FillDisk(s *Server) (undo func()) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	s.receipts.file = f
	return func() {
		s.receipts.file = nil
		f.Close()
	}
}
