package manifest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// schema is one node of a JSON Schema in the dialect that this project keeps
// to: what the two validators implement, and nothing else. A keyword outside of
// it is an error when the schema is loaded.
type schema struct {
	types       kind // the kinds that are allowed; 0 for all
	integer     bool // numbers must be integers
	description string

	properties    []property
	closed        bool    // additionalProperties: false
	additional    *schema // of a free map
	propertyNames *schema
	minProperties int
	maxProperties int // -1 for no cap, as with all caps here

	items       *schema
	minItems    int
	maxItems    int
	uniqueItems bool

	enum     []string // strings only
	constant *value
	minimum  string // the number as written; "" for none
	maximum  string

	minLength int
	maxLength int
	pattern   *pattern
	maxBytes  int
	decimals  int
	text      bool
	oneLine   bool

	anyOf     []*schema
	nullable  bool // anyOf with null
	secretRef *schema
	otherwise *schema // the object branch beside the secret reference

	defaultValue *value
	merge        string // "", "replace" or "set"
	secret       bool
	preset       bool
}

type property struct {
	name     string
	schema   *schema
	required bool
}

func (s *schema) property(name string) *schema {
	for i := range s.properties {
		if s.properties[i].name == name {
			return s.properties[i].schema
		}
	}
	return nil
}

// pattern is compiled when it is first needed: most runs need few of them.
type pattern struct {
	text     string
	compiled func() *regexp.Regexp
}

func (p *pattern) match(text string) bool { return p.compiled().MatchString(text) }

// loader turns the text of a schema into nodes.
type loader struct {
	definitions map[string]*value
	loaded      map[string]*schema
	loading     map[string]bool
	patterns    map[string]*pattern
}

func loadSchema(data []byte) (*schema, error) {
	root, problems := parse(data)
	if len(problems) > 0 {
		return nil, Problems(problems)
	}
	l := loader{
		definitions: map[string]*value{}, loaded: map[string]*schema{},
		loading: map[string]bool{}, patterns: map[string]*pattern{},
	}
	if defs := root.get("$defs"); defs != nil {
		for _, m := range defs.members {
			l.definitions[m.name] = m.value
		}
	}
	s, err := l.node(root, "#")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return s, nil
}

const definitionPrefix = "#/$defs/"

