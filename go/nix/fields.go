package nix

import (
	"reflect"
	"strings"
	"sync"
)

// field is a field of a struct that represents an attribute.
type field struct {
	name      string
	index     []int
	optional  bool
	omitEmpty bool
}

var knownFields sync.Map // reflect.Type -> []field

// fieldsOf are the fields of a struct type, with those of embedded structs.
//
//	Field T                  an attribute "Field"
//	Field T `nix:"name"`     an attribute "name"
//	Field T `nix:",optional"`  Decode leaves it alone where there is no such attribute
//	Field T `nix:",omitempty"` Encode leaves it out where it is the zero value; Decode as with optional
//	Field T `nix:"-"`        no attribute
func fieldsOf(t reflect.Type) []field {
	if known, ok := knownFields.Load(t); ok {
		return known.([]field)
	}
	var out []field
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("nix")
		if tag == "-" || !f.IsExported() || f.Anonymous && !tagged && f.Type.Kind() == reflect.Struct {
			continue
		}
		if hidden(t, f) {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		x := field{name: name, index: f.Index}
		for option := range strings.SplitSeq(options, ",") {
			x.optional = x.optional || option == "optional" || option == "omitempty"
			x.omitEmpty = x.omitEmpty || option == "omitempty"
		}
		out = append(out, x)
	}
	knownFields.Store(t, out)
	return out
}

// hidden reports whether a field is inside of a struct that is an attribute itself, is left
// out, or cannot be reached without a pointer.
func hidden(t reflect.Type, f reflect.StructField) bool {
	for i := 1; i < len(f.Index); i++ {
		outer := t.FieldByIndex(f.Index[:i])
		if _, tagged := outer.Tag.Lookup("nix"); tagged || outer.Type.Kind() != reflect.Struct {
			return true
		}
	}
	return false
}
