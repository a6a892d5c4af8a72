package codex

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// mostSessions is how many entries of one directory of transcripts are looked at.
const mostSessions = 10_000

// recorded reports whether there is a transcript of a session: a file with its ID in its
// name, below a directory for its day.
func recorded(state, session string) bool {
	return below(filepath.Join(state, "codex", "sessions"), session, 3)
}

func below(dir, session string, depth int) bool {
	entries, err := bounded.ReadDir(dir, mostSessions)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	for _, e := range entries {
		if e.IsDir() && depth > 0 && below(filepath.Join(dir, e.Name()), session, depth-1) || !e.IsDir() && strings.Contains(e.Name(), session) {
			return true
		}
	}
	return false
}