func (l *loader) node(v *value, at string) (*schema, error) {
	if !v.is(kindObject) {
		return nil, fmt.Errorf("%s: a schema must be an object", at)
	}
	s := &schema{maxProperties: -1, maxItems: -1, maxLength: -1, maxBytes: -1, decimals: -1}
	if ref := v.get("$ref"); ref != nil {
		target, err := l.reference(ref, at)
		if err != nil {
			return nil, err
		}
		clone := *target
		s = &clone
	}
	for _, m := range v.members {
		if err := l.keyword(s, m.name, m.value, at+"/"+m.name); err != nil {
			return nil, err
		}
	}
	if required := v.get("required"); required != nil {
		if err := s.require(required, at); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (l *loader) reference(ref *value, at string) (*schema, error) {
	name, ok := strings.CutPrefix(ref.text, definitionPrefix)
	definition := l.definitions[name]
	if !ref.is(kindString) || !ok || definition == nil {
		return nil, fmt.Errorf("%s: $ref must lead to a definition of the same schema", at)
	}
	if s := l.loaded[name]; s != nil {
		return s, nil
	}
	if l.loading[name] {
		return nil, fmt.Errorf("%s: $ref leads back to itself", at)
	}
	l.loading[name] = true
	s, err := l.node(definition, definitionPrefix+name)
	l.loaded[name] = s
	return s, err
}

func (l *loader) keyword(s *schema, name string, v *value, at string) (err error) {
	switch name {
	case "$schema", "$id", "$ref", "$defs", "title", "required":
	case "description":
		s.description = v.text
	case "type":
		err = s.setTypes(v, at)
	case "properties":
		if !v.is(kindObject) {
			return fmt.Errorf("%s: must be an object", at)
		}
		s.properties = make([]property, 0, len(v.members))
		for _, m := range v.members {
			child, err := l.node(m.value, at+"/"+m.name)
			if err != nil {
				return err
			}
			s.properties = append(s.properties, property{name: m.name, schema: child})
		}
	case "additionalProperties":
		if v.is(kindBoolean) && v.text == "false" {
			s.closed = true
			return nil
		}
		s.additional, err = l.node(v, at)
	case "propertyNames":
		s.propertyNames, err = l.node(v, at)
	case "items":
		s.items, err = l.node(v, at)
	case "minItems":
		s.minItems, err = count(v, at)
	case "maxItems":
		s.maxItems, err = count(v, at)
	case "minProperties":
		s.minProperties, err = count(v, at)
	case "maxProperties":
		s.maxProperties, err = count(v, at)
	case "minLength":
		s.minLength, err = count(v, at)
	case "maxLength":
		s.maxLength, err = count(v, at)
	case "x-maxBytes":
		s.maxBytes, err = count(v, at)
	case "x-decimals":
		s.decimals, err = count(v, at)
	case "uniqueItems":
		s.uniqueItems, err = truth(v, at)
	case "x-text":
		s.text, err = truth(v, at)
	case "x-singleLine":
		s.oneLine, err = truth(v, at)
	case "x-secret":
		s.secret, err = truth(v, at)
	case "x-preset":
		s.preset, err = truth(v, at)
	case "enum":
		if !v.is(kindArray) {
			return fmt.Errorf("%s: must be a list", at)
		}
		for _, item := range v.items {
			if !item.is(kindString) {
				return fmt.Errorf("%s: only strings are supported", at)
			}
			s.enum = append(s.enum, item.text)
		}
	case "const":
		s.constant = v
		if v.kind&(kindArray|kindObject) != 0 {
			return fmt.Errorf("%s: must be a scalar", at)
		}
	case "minimum", "maximum":
		if !v.is(kindNumber) {
			return fmt.Errorf("%s: must be a number", at)
		}
		if name == "minimum" {
			s.minimum = v.text
		} else {
			s.maximum = v.text
		}
	case "pattern":
		s.pattern, err = l.pattern(v, at)
	case "anyOf":
		err = l.union(s, v, at)
	case "default":
		s.defaultValue = v
	case "x-merge":
		if v.text != "replace" && v.text != "set" {
			return fmt.Errorf("%s: must be replace or set", at)
		}
		s.merge = v.text
	default:
		return fmt.Errorf("%s: this keyword is not supported", at)
	}
	return err
}

func (s *schema) setTypes(v *value, at string) error {
	names := v.items
	if v.is(kindString) {
		names = []*value{v}
	}
	s.types = 0
	for _, n := range names {
		switch n.text {
		case "null":
			s.types |= kindNull
		case "boolean":
			s.types |= kindBoolean
		case "integer":
			s.types |= kindNumber
			s.integer = true
		case "number":
			s.types |= kindNumber
		case "string":
			s.types |= kindString
		case "array":
			s.types |= kindArray
		case "object":
			s.types |= kindObject
		default:
			return fmt.Errorf("%s: there is no type %s", at, shown(n.text))
		}
	}
	if s.types == 0 {
		return fmt.Errorf("%s: must be a type or a list of types", at)
	}
	return nil
}

func (s *schema) require(v *value, at string) error {
	for _, name := range v.items {
		found := false
		for i := range s.properties {
			if s.properties[i].name == name.text {
				s.properties[i].required = true
				found = true
			}
		}
		if !found {
			return fmt.Errorf("%s/required: there is no property %s", at, shown(name.text))
		}
	}
	return nil
}

func (l *loader) pattern(v *value, at string) (*pattern, error) {
	if !v.is(kindString) || !strings.HasPrefix(v.text, "^") || !strings.HasSuffix(v.text, "$") {
		return nil, fmt.Errorf("%s: must be anchored with ^ and $", at)
	}
	if p := l.patterns[v.text]; p != nil {
		return p, nil
	}
	text := v.text
	p := &pattern{text: text, compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
	l.patterns[text] = p
	return p, nil
}

// union reads the two unions that the dialect has: a secret reference or null,
// and a secret reference or another object.
func (l *loader) union(s *schema, v *value, at string) error {
	if !v.is(kindArray) || len(v.items) != 2 {
		return fmt.Errorf("%s: must be a list of two schemas", at)
	}
	for i, item := range v.items {
		branch, err := l.node(item, at+"/"+strconv.Itoa(i))
		if err != nil {
			return err
		}
		s.anyOf = append(s.anyOf, branch)
		switch {
		case branch.types == kindNull:
			s.nullable = true
		case branch.types == kindObject && branch.secret:
			s.secretRef = branch
		case branch.types == kindObject:
			s.otherwise = branch
		}
	}
	if s.secretRef == nil || !s.nullable && s.otherwise == nil {
		return fmt.Errorf("%s: must be a secret reference beside null or beside one other object", at)
	}
	return nil
}

func count(v *value, at string) (int, error) {
	n, err := strconv.Atoi(v.text)
	if !v.is(kindNumber) || err != nil || n < 0 {
		return 0, fmt.Errorf("%s: must be a whole number", at)
	}
	return n, nil
}

func truth(v *value, at string) (bool, error) {
	if !v.is(kindBoolean) || v.text != "true" {
		return false, fmt.Errorf("%s: must be true", at)
	}
	return true, nil
}
