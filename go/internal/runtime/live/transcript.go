package live

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// transcript is what of a Pod's directory is of its conversations: the program's own
// directory, the trace, and the calls that the guard has judged.
var transcript = [...]string{"agent", "trace", "judged"}

// mostEntries bounds a directory of a program.
const mostEntries = 1 << 20

// HasTranscript reports whether something is kept of the conversations of a Pod.
func HasTranscript(dir string) bool {
	for _, name := range transcript {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// Due reports whether the last session has ended so many days ago.
func (s Status) Due(days int64, now time.Time) bool {
	return s.State != Saved && s.State.Over() && now.Sub(s.over()) >= time.Duration(days)*24*time.Hour
}

// over is when the session has ended, as far as that is known.
func (s Status) over() time.Time {
	if s.Ended != nil {
		return *s.Ended
	}
	return s.Changed
}

// Status is what was last written, of a session that is over.
func (h *Holder) Status() Status {
	s, err := read(h.dir)
	if err == nil && !s.State.Over() {
		s = s.killed()
	}
	return s
}

// Forget removes the transcript of the Pod. Its conversation cannot go on then, which is
// written down first: one that was killed on the way is due still.
func (h *Holder) Forget(at time.Time) error {
	s := h.Status()
	at = at.UTC().Truncate(time.Millisecond)
	s.Session, s.TranscriptRemoved = "", &at
	if err := h.Write(s); err != nil {
		return NotWritten(h.dir, err)
	}
	for _, name := range transcript {
		path := filepath.Join(h.dir, name)
		err := os.RemoveAll(path)
		if errors.Is(err, fs.ErrPermission) {
			open(path)
			err = os.RemoveAll(path)
		}
		if err != nil {
			return NotWritten(path, err)
		}
	}
	return nil
}

// open makes directories writable, such as those of a cache that protects itself.
func open(dir string) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return
	}
	_ = os.Chmod(dir, 0o700)
	entries, _ := bounded.ReadDir(dir, mostEntries)
	for _, entry := range entries {
		if entry.IsDir() {
			open(filepath.Join(dir, entry.Name()))
		}
	}
}
