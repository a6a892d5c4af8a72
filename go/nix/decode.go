package nix

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// maxDepth bounds the nesting of decoded and encoded values: values of Nix may contain
// themselves.
const maxDepth = 1000

// elementCost is the overhead of one element of a list or a set, in bytes.
const elementCost = 32

// maxProblems is how many problems a DecodeError lists.
const maxProblems = 100

// Decoder is a Go type that decodes itself.
type Decoder interface{ DecodeNix(Value) error }

// DecodeError lists why a value does not fit into a Go value: every reason at once, up to 100.
type DecodeError struct{ Problems []DecodeProblem }

// DecodeProblem is one of them.
type DecodeProblem struct {
	// Path is the path of the value, such as `.servers[2].port`; "" is the value itself.
	Path string
	// Position is the place where the attribute was written; it may be invalid.
	Position Position
	Err      error
}

func (p DecodeProblem) String() string {
	text := p.Err.Error()
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	if p.Position.IsValid() {
		text = p.Position.String() + ": " + text
	}
	return text
}

func (e *DecodeError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (e *DecodeError) Unwrap() []error {
	out := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		out[i] = p.Err
	}
	return out
}

// Decode evaluates a value and copies it to where dst points:
//
//	bool, integers that fit, floats   from Booleans, integers, integers and floats
//	string                            from strings and paths
//	slices, arrays of the length      from lists; []byte from strings
//	maps with string keys, structs    from sets; see below
//	pointers                          nil from null, else to a new value
//	any                               bool, int64, float64, string, []any, map[string]any, nil; a Value for functions
//	Value                             what is there, not evaluated
//	Decoder, encoding.TextUnmarshaler as they do; the latter from strings
//
// A field of a struct is the attribute of its name, or of the name in its tag: `nix:"name"`. Each attribute is
// required, except for pointers and with `nix:",optional"`; attributes without a field are ignored, or are problems
// for DecodeStrict. null is refused for types that cannot represent it. The context of strings is dropped.
//
// The error is an *Error if the evaluation fails, and otherwise a *DecodeError. Values decoded until then stay.
func (v Value) Decode(dst any) error { return v.decode(dst, false) }

// DecodeStrict is Decode, but attributes without a field of the struct are problems.
func (v Value) DecodeStrict(dst any) error { return v.decode(dst, true) }

func (v Value) decode(dst any, strict bool) error {
	if v.e == nil {
		return errZero
	}
	to := reflect.ValueOf(dst)
	if to.Kind() != reflect.Pointer || to.IsNil() {
		return fmt.Errorf("nix: Decode needs a pointer that is not nil, not %T", dst)
	}
	d := decoding{strict: strict}
	if err := d.value(v, to.Elem(), Position{}); err != nil {
		return err
	}
	if len(d.problems) > 0 {
		return &DecodeError{d.problems}
	}
	return nil
}

type decoding struct {
	strict   bool
	path     []string
	problems []DecodeProblem
}

// bad notes a problem with the value at hand. The error ends decoding.
func (d *decoding) bad(at Position, err error) error {
	d.problems = append(d.problems, DecodeProblem{strings.Join(d.path, ""), at, err})
	if len(d.problems) == maxProblems {
		return &DecodeError{d.problems}
	}
	return nil
}

var (
	valueType = reflect.TypeFor[Value]()
	decoders  = reflect.TypeFor[Decoder]()
	textTypes = reflect.TypeFor[encoding.TextUnmarshaler]()
	anyType   = reflect.TypeFor[any]()
)

// value decodes into a settable value. Its error ends decoding.
func (d *decoding) value(v Value, to reflect.Value, at Position) error {
	if len(d.path) > maxDepth {
		return d.bad(at, fmt.Errorf("nested more than %d deep", maxDepth))
	}
	if to.Type() == valueType {
		to.Set(reflect.ValueOf(v))
		return nil
	}
	if err := v.e.ev.Account(int(to.Type().Size()) + elementCost); err != nil {
		return err
	}
	w, err := v.forced()
	if err != nil {
		return err
	}
	if to.CanAddr() && to.Addr().Type().Implements(decoders) {
		return d.custom(v, to.Addr().Interface().(Decoder), at)
	}
	if s, ok := w.(*eval.String); ok && to.CanAddr() && to.Addr().Type().Implements(textTypes) {
		if err := to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s.S)); err != nil {
			return d.bad(at, err)
		}
		return nil
	}
	if to.Kind() == reflect.Pointer {
		if _, null := w.(eval.Null); null {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return d.value(Value{v.e, w}, to.Elem(), at)
	}
	if to.Type() == anyType {
		return d.free(Value{v.e, w}, to, at)
	}
	switch w := w.(type) {
	case eval.Bool:
		if to.Kind() == reflect.Bool {
			to.SetBool(bool(w))
			return nil
		}
	case eval.Int:
		return d.integer(int64(w), to, at)
	case eval.Float:
		if to.CanFloat() {
			if to.OverflowFloat(float64(w)) {
				return d.bad(at, fmt.Errorf("%v does not fit into %s", float64(w), to.Type()))
			}
			to.SetFloat(float64(w))
			return nil
		}
	case eval.Path:
		if to.Kind() == reflect.String {
			to.SetString(string(w))
			return nil
		}
	case *eval.String:
		switch {
		case to.Kind() == reflect.String:
			to.SetString(w.S)
			return nil
		case to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8:
			to.SetBytes([]byte(w.S))
			return nil
		}
	case *eval.List:
		switch to.Kind() {
		case reflect.Slice, reflect.Array:
			return d.list(v.e, w, to, at)
		}
	case *eval.Attrs:
		switch {
		case to.Kind() == reflect.Struct:
			return d.fields(Value{v.e, w}, to, at)
		case to.Kind() == reflect.Map && to.Type().Key().Kind() == reflect.String:
			return d.mapping(Value{v.e, w}, to)
		}
	}
	return d.bad(at, fmt.Errorf("cannot decode %s into %s", typeOf(w).article(), to.Type()))
}

