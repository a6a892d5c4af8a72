package nix

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// Type is the name of a value's type, as builtins.typeOf returns it.
type Type string

const (
	Null     Type = "null"
	Bool     Type = "bool"
	Int      Type = "int"
	Float    Type = "float"
	String   Type = "string"
	Path     Type = "path"
	List     Type = "list"
	Set      Type = "set"
	Function Type = "lambda"
)

// Value is a value of an Evaluator. Its methods evaluate as much as they look at, under the
// limits of the last call of Eval, EvalFile, Run or Call; their errors are *Error. The zero
// Value is invalid.
type Value struct {
	e *Evaluator
	v eval.Value
}

// errZero is the error of the methods of the zero Value.
var errZero = errors.New("nix: the zero Value")

// forced evaluates the value to its outermost constructor.
func (v Value) forced() (eval.Value, error) {
	if v.e == nil {
		return nil, errZero
	}
	return v.e.ev.Force(v.v)
}

// Type returns the type.
func (v Value) Type() (Type, error) {
	w, err := v.forced()
	if err != nil {
		return "", err
	}
	return typeOf(w), nil
}

func typeOf(v eval.Value) Type {
	switch v.(type) {
	case eval.Null:
		return Null
	case eval.Bool:
		return Bool
	case eval.Int:
		return Int
	case eval.Float:
		return Float
	case *eval.String:
		return String
	case eval.Path:
		return Path
	case *eval.List:
		return List
	case *eval.Attrs:
		return Set
	}
	return Function
}

// TypeError reports a value of another type than the one required.
type TypeError struct {
	Want, Got Type
}

func (e *TypeError) Error() string {
	return "expected " + e.Want.article() + " but found " + e.Got.article()
}

// article is the type in the words of Nix's messages.
func (t Type) article() string {
	switch t {
	case Null:
		return "null"
	case Bool:
		return "a Boolean"
	case Int:
		return "an integer"
	case Function:
		return "a function"
	}
	return "a " + string(t)
}

// Attr takes attributes in turn, as `v.a.b` does. ok is false where one of them is missing.
func (v Value) Attr(names ...string) (w Value, ok bool, err error) {
	if v.e == nil {
		return Value{}, false, errZero
	}
	x, ok, err := v.e.ev.Select(v.v, names...)
	if !ok || err != nil {
		return Value{}, false, err
	}
	return Value{v.e, x}, true, nil
}

// Attr is one attribute of a set.
type Attr struct {
	Name  string
	Value Value
	// Position is the place where it was written. It is invalid for results of functions.
	Position Position
}

// Attrs returns the attributes of a set, sorted by name. Their values are not evaluated.
func (v Value) Attrs() ([]Attr, error) {
	if v.e == nil {
		return nil, errZero
	}
	members, err := v.e.ev.Members(v.v)
	if err != nil {
		return nil, err
	}
	out := make([]Attr, len(members))
	for i, m := range members {
		out[i] = Attr{m.Name, Value{v.e, m.Value}, v.e.ev.Position(m)}
	}
	return out, nil
}

// Elems returns the elements of a list, which are not evaluated.
func (v Value) Elems() (iter.Seq2[int, Value], error) {
	w, err := v.forced()
	if err != nil {
		return nil, err
	}
	list, ok := w.(*eval.List)
	if !ok {
		return nil, &TypeError{List, typeOf(w)}
	}
	return func(yield func(int, Value) bool) {
		for i, x := range list.Elems {
			if !yield(i, Value{v.e, x}) {
				return
			}
		}
	}, nil
}

// Len is the number of elements of a list.
func (v Value) Len() (int, error) {
	w, err := v.forced()
	if err != nil {
		return 0, err
	}
	list, ok := w.(*eval.List)
	if !ok {
		return 0, &TypeError{List, typeOf(w)}
	}
	return len(list.Elems), nil
}

// Call calls a function with arguments converted by Encode.
func (v Value) Call(ctx context.Context, args ...any) (Value, error) {
	if v.e == nil {
		return Value{}, errZero
	}
	v.e.begin(ctx)
	in := make([]eval.Value, len(args))
	for i, arg := range args {
		x, err := v.e.Encode(arg)
		if err != nil {
			return Value{}, fmt.Errorf("argument %d: %w", i+1, err)
		}
		in[i] = x.v
	}
	return v.e.value(v.e.ev.Call(v.v, in...))
}

// JSON evaluates the value and everything in it, and renders it as builtins.toJSON does.
func (v Value) JSON() ([]byte, error) {
	if v.e == nil {
		return nil, errZero
	}
	return v.e.ev.ToJSON(v.v)
}

// Sink receives plain data piece by piece, in the order in which JSON has it.
type Sink = eval.Sink

// Plain writes plain data of at most that many bytes to a Sink: strings without context,
// finite numbers, Booleans, null, lists, and plain sets. Anything else, such as a path, a
// function or a derivation, is an error.
func (v Value) Plain(most int, to Sink) error {
	if v.e == nil {
		return errZero
	}
	return v.e.ev.Plain(v.v, most, to)
}

// Only returns a set with the attribute of that name alone, or an empty set if v has none.
// An attribute that is not evaluated yet is evaluated for the new set and not kept in v, so
// that a caller can look at many in turn and free each.
func (v Value) Only(name string) (Value, error) {
	if v.e == nil {
		return Value{}, errZero
	}
	return v.e.value(v.e.ev.Loose(v.v, name))
}

// Print evaluates the value and everything in it, and renders it as `nix-instantiate
// --eval --strict` does.
func (v Value) Print() (string, error) {
	if v.e == nil {
		return "", errZero
	}
	return v.e.ev.Print(v.v)
}
