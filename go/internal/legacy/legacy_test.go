package legacy

import (
	"encoding/json"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Any choice of the ten sections is a legacy manifest or a layer of one.
func TestRecognise(t *testing.T) {
	names := []string{"pod", "model", "worker", "scope", "session", "permissions", "compaction", "memory", "web", "skills"}
	for choice := range 1 << len(names) {
		doc := map[string]any{}
		for i, name := range names {
			if choice&(1<<i) != 0 {
				doc[name] = map[string]any{}
			}
		}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got := Recognise(text); got != (choice != 0) {
			t.Fatalf("%s: %v", text, got)
		}
		if choice == 0 {
			continue
		}
		if _, problems := Read(text, "x.toml", func(string) (diag.Position, bool) { return diag.Position{}, false }); len(problems) > 0 {
			t.Errorf("%s: %v", text, problems)
		}
	}
	for text, want := range map[string]bool{
		`{"memory":{"extract_threshold":1}}`:                    true,
		`{"memory":{"extract_treshold":1}}`:                     true, // its mistakes are reported as such
		`{"memory":{"extractThresholdTokens":1}}`:               false,
		`{"memory":{"extract_threshold":1},"limits":{}}`:        false,
		`{"worker":{},"limits":{}}`:                             true,
		`{"schema":"insomnia.pod/v1","memory":{"extract":1}}`:   false,
		`{"schema":"insomnia.pod/v1","worker":{"max_turns":1}}`: false,
		`{"memory":3}`:       false,
		`{"mcp_servers":{}}`: false,
		`[]`:                 false,
		`{"permissions":{"rules":[]},"model":{"wireApi":"x"}}`:    false,
		`{"permissions":{"rule":[]},"model":{"scheme":"gemini"}}`: true,
	} {
		if got := Recognise([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
