package manifest

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// mutations is on how many mutated manifests the Go validator is compared with
// the oracle; INSOMNIA_MUTATIONS sets another number, as checks/run does.
func mutations(t *testing.T) int {
	t.Helper()
	n := 1000
	if text := os.Getenv("INSOMNIA_MUTATIONS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal("INSOMNIA_MUTATIONS: ", err)
		}
	}
	return n
}

// setChecks sets how often properties are tried, for one test.
func setChecks(t *testing.T, n int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	old := checks.Value.String()
	if err := checks.Value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { checks.Value.Set(old) })
}

// place is a node of a document that a mutation may hit.
type place struct {
	get func() any
	set func(any)
	// of a member of an object
	object map[string]any
	key    string
}

// places lists every node of a document, each with the way to change it.
func places(root *any) []place {
	list := []place{{get: func() any { return *root }, set: func(v any) { *root = v }}}
	for i := 0; i < len(list); i++ {
		switch node := list[i].get().(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(node)) {
				list = append(list, place{
					get: func() any { return node[key] }, set: func(v any) { node[key] = v }, object: node, key: key,
				})
			}
		case []any:
			for j := range node {
				list = append(list, place{get: func() any { return node[j] }, set: func(v any) { node[j] = v }})
			}
		}
	}
	return list
}

// replacements are values that are right in one place of a manifest and wrong in others.
func replacements() []any {
	list := []any{
		nil, true, false, "", "x", "read", "a b", "a/b", "../x", "/x", "é", "a\nb", "\x1b", "*", "https://example.org", "anthropic/claude-haiku-4-5",
		"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x", strings.Repeat("a", 65), strings.Repeat("a", 1025), strings.Repeat("ab ", 3000),
		[]any{}, []any{"read"}, []any{"read", "read"}, []any{json.Number("1")}, []any{nil}, slices.Repeat([]any{"a"}, 600),
		map[string]any{}, map[string]any{"value": "x"}, map[string]any{"_type": SecretRefType, "name": "a.b"},
		map[string]any{"_type": SecretRefType, "name": "A"}, map[string]any{"_type": "x"}, map[string]any{"name": "x"}, map[string]any{"a--b": map[string]any{}},
	}
	secret := map[string]any{"_type": SecretRefType, "name": "a.b"}
	for _, template := range []string{"x{}", "{{}}{}", "{", "https://example.org/{}", "https://{}.example.org/", "a\n{}"} {
		list = append(list, map[string]any{"_type": SecretFormatType, "template": template, "refs": []any{secret}})
	}
	for _, number := range []string{"0", "1", "-1", "2", "0.5", "0.1234", "1.0", "2e2", "-0.001", "1023", "100000001", "9007199254740993", "9223372036854775807"} {
		list = append(list, json.Number(number))
	}
	seen := map[string]bool{}
	walk(manifestSchema, func(s *schema) {
		for _, text := range s.enum {
			seen[text] = true
		}
		for _, bound := range []string{s.minimum, s.maximum} {
			if n, err := strconv.ParseInt(bound, 10, 64); err == nil {
				for _, near := range []int64{n - 1, n, n + 1} {
					list = append(list, json.Number(strconv.FormatInt(near, 10)))
				}
			}
		}
	})
	for _, text := range slices.Sorted(maps.Keys(seen)) {
		list = append(list, text)
	}
	return list
}

var newKeys = []string{"x", "_type", "value", "name", "Model", "maxturns", "a b", "SKILL.md", "default", "choices", "url", "command", "a/b~c", "MY_VAR", "temperature"}

// sizes are the caps of the schema on lists, maps and text.
func sizes() []int {
	seen := map[int]bool{}
	walk(manifestSchema, func(s *schema) {
		for _, size := range []int{s.maxItems, s.maxProperties, s.maxLength, s.maxBytes} {
			if size > 0 && size <= MaxArgBytes {
				seen[size] = true
			}
		}
	})
	return slices.Sorted(maps.Keys(seen))
}

