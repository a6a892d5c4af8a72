package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	errorkind "github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/message"
)

// The oracle is a JSON Schema library of other people. Our own keywords are
// given to it as a vocabulary, written anew here from the README of the corpus.
type oracle struct{ schema *jsonschema.Schema }

var oracles = map[string]func() oracle{
	"manifest": sync.OnceValue(func() oracle { return newOracle(SchemaJSON()) }),
	"profile":  sync.OnceValue(func() oracle { return newOracle(ProfileSchemaJSON()) }),
}

func newOracle(schema []byte) oracle {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.RegisterVocabulary(&jsonschema.Vocabulary{URL: "https://insomnia-pods.github.io/vocabulary", Compile: compileOurs})
	c.AssertVocabs()
	if err := c.AddResource("schema.json", document); err != nil {
		panic(err)
	}
	return oracle{c.MustCompile("schema.json")}
}

type ourKeywords map[string]any

func compileOurs(_ *jsonschema.CompilerContext, node map[string]any) (jsonschema.SchemaExt, error) {
	return ourKeywords(node), nil
}

// isIntegerType tells a type that allows integers and no other numbers.
func isIntegerType(t any) bool {
	list, _ := t.([]any)
	return t == "integer" || slices.Contains(list, any("integer"))
}

// ourError carries the code of a problem through the oracle.
type ourError string

func (e ourError) KeywordPath() []string                   { return []string{string(e)} }
func (e ourError) LocalizedString(*message.Printer) string { return string(e) }

var storeHash = regexp.MustCompile(`/nix/store/[0-9a-z]{32}`)

func (node ourKeywords) Validate(ctx *jsonschema.ValidatorContext, v any) {
	switch v := v.(type) {
	case json.Number:
		if isIntegerType(node["type"]) && strings.ContainsAny(v.String(), ".eE") {
			ctx.AddError(ourError("type"))
		}
		if node["x-decimals"] != nil {
			f, _ := v.Float64()
			if math.Floor(f*1000+0.5)/1000 != f {
				ctx.AddError(ourError("decimals"))
			}
		}
	case string:
		if most, ok := node["x-maxBytes"].(json.Number); ok {
			if n, _ := most.Int64(); int64(len(v)) > n {
				ctx.AddError(ourError("max-bytes"))
				return
			}
		}
		if node["x-singleLine"] == true && strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			ctx.AddError(ourError("control-character"))
		}
		if node["x-text"] == true && storeHash.MatchString(v) {
			ctx.AddError(ourError("store-path"))
		}
	}
}

// reporter has the methods that a test and a property share.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// findings returns the oracle's findings, in our words, and the slots that it judges by
// anyOf: for those it only reports that they are invalid.
func (o oracle) findings(t reporter, document []byte) (list []finding, slots []string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var invalid *jsonschema.ValidationError
	if err := o.schema.Validate(value); err != nil && !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	if invalid != nil {
		collect(invalid, &list, &slots)
	}
	return list, slots
}

func collect(e *jsonschema.ValidationError, list *[]finding, slots *[]string) {
	at := (*location)(nil)
	for _, token := range e.InstanceLocation {
		at = at.field(token)
	}
	add := func(code string, at *location) { *list = append(*list, finding{code, at.pointer()}) }
	switch k := e.ErrorKind.(type) {
	case ourError:
		add(string(k), at)
	case *errorkind.AnyOf:
		*slots = append(*slots, at.pointer())
		return
	case *errorkind.PropertyNames:
		add("property-name", (*location)(nil).field(k.Property))
		return
	case *errorkind.Required:
		for _, name := range k.Missing {
			add("required", at.field(name))
		}
	case *errorkind.AdditionalProperties:
		for _, name := range k.Properties {
			add("unknown-field", at.field(name))
		}
	case *errorkind.Type:
		add("type", at)
	case *errorkind.Enum:
		add("enum", at)
	case *errorkind.Const:
		add("const", at)
	case *errorkind.Pattern:
		add("pattern", at)
	case *errorkind.Minimum:
		add("minimum", at)
	case *errorkind.Maximum:
		add("maximum", at)
	case *errorkind.MinLength:
		add("min-length", at)
	case *errorkind.MaxLength:
		add("max-length", at)
	case *errorkind.MinItems:
		add("min-items", at)
	case *errorkind.MaxItems:
		add("max-items", at)
	case *errorkind.MinProperties:
		add("min-properties", at)
	case *errorkind.MaxProperties:
		add("max-properties", at)
	case *errorkind.Group, *errorkind.Schema, *errorkind.Reference:
	default:
		add("unexpected "+strconv.Quote(strings.Join(e.ErrorKind.KeywordPath(), "/")), at)
	}
	for _, cause := range e.Causes {
		collect(cause, list, slots)
	}
}

// compareWithOracle reports where the Go validator and the oracle differ on the schema.
func compareWithOracle(t reporter, o oracle, document []byte, problems []Problem) {
	t.Helper()
	theirs, slots := o.findings(t, document)
	within := func(pointer string) bool {
		return slices.ContainsFunc(slots, func(slot string) bool { return pointer == slot || strings.HasPrefix(pointer, slot+"/") })
	}
	var ours []finding
	for _, p := range problems {
		switch {
		case strings.HasPrefix(p.Code, "rule-"):
		case p.Code == "property-name":
			// The oracle overwrites the place of these: only the name is left to
			// compare, once however many places have it.
			f := finding{p.Code, p.Pointer[strings.LastIndex(p.Pointer, "/"):]}
			if !slices.Contains(ours, f) {
				ours = append(ours, f)
			}
		default:
			ours = append(ours, finding{p.Code, p.Pointer})
		}
	}
	if cut := slices.IndexFunc(ours, func(f finding) bool { return f.Code == "too-many-problems" }); cut >= 0 {
		// The list ends early: what is in it is right, and the oracle has more.
		ours = slices.Delete(ours, cut, cut+1)
		for _, f := range ours {
			if !within(f.Pointer) && !slices.Contains(theirs, f) {
				t.Errorf("the Go validator finds %v, and the oracle does not, in %.500s", f, document)
			}
		}
		if len(theirs) < maxProblems/2 {
			t.Errorf("the Go validator stops at %d problems, and the oracle finds only %d", len(ours), len(theirs))
		}
		return
	}
	for _, slot := range slots {
		if !slices.ContainsFunc(ours, func(f finding) bool { return f.Pointer == slot || strings.HasPrefix(f.Pointer, slot+"/") }) {
			t.Errorf("the oracle refuses what is at %s; the Go validator does not", slot)
		}
	}
	outside := func(f finding) bool { return within(f.Pointer) }
	ours = sorted(slices.DeleteFunc(ours, outside))
	theirs = sorted(firstOnly(slices.DeleteFunc(theirs, outside)))
	if !slices.Equal(ours, theirs) {
		t.Errorf("the Go validator finds %v\nthe oracle finds %v\nin %.500s", ours, theirs, document)
	}
}

// firstOnly leaves out what we do not report beside another problem of the same
// value: anything beside type, pattern beside max-length. The oracle counts
// characters and we count bytes, so that it may say pattern where we say
// max-length; no case does that, and the mutations keep to ASCII there.
func firstOnly(list []finding) []finding {
	has := func(code, pointer string) bool { return slices.Contains(list, finding{code, pointer}) }
	kept := slices.DeleteFunc(slices.Clone(list), func(f finding) bool {
		return f.Code != "type" && f.Code != "property-name" && has("type", f.Pointer) || f.Code == "pattern" && has("max-length", f.Pointer)
	})
	return slices.Compact(sorted(kept))
}
