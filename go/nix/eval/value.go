package eval

import (
	"unsafe"

	"github.com/insomnia-pods/insomnia/go/nix/internal/slab"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Value is a Nix value. One that was just taken out of a list or a set may be
// a *Thunk, which Force evaluates.
type Value interface{ value() }

type (
	// Null is null.
	Null struct{}
	// Bool is true or false.
	Bool bool
	// Int is a 64-bit integer.
	Int int64
	// Float is a floating-point number.
	Float float64
	// String is a byte string with the store paths that it refers to.
	String struct {
		S string
		// refers is the context; nil for none.
		refers *Context
		// sym is the Symbol of S, once it was needed.
		sym syntax.Symbol
	}
	// Path is an absolute path.
	Path string
	// List is a list.
	List struct{ Elems []Value }
	// Attrs is an attribute set, sorted by Symbol.
	Attrs struct {
		Attrs []Attr
		Pos   syntax.Pos
		// unsettled is set while some attributes are optional.
		unsettled bool
	}
	// Attr is one attribute.
	Attr struct {
		Name  syntax.Symbol
		Pos   syntax.Pos
		Value Value
	}
	// Lambda is a function written in Nix.
	Lambda struct {
		fn  *syntax.Lambda
		env *env
	}
	// Builtin is a function of this package.
	Builtin struct {
		Name  string
		arity int
		first int8 // one more than the number of the argument that it evaluates before anything else
		call  func(ev *Evaluator, args []Value, pos syntax.Pos) Value
	}
	// Partial is a Builtin that still lacks arguments.
	Partial struct {
		fn   *Builtin
		args []Value
	}
)

// Context returns the store paths that a string refers to.
func (s *String) Context() Context {
	if s.refers == nil {
		return nil
	}
	return *s.refers
}

func (Null) value()     {}
func (Bool) value()     {}
func (Int) value()      {}
func (Float) value()    {}
func (*String) value()  {}
func (Path) value()     {}
func (*List) value()    {}
func (*Attrs) value()   {}
func (*Lambda) value()  {}
func (*Builtin) value() {}
func (*Partial) value() {}
func (*Thunk) value()   {}
func (*failure) value() {}

// slabs are the allocators of small values.
type slabs struct {
	thunks  slab.Of[Thunk]
	calls   slab.Of[delayedCall]
	calls2  slab.Of[delayedCall2]
	envs    slab.Of[unsafe.Pointer] // words of scopes
	values  slab.Of[Value]
	attrs   slab.Of[Attr]
	sets    slab.Of[Attrs]
	lists   slab.Of[List]
	strings slab.Of[String]
	bytes   slab.Of[byte] // of short strings
	ints    slab.Of[int64]
	lambdas slab.Of[Lambda]
}

// apart sets whether values are allocated one by one.
func (s *slabs) apart(apart bool) {
	s.thunks.Apart(apart)
	s.calls.Apart(apart)
	s.calls2.Apart(apart)
	s.envs.Apart(apart)
	s.values.Apart(apart)
	s.attrs.Apart(apart)
	s.sets.Apart(apart)
	s.lists.Apart(apart)
	s.strings.Apart(apart)
	s.bytes.Apart(apart)
	s.ints.Apart(apart)
	s.lambdas.Apart(apart)
}

func (ev *Evaluator) newLambda(e *syntax.Lambda, en *env) *Lambda {
	ev.charge(16)
	l := ev.slabs.lambdas.New()
	l.fn, l.env = e, en
	return l
}

// typeName returns the name that builtins.typeOf has for a forced value.
func typeName(v Value) string {
	switch v.(type) {
	case Null:
		return "null"
	case Bool:
		return "bool"
	case Int:
		return "int"
	case Float:
		return "float"
	case *String:
		return "string"
	case Path:
		return "path"
	case *List:
		return "list"
	case *Attrs:
		return "set"
	case *Lambda, *Builtin, *Partial:
		return "lambda"
	}
	return "thunk"
}

// describe names the type of a value in messages, with its article.
func describe(v Value) string {
	switch v := v.(type) {
	case Null:
		return "null"
	case Bool:
		return "a Boolean"
	case Int:
		return "an integer"
	case Float:
		return "a float"
	case *String:
		if len(v.Context()) > 0 {
			return "a string with context"
		}
		return "a string"
	case Path:
		return "a path"
	case *List:
		return "a list"
	case *Attrs:
		return "a set"
	case *Lambda:
		return "a function"
	case *Builtin:
		return "the built-in function '" + v.Name + "'"
	case *Partial:
		return "the partially applied built-in function '" + v.fn.Name + "'"
	}
	return "a thunk"
}