// resize brings a list, a map or a text to the size of a cap, or one above it,
// and a number next to another one of the document.
func resize(t *rapid.T, p place, all []place, caps []int) {
	size := rapid.SampledFrom(caps).Draw(t, "size") + rapid.IntRange(0, 1).Draw(t, "beyond")
	switch node := p.get().(type) {
	case []any:
		if len(node) > 0 && size <= 600 {
			for len(node) < size {
				node = append(node, clone(node[0]))
			}
			p.set(node[:size])
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			for i := 0; len(node) < size && size <= 150; i++ {
				node["n"+strconv.Itoa(i)] = clone(node[key])
			}
		}
	case string:
		if node != "" {
			p.set(strings.Repeat(node, size/len(node)+1)[:size])
		}
	case json.Number:
		if other, ok := rapid.SampledFrom(all).Draw(t, "other number").get().(json.Number); ok {
			if n, err := other.Int64(); err == nil {
				p.set(json.Number(strconv.FormatInt(n+int64(rapid.IntRange(-1, 1).Draw(t, "off")), 10)))
			}
		}
	}
}

// mutate draws a few changes of a document and makes them.
func mutate(t *rapid.T, root *any, pool []any, caps []int) {
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		all := places(root)
		p := rapid.SampledFrom(all).Draw(t, "place")
		switch rapid.IntRange(0, 8).Draw(t, "change") {
		case 6, 7, 8:
			resize(t, p, all, caps)
		case 0, 1:
			p.set(clone(rapid.SampledFrom(pool).Draw(t, "value")))
		case 2:
			p.set(clone(rapid.SampledFrom(all).Draw(t, "other place").get()))
		case 3:
			if p.object != nil {
				delete(p.object, p.key)
			}
		case 4:
			if p.object != nil {
				content := p.object[p.key]
				delete(p.object, p.key)
				p.object[rapid.SampledFrom(newKeys).Draw(t, "key")] = content
			}
		case 5:
			switch node := p.get().(type) {
			case map[string]any:
				node[rapid.SampledFrom(newKeys).Draw(t, "key")] = clone(rapid.SampledFrom(pool).Draw(t, "value"))
			case []any:
				p.set(append(slices.Clone(node), clone(rapid.SampledFrom(pool).Draw(t, "value"))))
			}
		}
	}
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for key, content := range v {
			copied[key] = clone(content)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, content := range v {
			copied[i] = clone(content)
		}
		return copied
	}
	return v
}

// sources are the manifests that mutations begin with.
func sources(t testing.TB) []any {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, "bases", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no bases: ", err)
	}
	var list []any
	for _, file := range files {
		var document any
		decodeStrictly(t, file, &document)
		list = append(list, document)
	}
	return list
}

func encoded(t reporter, document any) []byte {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMutationsAgreeWithOracle(t *testing.T) {
	n := mutations(t)
	setChecks(t, n)
	bases, pool, caps, o := sources(t), replacements(), sizes(), oracles["manifest"]()
	invalid, valid := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		document := clone(rapid.SampledFrom(bases).Draw(rt, "base"))
		mutate(rt, &document, pool, caps)
		data := encoded(rt, document)
		problems := Validate(data)
		if len(problems) == 0 {
			valid++
		} else {
			invalid++
		}
		compareWithOracle(rt, o, data, problems)
		if !rt.Failed() && len(problems) == 0 {
			checkTypes(rt, data)
		}
	})
	t.Logf("%d valid, %d invalid", valid, invalid)
	if valid < n/50 || invalid < n/50 {
		t.Errorf("the mutations are lopsided: %d valid, %d invalid", valid, invalid)
	}
}

// checkTypes takes a valid manifest through the Go types and back. A limit that came
// later and is absent comes back as what absent means.
func checkTypes(t reporter, data []byte) {
	t.Helper()
	complete, problems := FillDefaults(data)
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	want, err := Canonical(complete)
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Decode(data)
	if len(problems) > 0 {
		t.Errorf("valid, but not decoded: %v in %s", Problems(problems), data)
		return
	}
	got, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("through the Go types: %s\nnot: %s", around(got, want), around(want, got))
	}
}

