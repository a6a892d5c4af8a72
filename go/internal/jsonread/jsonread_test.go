package jsonread_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
)

type thing struct {
	Name  string         `json:"name"`
	Count int            `json:"count"`
	Done  bool           `json:"done"`
	At    time.Time      `json:"at"`
	Tags  []string       `json:"tags"`
	Parts []part         `json:"parts"`
	Raw   jsontext.Value `json:"raw"`
	Maybe *part          `json:"maybe"`
}

type part struct {
	Name string `json:"name"`
}

func (p *part) field(name string) any {
	if name == "name" {
		return &p.Name
	}
	return nil
}

func (x *thing) field(name string) any {
	switch name {
	case "name":
		return &x.Name
	case "count":
		return &x.Count
	case "done":
		return &x.Done
	case "at":
		return &x.At
	case "tags":
		return &x.Tags
	case "parts":
		return jsonread.List(&x.Parts, (*part).field)
	case "raw":
		return &x.Raw
	case "maybe":
		return func(r *jsonread.Reader) error {
			if r.Null() {
				return nil
			}
			x.Maybe = new(part)
			return r.Object(x.Maybe.field)
		}
	}
	return nil
}

func readThing(data []byte) (*thing, error) {
	x := new(thing)
	return x, jsonread.New(data).Whole(x.field)
}

const whole = `{"name": "a \"b\" \u00e9 é", "count": -12, "done": true, "at": "2026-03-01T09:30:00.125Z", "tags": ["x", ""],
	"parts": [{"name": "p"}, {}], "raw": {"any": [1, 2.50, null]}, "maybe": null}`

func TestReadsWhatIsThere(t *testing.T) {
	got, err := readThing([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := &thing{"a \"b\" é é", -12, true, time.Date(2026, 3, 1, 9, 30, 0, 125e6, time.UTC), []string{"x", ""},
		[]part{{"p"}, {}}, jsontext.Value(`{"any": [1, 2.50, null]}`), nil}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got, err := readThing([]byte(`{"maybe": {"name": "p"}}`)); err != nil || got.Maybe.Name != "p" {
		t.Error(got, err)
	}
}

func TestRefusesEverythingElse(t *testing.T) {
	for text, want := range map[string]string{
		``: "", `null`: "unexpected type", `[]`: "unexpected type", `{`: "", `{}{}`: "follows", `{} x`: "follows",
		`{"unknown": 1}`:                        "/unknown is not known",
		`{"Name": ""}`:                          "/Name is not known",
		`{"name": "a", "name": "b"}`:            "duplicate",
		`{"name": 1}`:                           "unexpected type",
		`{"name": null}`:                        "unexpected type",
		`{"count": "1"}`:                        "unexpected type",
		`{"count": 1.5}`:                        "invalid syntax",
		`{"count": 99999999999999999999}`:       "out of range",
		`{"done": "true"}`:                      "unexpected type",
		`{"at": "yesterday"}`:                   "cannot parse",
		`{"at": "2026-03-01T9:30:00Z"}`:         "not a time",
		`{"tags": {}}`:                          "unexpected type",
		`{"tags": [1]}`:                         "unexpected type",
		`{"parts": [{"other": 1}]}`:             "/parts/0/other is not known",
		"{\"name\": \"\xff\"}":                  "UTF-8",
		`{"name": "\ud800"}`:                    "surrogate",
		`{"name": "a`:                           "",
		`{"raw": {"a": 1, "a": 2}}`:             "duplicate",
		`{"raw": ` + strings.Repeat("[", 20000): "depth",
	} {
		if got, err := readThing([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %+v, %v, want %q", text, got, err, want)
		}
	}
}

// What is read is what package json reads.
func FuzzAgreesWithJSON(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(`{"tags": [], "parts": [], "maybe": {"name": "\\ud83d\\ude00"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readThing(data)
		if err != nil {
			return
		}
		var want thing
		if err := json.Unmarshal(data, &want, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("read, and package json says %v", err)
		}
		if d := cmp.Diff(&want, got); d != "" {
			t.Error(d)
		}
	})
}
