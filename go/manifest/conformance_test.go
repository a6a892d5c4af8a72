package manifest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const corpus = "../../checks/conformance"

// conformanceCase is a case as checks/conformance/README.md describes it.
type conformanceCase struct {
	Name    string     `json:"name"`
	Kind    string     `json:"kind"`
	Against string     `json:"against"`
	Base    string     `json:"base"`
	Remove  [][]string `json:"remove"`
	Set     []struct {
		Path  []string        `json:"path"`
		Value json.RawMessage `json:"value"`
		Text  *string         `json:"text"`
		Item  json.RawMessage `json:"item"`
		Times int             `json:"times"`
	} `json:"set"`
	Problems []finding `json:"problems"`

	file string
}

// finding is the part of a problem that the validators must agree on.
type finding struct {
	Code    string `json:"code"`
	Pointer string `json:"pointer"`
}

func findings(problems []Problem) []finding {
	list := make([]finding, len(problems))
	for i, p := range problems {
		list[i] = finding{p.Code, p.Pointer}
	}
	return sorted(list)
}

func sorted(list []finding) []finding {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b finding) int {
		if c := strings.Compare(a.Pointer, b.Pointer); c != 0 {
			return c
		}
		return strings.Compare(a.Code, b.Code)
	})
	return list
}

func readCases(t testing.TB) []conformanceCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, "cases", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", corpus, err)
	}
	var all []conformanceCase
	for _, file := range files {
		var cases []conformanceCase
		decodeStrictly(t, file, &cases)
		for _, c := range cases {
			c.file = filepath.Base(file)
			all = append(all, c)
		}
	}
	return all
}

func decodeStrictly(t testing.TB, file string, into any) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	decoder := json.NewDecoder(f)
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// document builds the JSON text that a case judges.
func (c conformanceCase) document(t testing.TB) []byte {
	t.Helper()
	var document any = map[string]any{}
	if c.Base != "" {
		decodeStrictly(t, filepath.Join(corpus, "bases", c.Base+".json"), &document)
	}
	for _, path := range c.Remove {
		document = replaceAt(t, document, path, nil, true)
	}
	for _, set := range c.Set {
		var content any
		switch {
		case set.Text != nil:
			content = strings.Repeat(*set.Text, set.Times)
		case set.Item != nil:
			content = slices.Repeat([]json.RawMessage{set.Item}, set.Times)
		case set.Value != nil:
			content = set.Value
		default:
			content = nil // a value of null
		}
		document = replaceAt(t, document, set.Path, content, false)
	}
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func replaceAt(t testing.TB, document any, path []string, content any, remove bool) any {
	t.Helper()
	if len(path) == 0 {
		return content
	}
	object, ok := document.(map[string]any)
	if raw, isRaw := document.(json.RawMessage); isRaw {
		decoder := json.NewDecoder(strings.NewReader(string(raw)))
		decoder.UseNumber()
		ok = decoder.Decode(&object) == nil && object != nil
	}
	if document == nil {
		object, ok = map[string]any{}, true
	}
	if !ok {
		t.Fatalf("the path %v leads through what is no object", path)
	}
	if remove && len(path) == 1 {
		if _, there := object[path[0]]; !there {
			t.Fatalf("there is no %v to remove", path)
		}
		delete(object, path[0])
		return object
	}
	object[path[0]] = replaceAt(t, object[path[0]], path[1:], content, remove)
	return object
}

func (c conformanceCase) against() string {
	if c.Against == "" {
		return "manifest"
	}
	return c.Against
}

func (c conformanceCase) validate(data []byte) []Problem {
	if c.against() == "profile" {
		return ValidateLayer(data)
	}
	return Validate(data)
}

func TestConformance(t *testing.T) {
	const least = 150
	cases := readCases(t)
	if len(cases) < least {
		t.Errorf("the corpus has %d cases; it must have at least %d", len(cases), least)
	}
	seen := map[string]string{}
	for _, c := range cases {
		if other, twice := seen[c.Name]; twice {
			t.Errorf("%s: %q is also the name of a case in %s", c.file, c.Name, other)
		}
		seen[c.Name] = c.file
		t.Run(strings.TrimSuffix(c.file, ".json")+"/"+c.Name, func(t *testing.T) {
			if c.Kind != "schema" && c.Kind != "rule" {
				t.Fatalf("kind is %q; it must be schema or rule", c.Kind)
			}
			data := c.document(t)
			problems := c.validate(data)
			got, want := findings(problems), sorted(c.Problems)
			if !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v\nproblems:\n%v", got, want, Problems(problems))
			}
			if c.Kind == "schema" {
				compareWithOracle(t, oracles[c.against()](), data, problems)
			}
			for _, p := range problems {
				if strings.Contains(p.Message+p.Expected+p.Hint, "canary") {
					t.Errorf("a message shows a secret: %+v", p)
				}
			}
		})
	}
}
