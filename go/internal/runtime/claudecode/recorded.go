package claudecode

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

const (
	// mostProjects limits the directories of transcripts that are searched: there is one
	// for each workspace.
	mostProjects = 1000
	// shortTranscript is the largest size, in bytes, at which a transcript may have no
	// message.
	shortTranscript = 1 << 20
)

// recorded reports whether the transcript of a session has a message, because the program
// cannot resume a session without one. It begins a transcript with lines of its own, and
// writes none for a session that ends before its first message.
func recorded(state, session string) bool {
	projects := filepath.Join(state, "projects")
	entries, err := bounded.ReadDir(projects, mostProjects)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	for _, e := range entries {
		text, err := bounded.ReadFile(filepath.Join(projects, e.Name(), session+".jsonl"), shortTranscript)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
		case err != nil, bytes.Contains(text, []byte(`"type":"user"`)), bytes.Contains(text, []byte(`"type":"assistant"`)):
			return true
		}
	}
	return false
}
