package codex

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// mostSessions limits the entries that are read of one directory of transcripts.
const mostSessions = 10_000

// recorded reports whether a session has a transcript: a file with its ID in the name,
// below a directory for its day.
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
