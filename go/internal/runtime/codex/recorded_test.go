package codex

import (
	"os"
	"path/filepath"
	"testing"
)

// A conversation can be resumed if a transcript has its ID.
func TestRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		want bool
	}{
		"nothing":         {"codex/config.toml", false},
		"a transcript":    {"codex/sessions/2026/11/30/rollout-2026-11-30T14-54-37-session.jsonl", true},
		"compressed":      {"codex/sessions/2026/11/30/rollout-2026-11-30T14-54-37-session.jsonl.zst", true},
		"another session": {"codex/sessions/2026/11/30/rollout-2026-11-30T14-54-37-other.jsonl", false},
		"too deep":        {"codex/sessions/2026/11/30/1/rollout-session.jsonl", false},
	} {
		state := t.TempDir()
		path := filepath.Join(state, c.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := recorded(state, "session"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
