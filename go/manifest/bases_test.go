package manifest

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// groundwork returns a line for every fault that would fail almost every test: tables
// that know other fields than the Go types, and bases of the conformance corpus that
// lack a field. With -update it completes the bases.
func groundwork() []string {
	if said := tablesBehind("", reflect.TypeFor[Manifest](), manifestSchema, map[reflect.Type]bool{}); len(said) > 0 {
		return said
	}
	var said []string
	for _, name := range []string{"minimal", "full"} {
		said = append(said, completeBase(filepath.Join(corpus, "bases", name+".json"), name == "full")...)
	}
	return said
}

// tablesBehind compares the fields of a type with those of the tables.
func tablesBehind(path string, t reflect.Type, s *schema, seen map[reflect.Type]bool) (said []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		if t.Kind() != reflect.Pointer && s != nil {
			s = cmp.Or(s.items, s.additional)
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || s == nil || len(s.properties) == 0 || seen[t] {
		return nil
	}
	seen[t] = true
	known := map[string]bool{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = true
		below := strings.TrimPrefix(path+"."+name, ".")
		if s.property(name) == nil {
			said = append(said, fmt.Sprintf("go/manifest/schema_tables.go does not have the field %s of the Go types; run: %s", below, golden.Command))
			continue
		}
		said = append(said, tablesBehind(below, t.Field(i).Type, s.property(name), seen)...)
	}
	for _, p := range s.properties {
		if !known[p.name] {
			said = append(said, fmt.Sprintf("go/manifest/schema_tables.go has %s, which is not in the Go types; run: %s", strings.TrimPrefix(path+"."+p.name, "."), golden.Command))
		}
	}
	return said
}

// gap is a field that a base should have and does not.
type gap struct {
	object string // the pointer of where it belongs
	name   string
	within *schema
}

// completeBase says, or with -update fills in, what a base lacks: the fields that
// every manifest has, and of the full one each field of the schema.
func completeBase(file string, full bool) (said []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		return []string{err.Error()}
	}
	for range 1000 { // a field that was filled in can be an object with fields of its own
		v, problems := parse(text)
		if len(problems) > 0 {
			return append(said, fmt.Sprintf("%s: %v", relative(file), problems[0].Message))
		}
		gaps := missingIn(v, full)
		if len(gaps) == 0 {
			return said
		}
		if !golden.Updating() {
			for _, g := range gaps {
				line, after := g.place(text)
				said = append(said, fmt.Sprintf("%s:%d: %s needs the field %s: add %q: %s%s (or run: %s)", relative(file), line,
					strings.ReplaceAll(strings.Trim(g.object, "/"), "/", "."), g.name, g.name, g.suggestion(), after, golden.Command))
			}
			return said
		}
		changed, ok := gaps[0].fill(text)
		if !ok {
			line, _ := gaps[0].place(text)
			return append(said, fmt.Sprintf("%s:%d: add the field %q by hand: %s", relative(file), line, gaps[0].name, gaps[0].within.property(gaps[0].name).expected()))
		}
		text = changed
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return append(said, err.Error())
		}
	}
	return append(said, file+": too many fields are missing")
}

func relative(file string) string { return strings.TrimPrefix(filepath.ToSlash(file), "../../") }

func missingIn(v *value, full bool) (gaps []gap) {
	present := map[*schema]map[string]bool{}
	at := map[*schema]string{} // where the schema is used first
	var visit func(pointer string, s *schema, v *value)
	visit = func(pointer string, s *schema, v *value) {
		if s == nil {
			return
		}
		if s.alternatives != nil {
			s = s.alternative(v)
		}
		if v.kind == kindObject && present[s] == nil {
			present[s], at[s] = map[string]bool{}, pointer
		}
		for _, m := range v.members {
			present[s][m.name] = true
			visit(pointer+"/"+m.name, s.below(m.name), m.value)
		}
		for i, item := range v.items {
			visit(fmt.Sprintf("%s/%d", pointer, i), s.items, item)
		}
		for _, p := range s.properties {
			if p.required && v.kind == kindObject && v.get(p.name) == nil {
				gaps = append(gaps, gap{pointer, p.name, s})
			}
		}
	}
	visit("", manifestSchema, v)
	if !full {
		return gaps
	}
	walk(manifestSchema, func(s *schema) {
		for _, p := range s.properties {
			if present[s] != nil && !p.required && !present[s][p.name] {
				gaps = append(gaps, gap{at[s], p.name, s})
			}
		}
	})
	return gaps
}

