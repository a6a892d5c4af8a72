package nix

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// Encoder is a Go type that encodes itself: EncodeNix returns what to encode in its place.
type Encoder interface{ EncodeNix() (any, error) }

// ErrForeign reports a value that belongs to another evaluator.
var ErrForeign = errors.New("nix: a value of another evaluator")

// Encode makes a value of a Go value:
//
//	nil, nil pointers, nil maps and slices   null
//	bool, integers, floats, string           their like; integers beyond 64 bits with a sign are refused
//	[]byte                                   a string
//	slices, arrays                           lists
//	maps with string keys, structs           sets; fields as Decode has them
//	functions                                functions; see below
//	Value                                    itself; ErrForeign for one of another evaluator
//	Encoder, encoding.TextMarshaler          as they do; the latter to strings
//
// A function has one argument or more, and one result or a result and an error:
//
//	func(name string, port int) (map[string]any, error)
//
// It may take a context.Context first, which is that of the evaluation. Its arguments are decoded as
// by Decode, and one of the type Value is not evaluated. It is a function of as many arguments in Nix, called one
// by one. Its error is the Cause of the *Error that the evaluation ends with, unless builtins.addErrorContext
// says more; tryEval does not catch it. So is a panic in it.
//
// The error is an *EncodeError.
func (e *Evaluator) Encode(v any) (Value, error) {
	w, err := e.encode(reflect.ValueOf(v), 0)
	if err != nil {
		return Value{}, below("", err)
	}
	return Value{e, w}, nil
}

// EncodeError explains why a Go value has no counterpart in Nix.
type EncodeError struct {
	// Path is the path of the value, such as `.servers[2].port`; "" is the value itself.
	Path string
	Err  error
}

func (e *EncodeError) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

func (e *EncodeError) Unwrap() error { return e.Err }

// below adds a step to the path of an error about a part of the value at hand.
func below(step string, err error) error {
	if inner, ok := err.(*EncodeError); ok {
		inner.Path = step + inner.Path
		return inner
	}
	return &EncodeError{step, err}
}

var (
	encoders    = reflect.TypeFor[Encoder]()
	textSources = reflect.TypeFor[encoding.TextMarshaler]()
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

func (e *Evaluator) encode(v reflect.Value, depth int) (eval.Value, error) {
	if !v.IsValid() {
		return eval.Null{}, nil
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d deep", maxDepth)
	}
	if v.Type() == valueType {
		x := v.Interface().(Value)
		if x.e != e {
			return nil, ErrForeign
		}
		return x.v, nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func:
		if v.IsNil() {
			return eval.Null{}, nil
		}
	}
	if v.Type().Implements(encoders) {
		x, err := v.Interface().(Encoder).EncodeNix()
		if err != nil {
			return nil, err
		}
		return e.encode(reflect.ValueOf(x), depth+1)
	}
	if v.Type().Implements(textSources) {
		text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		return eval.Str(string(text)), err
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return e.encode(v.Elem(), depth+1)
	case reflect.Bool:
		return eval.Bool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return eval.Int(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if v.Uint() > math.MaxInt64 {
			return nil, fmt.Errorf("%d is larger than any integer of Nix", v.Uint())
		}
		return eval.Int(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return eval.Float(v.Float()), nil
	case reflect.String:
		return eval.Str(v.String()), nil
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return eval.Str(string(v.Bytes())), nil
		}
		list := &eval.List{Elems: make([]eval.Value, v.Len())}
		for i := range list.Elems {
			x, err := e.encode(v.Index(i), depth+1)
			if err != nil {
				return nil, below("["+strconv.Itoa(i)+"]", err)
			}
			list.Elems[i] = x
		}
		return list, nil
	case reflect.Map:
		return e.encodeMap(v, depth)
	case reflect.Struct:
		return e.encodeStruct(v, depth)
	case reflect.Func:
		return e.encodeFunc(v)
	}
	return nil, fmt.Errorf("cannot encode %s", v.Type())
}

func (e *Evaluator) encodeMap(v reflect.Value, depth int) (eval.Value, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, fmt.Errorf("cannot encode %s: its keys are not strings", v.Type())
	}
	members := make(map[string]eval.Value, v.Len())
	for i := v.MapRange(); i.Next(); {
		x, err := e.encode(i.Value(), depth+1)
		if err != nil {
			return nil, below(step(i.Key().String()), err)
		}
		members[i.Key().String()] = x
	}
	return e.ev.Set(members), nil
}

func (e *Evaluator) encodeStruct(v reflect.Value, depth int) (eval.Value, error) {
	fields := fieldsOf(v.Type())
	members := make(map[string]eval.Value, len(fields))
	for _, f := range fields {
		x := v.FieldByIndex(f.index)
		if f.omitEmpty && x.IsZero() {
			continue
		}
		w, err := e.encode(x, depth+1)
		if err != nil {
			return nil, below(step(f.name), err)
		}
		members[f.name] = w
	}
	return e.ev.Set(members), nil
}

// encodeFunc makes a function of Nix of one of Go.
func (e *Evaluator) encodeFunc(f reflect.Value) (eval.Value, error) {
	t := f.Type()
	first := 0
	if t.NumIn() > 0 && t.In(0) == contextType {
		first = 1
	}
	switch {
	case t.IsVariadic() || t.NumIn() == first:
		return nil, fmt.Errorf("cannot encode %s: a function of Nix has a fixed number of arguments, at least one", t)
	case t.NumOut() == 0 || t.NumOut() > 2 || t.NumOut() == 2 && t.Out(1) != errorType:
		return nil, fmt.Errorf("cannot encode %s: a function has a result, or a result and an error", t)
	}
	n := t.NumIn() - first
	return e.ev.Func("function of Go", n, func(args []eval.Value) (eval.Value, error) {
		in := make([]reflect.Value, t.NumIn())
		if first == 1 {
			in[0] = reflect.ValueOf(e.ev.Context())
		}
		for i, arg := range args {
			to := reflect.New(t.In(first + i))
			if err := (Value{e, arg}).Decode(to.Interface()); err != nil {
				var failed *Error
				if errors.As(err, &failed) {
					return nil, err
				}
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
			in[first+i] = to.Elem()
		}
		e.inside++
		defer func() { e.inside-- }()
		out := f.Call(in)
		if len(out) == 2 && !out[1].IsNil() {
			return nil, out[1].Interface().(error)
		}
		return e.encode(out[0], 0)
	}), nil
}
