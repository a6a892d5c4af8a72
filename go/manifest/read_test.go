package manifest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two libraries make the same of a manifest.
func TestDecodeReadsAsTheStandardLibrary(t *testing.T) {
	read := 0
	for _, c := range readCases(t) {
		data := c.document(t)
		got, problems := Decode(data)
		if len(problems) > 0 {
			continue // or a layer of a profile
		}
		want := new(Manifest)
		if err := json.Unmarshal(data, want); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", c.Name, diff)
		}
		read++
	}
	if read < 50 {
		t.Errorf("only %d valid manifests were read", read)
	}
}

func TestDecodedEnvelope(t *testing.T) {
	e, problems := DecodeEnvelope(minimalEnvelope(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want, _ := Decode(e.Manifest)
	for _, e := range []*Envelope{e, {Manifest: bytes.Clone(e.Manifest)}} {
		got, problems := e.Decoded()
		if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
			t.Errorf("%v\n%s", problems, diff)
		}
	}
}
