package registry

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// A glance says of a manifest what reading all of it says.
func TestGlanceSeesWhatFactsNeed(t *testing.T) {
	files, err := filepath.Glob("../../../checks/conformance/bases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, problems := manifest.Decode(data)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if data, err = manifest.Encode(m); err != nil {
			t.Fatal(err)
		}
		glanced, err := Glance(data)
		if err != nil {
			t.Fatal(err)
		}
		whole, seen := SummaryOf(m, data), SummaryOf(glanced, data)
		if diff := cmp.Diff(whole, seen) + cmp.Diff(Facts(m, whole), Facts(glanced, seen)); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if filepath.Base(file) == "full.json" && whole.Secrets == 0 {
			t.Error("no secrets were counted")
		}
	}
}
