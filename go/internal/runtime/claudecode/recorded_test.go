package claudecode

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A conversation can be resumed if one of its messages was recorded; a negative answer
// has to be certain.
func TestRecorded(t *testing.T) {
	const own = `{"type":"custom-title","customTitle":"tried"}` + "\n" + `{"type":"queue-operation","content":"say \"type\":\"user\""}` + "\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"nothing":              {nil, false},
		"another session":      {map[string]string{"projects/-srv-app/other.jsonl": `{"type":"user"}`}, false},
		"no transcript":        {map[string]string{"projects/-srv-app/notes.txt": ""}, false},
		"an empty one":         {map[string]string{"projects/-srv-app/session.jsonl": ""}, false},
		"no message":           {map[string]string{"projects/-srv-app/session.jsonl": own}, false},
		"a message":            {map[string]string{"projects/-srv-app/session.jsonl": own + `{"parentUuid":null,"type":"user","message":{}}`}, true},
		"in another workspace": {map[string]string{"projects/-srv-a/x": "", "projects/-srv-b/session.jsonl": `{"type":"assistant"}`}, true},
		"long":                 {map[string]string{"projects/-srv-app/session.jsonl": strings.Repeat("x", shortTranscript+1)}, true},
	} {
		state := t.TempDir()
		for path, text := range c.files {
			path = filepath.Join(state, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := recorded(state, "session"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