// The full manifest has every alternative of every union, so that all that is tested
// with it is tested with each.
func TestFullBaseHasEveryAlternative(t *testing.T) {
	v, problems := parse([]byte(base(t, "full")))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	chosen := map[*schema]map[*schema]bool{}
	var visit func(s *schema, v *value)
	visit = func(s *schema, v *value) {
		if s == nil {
			return
		}
		if s.alternatives != nil {
			if chosen[s] == nil {
				chosen[s] = map[*schema]bool{}
			}
			alternative := s.alternative(v)
			chosen[s][alternative] = true
			s = alternative
		}
		for _, m := range v.members {
			visit(s.below(m.name), m.value)
		}
		for _, item := range v.items {
			visit(s.items, item)
		}
	}
	visit(manifestSchema, v)
	walk(manifestSchema, func(s *schema) {
		for _, alternative := range s.alternatives {
			if alternative.types != kindNull && !chosen[s][alternative] {
				t.Errorf("full.json: where %s may stand, nothing is %s", s.expected(), alternative.choice())
			}
		}
	})
}

// suggestion is a value of the field as JSON: its default, or what its schema allows.
func (g gap) suggestion() string {
	s := g.within.property(g.name)
	switch {
	case s.missing() != nil:
		return string(appendCanonical(nil, nil, s.missing()))
	case s.enum != nil:
		return fmt.Sprintf("%q", s.enum[0])
	case s.minimum != "":
		return s.minimum
	case s.types == kindBoolean:
		return "true"
	}
	return "… (" + s.expected() + ")"
}

// place finds the line where the field belongs: that of the field before it.
func (g gap) place(text []byte) (line int, after string) {
	offset, before := g.offset(text)
	if before != "" {
		after = fmt.Sprintf(" after %q", before)
	}
	return 1 + bytes.Count(text[:offset], []byte("\n")), after
}

// offset returns the end of the last value before the missing field.
func (g gap) offset(text []byte) (offset int, before string) {
	ends := map[jsontext.Pointer]int{}
	decoder := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := decoder.ReadToken(); err == io.EOF {
			break
		} else if err != nil {
			return 0, ""
		}
		ends[decoder.StackPointer()] = int(decoder.InputOffset())
	}
	offset = ends[jsontext.Pointer(g.object)] // the end of the object, when no field is before it
	for _, p := range g.within.properties {
		if p.name == g.name {
			break
		}
		if end, ok := ends[jsontext.Pointer(g.object+"/"+p.name)]; ok {
			offset, before = end, p.name
		}
	}
	return offset, before
}

// fill writes the field after the one before it.
func (g gap) fill(text []byte) ([]byte, bool) {
	offset, before := g.offset(text)
	value := g.suggestion()
	if before == "" || strings.HasPrefix(value, "…") {
		return nil, false
	}
	return append(text[:offset:offset], append(fmt.Appendf(nil, ", %q: %s", g.name, value), text[offset:]...)...), true
}

// A base that lacks a field is reported with its line and what to add, and completed on request.
func TestCompleteBase(t *testing.T) {
	for _, c := range []struct {
		base, cut, says string
		restored        bool
	}{
		{"minimal", `, "effort": "medium"`, `minimal.json:6: model needs the field effort: add "effort": "medium" after "maxOutputTokens"`, true},
		{"minimal", ",\n  \"session\": { \"retentionDays\": 30, \"recordTrace\": false }", `add "session": {"recordTrace":false,"retentionDays":30} after "limits"`, true},
		{"full", `, "effort": "high"`, `full.json:10: model needs the field effort: add "effort": "medium" after "maxOutputTokens"`, true},
		{"full", `, "thinkingBudgetTokens": 16000`, `model needs the field thinkingBudgetTokens: add "thinkingBudgetTokens": 0 after "`, true},
		{"full", `, "language": "en-GB"`, `prompts needs the field language: add "language": … (`, false},
	} {
		file := filepath.Join(t.TempDir(), c.base+".json")
		text := base(t, c.base)
		short := strings.Replace(text, c.cut, "", 1)
		if short == text {
			t.Fatalf("%s does not have %s", c.base, c.cut)
		}
		if err := os.WriteFile(file, []byte(short), 0o600); err != nil {
			t.Fatal(err)
		}
		said := completeBase(file, c.base == "full")
		if len(said) != 1 || !strings.Contains(said[0], c.says) {
			t.Errorf("%s: %q", c.cut, said)
		}
		func() {
			flag.Set("update", "true")
			defer flag.Set("update", "false")
			said = completeBase(file, c.base == "full")
		}()
		data, _ := os.ReadFile(file)
		if c.restored && (len(said) > 0 || len(Validate(data)) > 0) {
			t.Errorf("%s: %q, and then: %v", c.cut, said, Validate(data))
		}
		if !c.restored && (len(said) != 1 || string(data) != short) {
			t.Errorf("%s: %q", c.cut, said)
		}
	}
}
