// Package schemagen turns the Go types of package manifest into the JSON
// Schemas that the Nix library and the Go validator read.
package schemagen

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

const importPath = "github.com/insomnia-pods/insomnia/go/manifest"

// Schemas holds the two generated files, each ending with a newline.
type Schemas struct {
	Manifest []byte
	Profile  []byte
}

// File is a file to be written.
type File struct {
	Path    string
	Content []byte
}

// Files makes everything that go generate writes: the schemas, the orders of
// permissions for Nix, the tables of the Go validator and of the runtimes, and the two pages of reference. Paths begin at packageDir,
// the folder of package manifest, which must be the current one for the doc
// comments to be found.
func Files(packageDir string) ([]File, error) {
	schemas, err := Generate(packageDir)
	if err != nil {
		return nil, err
	}
	tables, err := Tables(schemas)
	if err != nil {
		return nil, err
	}
	manifestPage, err := ManifestPage(schemas.Manifest)
	if err != nil {
		return nil, err
	}
	profilePage, err := ProfilePage(schemas.Profile)
	if err != nil {
		return nil, err
	}
	leaves, err := LeafTable(schemas.Manifest)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(packageDir, "..", "..")
	return []File{
		{filepath.Join(root, "lib", "schema", "manifest.json"), schemas.Manifest},
		{filepath.Join(root, "lib", "schema", "profile.json"), schemas.Profile},
		{filepath.Join(root, "lib", "validate", "manifest.json"), undescribed(schemas.Manifest)},
		{filepath.Join(root, "lib", "validate", "profile.json"), undescribed(schemas.Profile)},
		{filepath.Join(root, "lib", "reach", "tables.nix"), Reach()},
		{filepath.Join(root, "lib", "schema", "providers.json"), providers()},
		{filepath.Join(root, "lib", "schema", "meant.json"), meantTables()},
		{filepath.Join(root, "lib", "validate", "forms.nix"), formsFile()},
		{filepath.Join(root, "lib", "schema", "keyForms.json"), keyForms()},
		{filepath.Join(root, "lib", "permission", "foreignTools.json"), foreignTools()},
		{filepath.Join(root, "lib", "schema", "foreignEvents.json"), indented(manifest.ForeignEvents())},
		{filepath.Join(root, "lib", "text", "fold.json"), compact(manifest.Folds())},
		{filepath.Join(root, "lib", "permission", "hidden.json"), hiddenCharacters()},
		{filepath.Join(packageDir, "schema_tables.go"), tables},
		{filepath.Join(root, "go", "internal", "runtime", "leaf", "table.go"), leaves},
		{filepath.Join(root, "docs", "manifest.md"), manifestPage},
		{filepath.Join(root, "docs", "profile.md"), profilePage},
	}, nil
}

// Generate makes both schemas; the doc comments in packageDir become the
// descriptions.
func Generate(packageDir string) (Schemas, error) {
	full, err := generate(packageDir, manifest.Manifest{}, "manifest", false)
	if err != nil {
		return Schemas{}, err
	}
	partial, err := generate(packageDir, manifest.Profile{}, "profile", true)
	if err != nil {
		return Schemas{}, err
	}
	return Schemas{Manifest: full, Profile: partial}, nil
}

type constrained interface{ Constraint() manifest.Constraint }

// union is a type of which a value is one of several: a string, or objects that their
// _type tells apart. The alternatives are zero values of their types.
type union interface{ Alternatives() []any }

var (
	constrainedType = reflect.TypeFor[constrained]()
	secretType      = reflect.TypeFor[*manifest.SecretRef]()
	unionType       = reflect.TypeFor[union]()
	portType        = reflect.TypeFor[manifest.Port]()
	decimalType     = reflect.TypeFor[manifest.Decimal]()
)

