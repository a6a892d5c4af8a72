package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"
	"github.com/pelletier/go-toml/v2"
	oracle "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// schema.json is generated from the types, and so is the copy by which the module for
// home-manager checks its settings: go generate ./go/internal/config
func TestSchema(t *testing.T) {
	schema := generate(t)
	golden.Check(t, "schema.json", schema)
	golden.Check(t, "../../../lib/schema/config.json", schema)
}

func generate(t *testing.T) []byte {
	r := &jsonschema.Reflector{Anonymous: true, Mapper: func(t reflect.Type) *jsonschema.Schema {
		c, ok := reflect.Zero(t).Interface().(constrained)
		if !ok || t.Kind() != reflect.String {
			return nil
		}
		longest := uint64(c.constraint().longest())
		s := &jsonschema.Schema{Type: "string", Pattern: c.constraint().pattern, MaxLength: &longest}
		for _, value := range c.constraint().enum {
			s.Enum = append(s.Enum, value)
		}
		return s
	}}
	if err := r.AddGoComments("github.com/insomnia-pods/insomnia/go/internal/config", "."); err != nil {
		t.Fatal(err)
	}
	for key, text := range r.CommentMap {
		r.CommentMap[key] = strings.Join(strings.Fields(text), " ")
	}
	s := r.Reflect(&File{})
	s.ID = "https://insomnia-pods.github.io/schema/config.v1.json"
	for _, key := range []reflect.Type{reflect.TypeFor[map[Name]Reference](), reflect.TypeFor[map[Name]FlakeReference](), reflect.TypeFor[map[SecretName]Binding]()} {
		for field := range reflect.TypeFor[File]().NumField() {
			f := reflect.TypeFor[File]().Field(field)
			if f.Type != key {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			p, _ := s.Definitions["File"].Properties.Get(name)
			p.PropertyNames = r.Mapper(key.Key())
			if values := r.Mapper(key.Elem()); values != nil {
				p.AdditionalProperties = values
			}
		}
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	text := jsontext.Value(data)
	if err := text.Format(jsontext.WithIndent("  ")); err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// The reader and the schema agree.
func TestReaderAndSchemaAgree(t *testing.T) {
	doc, err := oracle.UnmarshalJSON(bytes.NewReader(SchemaJSON()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := oracle.NewCompiler()
	if err := compiler.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{
		``:                         true,
		`default = "user:coder"`:   true,
		`default = 3`:              false,
		`default = ""`:             false,
		`aliases.q = "user:x"`:     true,
		`aliases."q q" = "a"`:      false,
		`aliases.q = ["a"]`:        false,
		`aliases = "a"`:            false,
		`[[aliases]]`:              false,
		`sources.t = "github:a/b"`: true,
		`sources.t = "x#y"`:        false,
		`discovery.user = false`:   true,
		`discovery.user = "no"`:    false,
		`discovery.usr = false`:    false,
		`ui.summaries = true`:      true,
		`model = "x"`:              false,
		`evaluator = "nix"`:        true,
		`evaluator = "lix"`:        false,
		`secrets."a.b" = { uri = "env:X", hosts = ["example.org"] }`:                           true,
		`secrets."a.b" = { hosts = [] }`:                                                       false,
		`secrets."a.b" = { uri = "sk-123" }`:                                                   false,
		`secrets."a.b" = { uri = "env:X", value = "x" }`:                                       false,
		`secrets."A" = { uri = "env:X" }`:                                                      false,
		`secrets."a-" = { uri = "env:X" }`:                                                     false,
		`secrets."a.b.c.d.e.f.g.h.i" = { uri = "env:X" }`:                                      false,
		`secrets.a = { uri = "env:X", hosts = ["http://localhost:8080", "example.org:8443"] }`: true,
		`secrets.a = { uri = "env:X", hosts = ["https://example.org"] }`:                       false,
		`secrets.a = { uri = "env:X", hosts = ["*.example.org"] }`:                             false,
		`secrets.a = { uri = "env:X", hosts = ["example.org/x"] }`:                             false,
		`secrets.a = { uri = "env:X", hosts = [""] }`:                                          false,
		`secrets.a = { uri = "env:X", commands = ["npx -y mcp"] }`:                             true,
		`secrets.a = { uri = "env:X", commands = [""] }`:                                       false,
		`secrets.a = { uri = "env:X", commands = [" "] }`:                                      false,
	} {
		_, _, problems := decodeFile([]byte(text), "x.toml", User)
		if (len(problems) == 0) != valid {
			t.Errorf("%s: the reader says %v", text, problems)
		}
		var value map[string]any
		if err := toml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := oracle.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if instance == nil {
			instance = map[string]any{}
		}
		if err := schema.Validate(instance); (err == nil) != valid {
			t.Errorf("%s: the schema says %v", text, err)
		}
	}
}