// custom has a type decode itself. A failed evaluation in it ends decoding.
func (d *decoding) custom(v Value, to Decoder, at Position) error {
	err := to.DecodeNix(v)
	var failed *Error
	if err == nil || errors.As(err, &failed) {
		return err
	}
	return d.bad(at, err)
}

func (d *decoding) integer(n int64, to reflect.Value, at Position) error {
	switch {
	case to.CanInt() && !to.OverflowInt(n):
		to.SetInt(n)
	case to.CanUint() && n >= 0 && !to.OverflowUint(uint64(n)):
		to.SetUint(uint64(n))
	case to.CanInt() || to.CanUint():
		return d.bad(at, fmt.Errorf("%d does not fit into %s", n, to.Type()))
	case to.CanFloat():
		if f := float64(n); math.Abs(f) >= 1<<63 || int64(f) != n {
			return d.bad(at, fmt.Errorf("%d is not exact as %s", n, to.Type()))
		}
		to.SetFloat(float64(n))
	default:
		return d.bad(at, fmt.Errorf("cannot decode %s into %s", Int.article(), to.Type()))
	}
	return nil
}

// free decodes into an empty interface.
func (d *decoding) free(v Value, to reflect.Value, at Position) error {
	var out any
	switch w := v.v.(type) {
	case eval.Null:
		to.SetZero()
		return nil
	case eval.Bool:
		out = bool(w)
	case eval.Int:
		out = int64(w)
	case eval.Float:
		out = float64(w)
	case *eval.String:
		out = w.S
	case eval.Path:
		out = string(w)
	case *eval.List:
		list := reflect.New(reflect.TypeFor[[]any]()).Elem()
		if err := d.list(v.e, w, list, at); err != nil {
			return err
		}
		out = list.Interface()
	case *eval.Attrs:
		set := reflect.New(reflect.TypeFor[map[string]any]()).Elem()
		if err := d.mapping(v, set); err != nil {
			return err
		}
		out = set.Interface()
	default:
		out = v
	}
	to.Set(reflect.ValueOf(out))
	return nil
}

// into decodes a part of the value at hand.
func (d *decoding) into(step string, v Value, to reflect.Value, at Position) error {
	d.path = append(d.path, step)
	err := d.value(v, to, at)
	d.path = d.path[:len(d.path)-1]
	return err
}

func (d *decoding) list(e *Evaluator, list *eval.List, to reflect.Value, at Position) error {
	if to.Kind() == reflect.Slice {
		to.Set(reflect.MakeSlice(to.Type(), len(list.Elems), len(list.Elems)))
	} else if to.Len() != len(list.Elems) {
		return d.bad(at, fmt.Errorf("a list of %d elements does not fit into %s", len(list.Elems), to.Type()))
	}
	for i, x := range list.Elems {
		if err := d.into("["+strconv.Itoa(i)+"]", Value{e, x}, to.Index(i), at); err != nil {
			return err
		}
	}
	return nil
}

// step is how a path names an attribute.
func step(name string) string {
	for i, c := range name {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '-' && c != '\'' && (c < '0' || '9' < c)) {
			return "." + strconv.Quote(name)
		}
	}
	if name == "" {
		return `.""`
	}
	return "." + name
}

func (d *decoding) mapping(v Value, to reflect.Value) error {
	attrs, err := v.Attrs()
	if err != nil {
		return err
	}
	to.Set(reflect.MakeMapWithSize(to.Type(), len(attrs)))
	for _, a := range attrs {
		elem := reflect.New(to.Type().Elem()).Elem()
		if err := d.into(step(a.Name), a.Value, elem, a.Position); err != nil {
			return err
		}
		to.SetMapIndex(reflect.ValueOf(a.Name).Convert(to.Type().Key()), elem)
	}
	return nil
}

func (d *decoding) fields(v Value, to reflect.Value, at Position) error {
	attrs, err := v.Attrs()
	if err != nil {
		return err
	}
	byName := make(map[string]Attr, len(attrs))
	for _, a := range attrs {
		byName[a.Name] = a
	}
	for _, f := range fieldsOf(to.Type()) {
		target := to.FieldByIndex(f.index)
		a, ok := byName[f.name]
		delete(byName, f.name)
		switch {
		case ok:
			err = d.into(step(f.name), a.Value, target, a.Position)
		case !f.optional && target.Kind() != reflect.Pointer:
			err = d.bad(at, fmt.Errorf("attribute %s is missing", step(f.name)[1:]))
		}
		if err != nil {
			return err
		}
	}
	if !d.strict {
		return nil
	}
	for _, a := range attrs {
		if _, left := byName[a.Name]; left {
			if err := d.bad(a.Position, fmt.Errorf("no attribute %s is known here", step(a.Name)[1:])); err != nil {
				return err
			}
		}
	}
	return nil
}