func generate(packageDir string, root any, name string, partial bool) ([]byte, error) {
	r := &jsonschema.Reflector{Anonymous: true, Mapper: scalar}
	if err := r.AddGoComments(importPath, packageDir); err != nil {
		return nil, fmt.Errorf("reading the doc comments: %w", err)
	}
	unwrapComments(r)
	schema := r.Reflect(root)
	schema.ID = jsonschema.ID("https://insomnia-pods.github.io/schema/" + name + ".v1.json")
	p := pass{reflector: r, definitions: schema.Definitions, partial: partial, seen: map[reflect.Type]bool{}}
	p.structType(reflect.TypeOf(root))

	data, err := json.Marshal(schema)
	if err != nil {
		return nil, err
	}
	// Written anew, because encoding/json escapes & in the patterns.
	text := jsontext.Value(data)
	if err := text.Format(jsontext.WithIndent("  ")); err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// unwrapComments joins the lines of each comment; a blank line ends it, since
// a description is one paragraph.
func unwrapComments(r *jsonschema.Reflector) {
	for key, text := range r.CommentMap {
		text, _, _ = strings.Cut(text, "\n\n")
		r.CommentMap[key] = strings.Join(strings.Fields(text), " ")
	}
}

// scalar returns the schema of the types that are not described by their Go kind.
func scalar(t reflect.Type) *jsonschema.Schema {
	switch {
	case t.Implements(unionType):
		return unionSchema(reflect.Zero(t).Interface().(union).Alternatives())
	case t == portType:
		return &jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: json.Number(strconv.Itoa(manifest.MaxPort))}
	case t == decimalType:
		return &jsonschema.Schema{Type: "number", Extras: map[string]any{"x-decimals": manifest.MaxDecimals}}
	case t.Implements(constrainedType) && t.Kind() == reflect.String:
		return constraintSchema(reflect.Zero(t).Interface().(constrained).Constraint())
	}
	return nil
}

// unionSchema returns the schema of alternatives. It marks the place of a secret,
// unless a plain string is allowed there, too.
func unionSchema(alternatives []any) *jsonschema.Schema {
	s := &jsonschema.Schema{Extras: map[string]any{"x-merge": "replace"}}
	secret, plain := false, false
	for _, alternative := range alternatives {
		t := reflect.TypeOf(alternative)
		secret = secret || t == secretType.Elem()
		if t.Kind() == reflect.Struct {
			s.AnyOf = append(s.AnyOf, ref(t.Name()))
			continue
		}
		plain = true
		s.AnyOf = append(s.AnyOf, scalar(t))
	}
	if secret && !plain {
		s.Extras["x-secret"] = true
	}
	return s
}

func constraintSchema(c manifest.Constraint) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", Pattern: c.Pattern, Extras: map[string]any{}}
	for _, value := range c.Enum {
		s.Enum = append(s.Enum, value)
	}
	if c.MaxLength > 0 {
		s.MaxLength = count(c.MaxLength)
	}
	if c.MaxBytes > 0 {
		s.Extras["x-maxBytes"] = c.MaxBytes
	}
	if c.Text {
		s.Extras["x-text"] = true
	}
	if c.SingleLine {
		s.Extras["x-singleLine"] = true
	}
	if c.Lower {
		s.Extras["x-lower"] = true
	}
	return s
}

