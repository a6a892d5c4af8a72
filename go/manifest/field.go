package manifest

import (
	"encoding/json"
	"slices"
	"strings"
)

// Leaf is one value of a manifest that is not divided further: everything but
// the objects that the schema closes and the maps that have entries.
type Leaf struct {
	Path    string // dotted
	Pointer string
	Value   json.RawMessage
	Secret  bool // a slot for a secret
}

// Leaves returns the leaves of a manifest, in the order of their paths in the text.
func Leaves(data []byte) ([]Leaf, error) {
	v, problems := parse(data)
	if v == nil || len(problems) > 0 {
		return nil, Problems(problems)
	}
	var out []Leaf
	var walk func(s *schema, v *value, at *location)
	walk = func(s *schema, v *value, at *location) {
		inside := s != nil && (len(s.properties) > 0 || s.additional != nil)
		if !inside || !v.is(kindObject) || s.additional != nil && len(v.members) == 0 {
			out = append(out, Leaf{Path: at.path(), Pointer: at.pointer(), Value: appendCanonical(nil, s, v), Secret: s != nil && s.secret})
			return
		}
		for _, m := range v.members {
			below := s.property(m.name)
			if below == nil {
				below = s.additional
			}
			walk(below, m.value, at.field(m.name))
		}
	}
	walk(manifestSchema, v, nil)
	return out, nil
}

// Field reports whether a manifest can have a field at this path, and returns its
// default in the schema, or nil.
func Field(path []string) (fallback json.RawMessage, known bool) {
	s := manifestSchema
	for _, key := range path {
		below := s.property(key)
		if below == nil {
			below = s.additional
		}
		if below == nil {
			return nil, false
		}
		s = below
	}
	if s.defaultValue != nil {
		fallback = appendCanonical(nil, s, s.defaultValue)
	}
	return fallback, true
}

// FieldNames are the names of all fields of sections, dotted, in order.
func FieldNames() []string {
	var out []string
	var walk func(s *schema, at *location)
	walk = func(s *schema, at *location) {
		for _, p := range s.properties {
			below := at.field(p.name)
			out = append(out, below.path())
			walk(p.schema, below)
		}
	}
	walk(manifestSchema, nil)
	slices.Sort(out)
	return out
}

// InSecretSlot reports whether a JSON pointer into a manifest or a profile refers to a
// slot for a secret, or to something below one. Values there are not shown.
func InSecretSlot(pointer string) bool {
	keys := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	return inSecretSlot(manifestSchema, keys) || inSecretSlot(profileSchema, keys)
}

func inSecretSlot(s *schema, keys []string) bool {
	if s.secret {
		return true
	}
	if len(keys) == 0 {
		return false
	}
	key, rest := keys[0], keys[1:]
	for _, alternative := range s.alternatives {
		if alternative.property(key) != nil && inSecretSlot(alternative, keys) {
			return true
		}
	}
	below := s.below(key)
	if below == nil && isInteger(key) {
		below = s.items
	}
	return below != nil && inSecretSlot(below, rest)
}
