package manifest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func minimalEnvelope(t *testing.T) []byte {
	t.Helper()
	canonical, problems := Check([]byte(base(t, "minimal")))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	data, err := EncodeEnvelope(&Envelope{Schema: EnvelopeSchema, Profile: Identity{Name: "coder", Source: "builtin", Ref: "builtin:coder"},
		Provenance: &Provenance{Program: "insomnia test", Evaluator: "none"},
		Inputs:     Inputs{Name: "first", Workspace: "/somewhere", Prompt: "begin"}, Manifest: canonical, Digest: Digest(canonical)})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEnvelopeComesBackAsItWas(t *testing.T) {
	data := minimalEnvelope(t)
	e, problems := DecodeEnvelope(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	again, err := EncodeEnvelope(e)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("%v\n%s\n%s", err, again, data)
	}
}

// A rule that came after an envelope was stored does not make it unreadable; its form
// and its digest are held to.
func TestStoredEnvelopeIsNotJudgedByRules(t *testing.T) {
	whole := string(minimalEnvelope(t))
	against := strings.Replace(whole, `"id":"claude-sonnet-4-5"`, `"id":"another-model"`, 1)
	if against == whole {
		t.Fatal("the base has another model")
	}
	v, problems := parse([]byte(against))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	inner := appendCanonical(nil, manifestSchema, v.get("manifest"))
	resealed := strings.Replace(against, v.get("digest").text, Digest(inner), 1)
	if _, problems := DecodeEnvelope([]byte(resealed)); len(problems) != 1 || problems[0].Code != "rule-model-ref" {
		t.Fatalf("DecodeEnvelope: %v", problems)
	}
	e, problems := DecodeStored([]byte(resealed))
	if len(problems) > 0 {
		t.Fatalf("DecodeStored: %v", problems)
	}
	if m, problems := e.Decoded(); len(problems) > 0 || m.Model.ID != "another-model" {
		t.Errorf("Decoded: %v", problems)
	}
	for name, data := range map[string]string{
		"digest": against,
		"enum":   strings.Replace(resealed, `"role":"`, `"role":"x`, 1),
	} {
		if _, problems := DecodeStored([]byte(data)); len(problems) != 1 || problems[0].Code != name {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestEnvelopeIsReadStrictly(t *testing.T) {
	whole := string(minimalEnvelope(t))
	for _, c := range []struct{ name, old, new, code string }{
		{"unknown field", `"inputs":{`, `"inputs":{"model":"x",`, "type"},
		{"unknown field beside", `"digest":`, `"digests":"","digest":`, "type"},
		{"newer", EnvelopeSchema, "insomnia.resolved/v2", "schema-version"},
		{"no schema", `"schema":"` + EnvelopeSchema + `"`, `"schema":null`, "schema-version"},
		{"manifest changed", `"maxTurns":`, `"maxTurns":1`, "digest"},
		{"digest changed", `"digest":"sha256-`, `"digest":"sha256-A`, "digest"},
		{"manifest invalid", `"role":"`, `"role":"x`, "enum"},
		{"manifest spaced", `"limits":{`, `"limits": {`, "not-canonical"},
		{"cut off", `}`, ``, "syntax"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.Replace(whole, c.old, c.new, 1)
			if c.name == "cut off" {
				changed = whole[:len(whole)-1]
			}
			if changed == whole {
				t.Fatalf("%q is not in the envelope", c.old)
			}
			_, problems := DecodeEnvelope([]byte(changed))
			if len(problems) == 0 || problems[0].Code != c.code {
				t.Errorf("%v, want the code %s", problems, c.code)
			}
		})
	}
}

func TestEnvelopeWithEveryField(t *testing.T) {
	want := &Envelope{Schema: EnvelopeSchema, Profile: Identity{"coder", "path", "./coder.nix", "a.b"},
		Provenance: &Provenance{URL: "u", Rev: "r", Dirty: true, NarHash: "n", File: "f", FileHash: "h", Overrides: []Overridden{{"i", "r"}},
			Library: "l", Files: []ReadFile{{"f", "s"}}, Program: "p", Evaluator: "e"},
		Inputs: Inputs{"name", "/home/ada/project", "runtime", "begin \"now\"", &Hosts{[]string{"git.example.org:22"}, []string{"packages.example.org"}}}, Manifest: []byte(`{}`), Digest: "d"}
	data, err := EncodeEnvelope(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readEnvelope(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Envelope{})); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}
	// None of them may be missing above.
	for _, part := range []any{*want, want.Profile, *want.Provenance, want.Inputs, *want.Inputs.Hosts, want.Provenance.Files[0], want.Provenance.Overrides[0]} {
		v := reflect.ValueOf(part)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Field(i).IsZero() {
				t.Errorf("%T.%s is not tested", part, v.Type().Field(i).Name)
			}
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"schema":"s","profile":{"name":"n"},"provenance":{"files":[{"file":"f"}],"overrides":[],"dirty":false},"inputs":{},"manifest":{},"digest":""}`))
	f.Add([]byte(`{"provenance":null,"manifest":[1, 2]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readEnvelope(data)
		if err != nil {
			return
		}
		want := new(Envelope)
		if err := json.Unmarshal(data, want, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("read, and package json says %v", err)
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Envelope{})); d != "" {
			t.Error(d)
		}
	})
}