func ref(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

func count(n int) *uint64 { u := uint64(n); return &u }

// pass completes the definitions along the Go types: what the reflector cannot
// say with a struct tag.
type pass struct {
	reflector   *jsonschema.Reflector
	definitions jsonschema.Definitions
	partial     bool
	seen        map[reflect.Type]bool
	inItem      bool
}

func (p *pass) structType(t reflect.Type) {
	if t.Implements(unionType) {
		p.union(t)
		return
	}
	definition, ok := p.definitions[t.Name()]
	if !ok || p.seen[t] {
		return
	}
	p.seen[t] = true
	required := definition.Required
	definition.Required = nil
	if t == secretType.Elem() || t == reflect.TypeFor[manifest.SecretFormat]() {
		definition.Extras = map[string]any{"x-merge": "replace", "x-secret": true}
	}
	atomic := p.inItem || t == secretType.Elem()
	for _, field := range reflect.VisibleFields(t) {
		if field.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		property, ok := definition.Properties.Get(name)
		if !ok {
			continue
		}
		p.property(property, field)
		_, hasDefault := property.Extras["default"]
		hasDefault = hasDefault || property.Default != nil
		isRequired := contains(required, name) && !later(property)
		if p.partial {
			isRequired = isRequired && atomic && !hasDefault
			if !atomic {
				property.Default = nil
				delete(property.Extras, "default")
			}
		}
		if isRequired {
			definition.Required = append(definition.Required, name)
		}
	}
}

func (p *pass) property(s *jsonschema.Schema, field reflect.StructField) {
	t := field.Type
	nullable := t.Kind() == reflect.Pointer && !optional(field)
	switch {
	case nullable && t != secretType:
		extra(s)["type"] = []string{s.Type, "null"}
		s.Type = ""
		if s.Default == nil {
			s.Default = json.RawMessage("null")
		}
	case nullable:
		s.AnyOf = []*jsonschema.Schema{ref("SecretRef"), {Type: "null"}}
		s.Ref = ""
		s.Default = json.RawMessage("null")
		extra(s)["x-merge"] = "replace"
		extra(s)["x-secret"] = true
		p.item(t.Elem())
	case t.Kind() == reflect.Slice:
		takeCount(s, "x-maxItems", &s.MaxItems)
		takeCount(s, "x-minItems", &s.MinItems)
		if s.MinItems == nil && !optional(field) {
			s.Default = []any{}
		}
		if only, ok := s.Extras["x-default"]; ok {
			delete(s.Extras, "x-default")
			s.Default = []any{only}
		}
		p.item(t.Elem())
	case t.Kind() == reflect.Map:
		takeCount(s, "x-maxProperties", &s.MaxProperties)
		if !optional(field) {
			s.Default = map[string]any{}
		}
		if s.AdditionalProperties == nil {
			// The reflector does not describe the values of a map keyed by a named string.
			panic("map without a schema for its values: " + field.Name)
		}
		s.PropertyNames = scalar(t.Key())
		p.structType(t.Elem())
	case t.Kind() == reflect.Pointer:
		p.structType(t.Elem())
	default:
		p.structType(t)
	}
}

// union completes the alternatives of a union, which the reflector does not see. Each is
// a whole value in every layer.
func (p *pass) union(t reflect.Type) {
	delete(p.definitions, t.Name())
	for _, alternative := range reflect.Zero(t).Interface().(union).Alternatives() {
		t := reflect.TypeOf(alternative)
		if t.Kind() != reflect.Struct {
			continue
		}
		for name, definition := range p.reflector.Reflect(alternative).Definitions {
			if p.definitions[name] == nil {
				p.definitions[name] = definition
			}
		}
		p.item(t)
	}
}

// item completes the type of a list's elements, which are whole values in every layer.
func (p *pass) item(t reflect.Type) {
	outer := p.inItem
	p.inItem = true
	p.structType(t)
	p.inItem = outer
}

// optional reports whether a field may be absent; its zero value means absence. An
// empty string or list is present if the field is a pointer or a list that is not nil.
func optional(field reflect.StructField) bool {
	return strings.Contains(field.Tag.Get("json"), "omitzero")
}

// later reports, and removes, the mark of a field that earlier manifests lack: a new
// manifest is filled with its default, and an old one is read without it.
func later(s *jsonschema.Schema) bool {
	_, ok := s.Extras["x-later"]
	delete(s.Extras, "x-later")
	return ok
}

func takeCount(s *jsonschema.Schema, key string, to **uint64) {
	text, ok := s.Extras[key].(string)
	if !ok {
		return
	}
	delete(s.Extras, key)
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(key + " is not a number: " + text)
	}
	*to = count(n)
}

func extra(s *jsonschema.Schema) map[string]any {
	if s.Extras == nil {
		s.Extras = map[string]any{}
	}
	return s.Extras
}

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}
