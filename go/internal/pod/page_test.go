package pod

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// The page shows what is written.
func TestPageOnDisk(t *testing.T) {
	page := string(must[[]byte](t)(os.ReadFile("../../../docs/pods-on-disk.md")))
	var example string
	for i, block := range strings.Split(page, "```") {
		if text, ok := strings.CutPrefix(block, "json\n"); ok && i%2 == 1 && strings.Contains(text, `"id"`) {
			example = text
		}
	}
	var r record
	if err := json.Unmarshal([]byte(example), &r, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	if problem := r.problem(r.ID); problem != "" || !idForm(r.ID) || r.Schema != recordSchema {
		t.Errorf("the example is no Pod: %s", problem)
	}
	var w watch
	if err := json.Unmarshal(r.Watch, &w, json.RejectUnknownMembers(true)); err != nil {
		t.Error(err)
	}

	s := newStore(t)
	p := create(t, s, "a", 1)
	for range eventsEach {
		if err := s.Record(ctx, p, EventResumed); err != nil {
			t.Fatal(err)
		}
	}
	written, _, err := s.read(p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(fields(t, written), fields(t, &r)); d != "" {
		t.Errorf("fields that are written and shown (-written +shown):\n%s", d)
	}
	for _, entry := range must[[]os.DirEntry](t)(os.ReadDir(filepath.Join(s.dir, p.ID))) {
		if name := strings.Replace(entry.Name(), "-1.", "-N.", 1); !strings.Contains(page, "`ID/"+name+"`") {
			t.Errorf("the page does not speak of %s", name)
		}
	}
}

func fields(t *testing.T, r *record) []string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(must[[]byte](t)(json.Marshal(r)), &all); err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