// The same mutations, as a sample and of the built-in profiles too, judged by the Nix library in one evaluation.
func TestMutationsAgreeWithNix(t *testing.T) {
	const sample = 300
	nix := findNix(t)
	bases, pool, caps := append(sources(t), builtinManifests(t)...), replacements(), sizes()
	generator := rapid.Custom(func(rt *rapid.T) any {
		document := clone(rapid.SampledFrom(bases).Draw(rt, "base"))
		mutate(rt, &document, pool, caps)
		return document
	})
	documents := make([]any, sample)
	for seed := range documents {
		documents[seed] = generator.Example(seed)
	}
	filled := 0
	for i, judged := range judgeWithNix(t, nix, documents) {
		data := encoded(t, documents[i])
		problems := Validate(data)
		compareWithOracle(t, oracles["manifest"](), data, problems)
		if got, want := sorted(judged.Found), findings(problems); !slices.Equal(got, want) {
			t.Errorf("manifest %d: the Nix library finds %v\nthe Go validator finds %v\nin %.500s", i, got, want, data)
		}
		if compareFilled(t, i, judged, data) {
			filled++
		}
	}
	t.Logf("%d of %d valid with their defaults", filled, sample)
	if filled < sample/20 {
		t.Errorf("only %d manifests are valid with their defaults", filled)
	}
}

// compareFilled compares the two ways of filling in defaults and of sorting sets; it
// reports whether there was a manifest to compare.
func compareFilled(t *testing.T, i int, judged judgement, data []byte) bool {
	t.Helper()
	complete, problems := FillDefaults(data)
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	canonical, problems := Check(complete)
	if got, want := sorted(judged.Left), findings(problems); !slices.Equal(got, want) {
		t.Errorf("manifest %d with defaults: the Nix library finds %v\nthe Go validator finds %v\nin %.500s", i, got, want, data)
		return false
	}
	if len(problems) > 0 {
		return false
	}
	// Written without any sorting of sets, so that the order is that of Nix.
	if err := judged.Manifest.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(judged.Manifest, canonical) {
		t.Errorf("manifest %d: Nix has %s\nGo has %s", i, around(judged.Manifest, canonical), around(canonical, judged.Manifest))
	}
	return true
}

func builtinManifests(t *testing.T) []any {
	t.Helper()
	profiles := makeProfiles(t, nil).Builtins
	var list []any
	for _, name := range slices.Sorted(maps.Keys(profiles)) {
		if problems := Validate(profiles[name].Manifest); len(problems) > 0 {
			t.Errorf("builtin %s: %v", name, Problems(problems))
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(profiles[name].Manifest))
		decoder.UseNumber()
		var document any
		if err := decoder.Decode(&document); err != nil {
			t.Fatal(err)
		}
		list = append(list, document)
	}
	return list
}

// findNix returns the program, or ends the test: as a failure in CI, where it must exist.
func findNix(t *testing.T) string {
	t.Helper()
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix-instantiate is not installed, and CI must compare with Nix")
		}
		t.Skip("nix-instantiate is not installed: the comparison with the Nix library is left out")
	}
	return nix
}

// judgement is the result of testdata/judge.nix for one manifest.
type judgement struct {
	Found    []finding      `json:"found"`
	Left     []finding      `json:"left"`
	Manifest jsontext.Value `json:"manifest"`
}

func judgeWithNix(t *testing.T, nix string, documents []any) []judgement {
	t.Helper()
	file := filepath.Join(t.TempDir(), "documents.json")
	if err := os.WriteFile(file, encoded(t, documents), 0o600); err != nil {
		t.Fatal(err)
	}
	library, err := filepath.Abs(filepath.Join("..", "..", "lib"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(nix, "--eval", "--strict", "--json", "testdata/judge.nix", "--arg", "lib", library, "--arg", "documents", file)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var judged []judgement
	if err := jsonv2.Unmarshal(out, &judged); err != nil || len(judged) != len(documents) {
		t.Fatalf("nix-instantiate gives no list of %d: %v", len(documents), err)
	}
	return judged
}
