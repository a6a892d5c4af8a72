package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// entry is a layer for testdata/profiles.nix, with what must become of it.
type entry struct {
	Layer map[string]any `json:"layer"`
	Over  *int           `json:"over,omitempty"`

	name string
	want any // the whole manifest, or its sections but context
}

type made struct {
	Problems []string        `json:"problems"`
	Manifest json.RawMessage `json:"manifest"`
}

type madeProfiles struct {
	Layers   []made          `json:"layers"`
	Builtins map[string]made `json:"builtins"`
}

func makeProfiles(t *testing.T, entries []entry) madeProfiles {
	t.Helper()
	nix := findNix(t)
	if entries == nil {
		entries = []entry{}
	}
	file := filepath.Join(t.TempDir(), "layers.json")
	if err := os.WriteFile(file, encoded(t, entries), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(nix, "--eval", "--strict", "--json", "testdata/profiles.nix", "--arg", "root", root, "--arg", "layers", file)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var result madeProfiles
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

// leaf is a place of the full manifest with a valid manifest in which just this
// place is another (with what must follow it).
type leaf struct {
	path    []string // keys, up to the first list
	full    string   // with the indexes
	schema  *schema
	name    string // of the field
	changed any
}

// unchangeable are the fields that have one value only.
var unchangeable = []string{"schema", "_type"}

// leaves changes every leaf of the full manifest in turn.
func leaves(t *testing.T) []leaf {
	t.Helper()
	var document any
	decodeStrictly(t, filepath.Join(corpus, "bases", "full.json"), &document)
	pool := append([]any{
		"other", "openai/gpt-5", "other.example.org", "https://other.example.org/x", "OTHER", "de", "docs/other", "more", "25",
		"files", "release-notes", "builtin:reviewer",
	}, replacements()...)
	var list []leaf
	var visit func(s *schema, v any, at *location, path []string, within *schema, name string)
	visit = func(s *schema, v any, at *location, path []string, within *schema, name string) {
		deeper := func(key string) []string {
			if path != nil && strings.Contains(at.path(), "[") {
				return path
			}
			return append(slices.Clone(path), key)
		}
		switch content := v.(type) {
		case map[string]any:
			if object := s.openObject(); object != nil {
				for _, key := range slices.Sorted(maps.Keys(content)) {
					visit(object.below(key), content[key], at.field(key), path, object, key)
				}
				return
			}
			if s.alternatives == nil {
				for _, key := range slices.Sorted(maps.Keys(content)) {
					visit(s.below(key), content[key], at.field(key), deeper(key), s, key)
				}
				return
			}
		case []any:
			if len(content) > 0 && s.items.types == kindObject {
				for i, item := range content {
					visit(s.items, item, at.element(i), path, s, name)
				}
				return
			}
		}
		if slices.Contains(unchangeable, name) {
			return
		}
		if changed := changeTo(document, at, candidates(s, v, pool)); changed != nil {
			list = append(list, leaf{path: path, full: at.path(), schema: within, name: name, changed: changed})
		}
	}
	visit(manifestSchema, document, nil, nil, nil, "")
	return append(list, modelLeaves(document)...)
}

// openObject is the alternative of a union that is an object and holds no secret, or nil:
// such an object is replaced whole, and each of its fields is a leaf.
func (s *schema) openObject() *schema {
	for _, alternative := range s.alternatives {
		if alternative.types == kindObject && !alternative.secret && alternative.property("_type") == nil && !s.secret {
			return alternative
		}
	}
	return nil
}

// candidates are the values that fit a place: for a number its neighbours first,
// for a list the list with one element more.
func candidates(s *schema, v any, pool []any) []any {
	var first []any
	switch content := v.(type) {
	case json.Number:
		if n, err := content.Int64(); err == nil {
			first = []any{json.Number(strconv.FormatInt(n+1, 10)), json.Number(strconv.FormatInt(n-1, 10))}
		}
	case []any:
		for _, candidate := range pool {
			first = append(first, append(slices.Clone(content), candidate))
		}
	}
	return slices.DeleteFunc(append(first, pool...), func(candidate any) bool {
		data, err := json.Marshal(candidate)
		if err != nil {
			return true
		}
		parsed, problems := parse(data)
		c := checker{problems: problemList{all: problems}}
		c.check(s, parsed, false)
		return len(c.problems.all) > 0
	})
}

// companions are the values that must change together with a place to satisfy the
// rules.
var companions = map[string]map[string]any{
	"sandbox.network": {"sandbox.allowedDomains": []any{}},
	"subagents.scout.tools.default": {
		"delegation.ceiling.tools.default": "allow", "subagents.scout.tools.deny": []any{"mcp__tracker__delete_project"},
	},
	"subagents.smith.tools.default":      {"delegation.ceiling.tools.default": "allow"},
	"subagents.smith.sandbox.network":    {"subagents.smith.sandbox.allowedDomains": []any{}, "sandbox.nix": false},
	"subagents.smith.sandbox.filesystem": {"subagents.smith.sandbox.writableRoots": []any{}},
	"web.search.provider":                {"web.search.auth": map[string]any{"_type": SecretRefType, "name": "work.search"}},
}

// changeTo returns a copy of a document with the first of the values in a place that
// results in another valid manifest; nil if none does.
func changeTo(document any, at *location, values []any) any {
	original := canonicalOf(document)
	for _, candidate := range values {
		copied := clone(document)
		setAt(copied, at, candidate)
		for path, content := range companions[at.path()] {
			setAt(copied, locationOf(path), content)
		}
		data, err := json.Marshal(copied)
		if err == nil && len(Validate(data)) == 0 && !bytes.Equal(canonicalOf(copied), original) {
			return copied
		}
	}
	return nil
}

func locationOf(path string) *location {
	var at *location
	for _, key := range strings.Split(path, ".") {
		at = at.field(key)
	}
	return at
}

func setAt(document any, at *location, content any) {
	var steps []*location
	for l := at; l != nil; l = l.parent {
		steps = append(steps, l)
	}
	slices.Reverse(steps)
	for i, step := range steps {
		last := i == len(steps)-1
		if object, ok := document.(map[string]any); ok {
			if last {
				object[step.key] = content
			}
			document = object[step.key]
			continue
		}
		list := document.([]any)
		if last {
			list[step.index] = content
		}
		document = list[step.index]
	}
}

func canonicalOf(document any) []byte {
	data, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	canonical, err := Canonical(data)
	if err != nil {
		panic(err)
	}
	return canonical
}

// modelLeaves changes what can only change together: rules hold ref to provider and id,
// and the conventional key to its provider.
func modelLeaves(document any) []leaf {
	var list []leaf
	section := (*location)(nil).field("model")
	copied := clone(document)
	setAt(copied, section.field("auth"), map[string]any{"_type": SecretRefType, "name": "openai.api.default"})
	for name, content := range map[string]string{"ref": "openai/gpt-5", "provider": "openai", "id": "gpt-5"} {
		setAt(copied, section.field(name), content)
		list = append(list, leaf{path: []string{"model"}, full: "model." + name, schema: manifestSchema.property("model"), name: name, changed: copied})
	}
	return list
}

// layerOf returns the profile layer that is equivalent to a manifest without its
// context.
func layerOf(document any) map[string]any {
	layer := maps.Clone(document.(map[string]any))
	delete(layer, "schema")
	delete(layer, "context")
	maps.Copy(layer, layer["profile"].(map[string]any))
	delete(layer, "profile")
	return layer
}

// fragment is the part of a document at a path, in its sections.
func fragment(document any, path []string) map[string]any {
	content := document.(map[string]any)[path[0]]
	if len(path) > 1 {
		return map[string]any{path[0]: fragment(content, path[1:])}
	}
	return map[string]any{path[0]: content}
}

// overridesFor is the fragment that brings about the change of a leaf.
func overridesFor(l leaf) map[string]any {
	overrides := fragment(l.changed, l.path)
	for path := range companions[l.full] {
		merge(overrides, fragment(l.changed, strings.Split(path, ".")))
	}
	return overrides
}

func merge(into, from map[string]any) {
	for key, content := range from {
		inner, both := into[key].(map[string]any)
		if more, ok := content.(map[string]any); ok && both {
			merge(inner, more)
		} else {
			into[key] = content
		}
	}
}

// presets are the options that are no field of the manifest, each with all of
// its values; the manifests of any two of them must differ.
var presets = map[string][]any{
	"variant":        {"standard", "cheap", "fast"},
	"autonomy":       {"observe", "ask", "edits", "auto", "full"},
	"toolPolicy":     {"none", "read-only", "research", "delegate", "workspace", "full"},
	"context.budget": {"small", "medium", "large", "full"},
	"compaction":     {"off", "early", "balanced", "late"},
	"pruning":        {"off", "gentle", "balanced", "aggressive"},
	"retention":      {"none", "1d", "30d", "9999d", "forever"},
	"memory.preset":  {"off", "session", "project", "user"},
	"web.preset":     {"off", "cached", "live"},
	"keys":           {"none", "provider"},
}

// No dead option: each leaf of a profile, changed in turn, changes the manifest
// as it should; each preset does; and overrides reach each leaf of the manifest.
func TestNoDeadOption(t *testing.T) {
	var document any
	decodeStrictly(t, filepath.Join(corpus, "bases", "full.json"), &document)
	all := leaves(t)
	checkAllLeaves(t, document, all)
	checkAllPresets(t)

	full := layerOf(document)
	full["overrides"] = fragment(document, []string{"context"})
	entries := []entry{{
		name: "the full manifest, as options", want: document, Layer: full,
	}, {
		name: "the full manifest, as overrides", want: document,
		Layer: map[string]any{"name": "team-lead", "model": map[string]any{"ref": "anthropic/claude-sonnet-4-5"}, "overrides": document},
	}}
	base := 0
	for _, l := range all {
		changed := l.changed.(map[string]any)
		if l.path[0] != "context" {
			entries = append(entries, entry{name: "the option " + l.full, Layer: layerOf(changed), want: withoutContext(changed)})
		}
		if l.full == "profile.name" {
			continue // of all fields, the name alone is never inherited: tested as an option
		}
		entries = append(entries, entry{
			name: "the override of " + l.full, Over: &base, want: changed,
			Layer: map[string]any{"name": "team-lead", "overrides": overridesFor(l)},
		})
	}
	presetsBegin := len(entries)
	for _, option := range slices.Sorted(maps.Keys(presets)) {
		for _, content := range presets[option] {
			layer := map[string]any{"name": "x", "model": map[string]any{"ref": "anthropic/claude-sonnet-4-5"}}
			maps.Copy(layer, nest(option, content))
			entries = append(entries, entry{name: fmt.Sprint("the preset ", option, " = ", content), Layer: layer})
		}
	}

	t.Logf("%d leaves, %d profiles", len(all), len(entries))
	result := makeProfiles(t, entries)
	if len(result.Layers) != len(entries) {
		t.Fatalf("%d results for %d layers", len(result.Layers), len(entries))
	}
	for i, got := range result.Layers[:presetsBegin] {
		e := entries[i]
		if len(got.Problems) > 0 {
			t.Errorf("%s: %v", e.name, got.Problems)
			continue
		}
		var manifest any
		if err := json.Unmarshal(got.Manifest, &manifest); err != nil {
			t.Fatal(err)
		}
		if _, whole := e.want.(map[string]any)["context"]; !whole {
			manifest = withoutContext(manifest)
		}
		if got, want := canonicalOf(manifest), canonicalOf(e.want); !bytes.Equal(got, want) {
			t.Errorf("%s: from byte %d on\n%s\nis not\n%s", e.name, difference(got, want), around(got, want), around(want, got))
		}
	}
	checkPresetsDiffer(t, entries[presetsBegin:], result.Layers[presetsBegin:])
}

func withoutContext(document any) any {
	sections := maps.Clone(document.(map[string]any))
	delete(sections, "context")
	return sections
}

func difference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func around(text, other []byte) string {
	at := difference(text, other)
	return string(text[max(0, at-60):min(len(text), at+60)])
}

func nest(path string, content any) map[string]any {
	first, rest, more := strings.Cut(path, ".")
	if more {
		return map[string]any{first: nest(rest, content)}
	}
	return map[string]any{first: content}
}

func checkPresetsDiffer(t *testing.T, entries []entry, results []made) {
	t.Helper()
	seen := map[string]string{}
	for i, got := range results {
		name := entries[i].name
		option, _, _ := strings.Cut(name, " = ")
		if len(got.Problems) > 0 {
			t.Errorf("%s: %v", name, got.Problems)
			continue
		}
		key := option + string(got.Manifest)
		if other, twice := seen[key]; twice {
			t.Errorf("%s gives the manifest of %s", name, other)
		}
		seen[key] = name
	}
}

// checkAllLeaves makes sure that each field of the schema was changed somewhere.
func checkAllLeaves(t *testing.T, document any, all []leaf) {
	t.Helper()
	changed := map[*schema]map[string]bool{}
	for _, l := range all {
		if changed[l.schema] == nil {
			changed[l.schema] = map[string]bool{}
		}
		changed[l.schema][l.name] = true
	}
	walk(manifestSchema, func(s *schema) {
		if s.secret {
			return // a slot is one leaf
		}
		for _, p := range s.properties {
			inner := p.schema
			if inner.items != nil && inner.items.types == kindObject || inner.types == kindObject {
				continue // its own leaves are changed
			}
			if p.name != "value" && !changed[s][p.name] && !slices.Contains(unchangeable, p.name) {
				t.Errorf("no test changes the field %s, %s", p.name, inner.expected())
			}
		}
	})
}

// checkAllPresets makes sure that each option of a profile is a field of the
// manifest, which a leaf tests, or one of the presets.
func checkAllPresets(t *testing.T) {
	t.Helper()
	var visit func(profile, manifest *schema, path string)
	visit = func(profile, manifest *schema, path string) {
		for _, p := range profile.properties {
			at := strings.TrimPrefix(path+"."+p.name, ".")
			var twin *schema
			if manifest != nil {
				twin = manifest.property(p.name)
			}
			if path == "" && twin == nil {
				twin = manifestSchema.property("profile").property(p.name)
			}
			_, isPreset := presets[at]
			switch {
			case at == "overrides":
			case isPreset:
				for _, known := range p.schema.enum {
					if !slices.Contains(presets[at], any(known)) {
						t.Errorf("the preset %s has a value %s that no test sets", at, known)
					}
				}
			case len(p.schema.properties) > 0 && p.schema.merge == "":
				visit(p.schema, twin, at)
			case twin == nil:
				t.Errorf("the option %s is neither a field of the manifest nor a preset that is tested", at)
			}
		}
	}
	visit(profileSchema, manifestSchema, "")
}
