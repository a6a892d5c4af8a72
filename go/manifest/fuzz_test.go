package manifest

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func seeds(f *testing.F) {
	f.Helper()
	for _, text := range []string{
		base(f, "minimal"), base(f, "full"), "", "null", "{}", "[1, 1.50, -0, 1e3]", `{"a": "\ud83d\ude00", "a": 1}`, `{"tools": {"allow": ["b", "a", "b"]}}`,
		`{"model": {"auth": "x"}}`, "\xef\xbb\xbf{}", `"` + "\xff" + `"`, `{"limits": {"maxTurns": 99999999999999999999}}`,
	} {
		f.Add([]byte(text))
	}
}

// Whatever comes in, there is a manifest or a problem, and a manifest stays the
// same through its canonical form.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, problems := Decode(data)
		if (m != nil) != (len(problems) == 0) {
			t.Fatalf("a manifest: %v, with problems %v", m != nil, Problems(problems))
		}
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || hasControl(p.Message+p.Path+p.Hint+p.Expected) {
				t.Errorf("not fit to be shown: %+v", p)
			}
		}
		if filled, problems := FillDefaults(data); len(problems) == 0 {
			if len(Validate(filled)) > len(Validate(data)) {
				t.Errorf("defaults make problems in %s", filled)
			}
		}
		if m == nil {
			return
		}
		canonical, err := Canonical(data)
		if err != nil {
			t.Fatal(err)
		}
		complete, _ := FillDefaults(canonical)
		if canonical, err = Canonical(complete); err != nil {
			t.Fatal(err)
		}
		encoded, err := Encode(m)
		if err != nil || !bytes.Equal(canonical, encoded) {
			t.Errorf("through the types %s, %v\nwithout %s", encoded, err, canonical)
		}
		if checked, problems := Check(canonical); len(problems) > 0 || !bytes.Equal(checked, canonical) {
			t.Errorf("the canonical form has problems or another form: %v", Problems(problems))
		}
	})
}

// Canonical bytes are JSON, and their own canonical form.
func FuzzCanonical(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := Canonical(data)
		if err != nil {
			return
		}
		if !jsontext.Value(once).IsValid() {
			t.Fatalf("not JSON: %s", once)
		}
		twice, err := Canonical(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("once %s\ntwice %s, %v", once, twice, err)
		}
	})
}
