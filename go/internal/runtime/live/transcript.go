package live

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// transcript lists the entries of a Pod's directory that belong to its conversations: the
// program's own directory, the trace, and the calls that the guard has judged.
var transcript = [...]string{"agent", "trace", "judged"}

// mostEntries limits the entries that are read of a program's directory.
const mostEntries = 1 << 20

// HasTranscript reports whether a Pod's conversations left anything on disk.
func HasTranscript(dir string) bool {
	for _, name := range transcript {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// Due reports whether the last session ended at least this many days ago.
func (s Status) Due(days int64, now time.Time) bool {
	return s.State != Saved && s.State.Over() && now.Sub(s.over()) >= time.Duration(days)*24*time.Hour
}

// over returns when the session ended, as far as known.
func (s Status) over() time.Time {
	if s.Ended != nil {
		return *s.Ended
	}
	return s.Changed
}

// Status returns the last written status, as that of a finished session.
func (h *Holder) Status() Status {
	s, err := read(h.dir)
	if err == nil && !s.State.Over() {
		s = s.killed()
	}
	return s
}

// Forget removes the transcript of the Pod, so that its conversation cannot be resumed.
// It records this first: if it is killed on the way, the transcript is still due.
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

// open makes directories writable, such as those of a write-protected cache.
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
