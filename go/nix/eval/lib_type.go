package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// typeLib are the builtins that test the type of a value.
var typeLib = []definition{
	{"typeOf", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.str(typeName(ev.force(args[0], pos)))
	}},
	{"isNull", 1, isType("null")},
	{"isFunction", 1, isType("lambda")},
	{"isInt", 1, isType("int")},
	{"isFloat", 1, isType("float")},
	{"isString", 1, isType("string")},
	{"isBool", 1, isType("bool")},
	{"isPath", 1, isType("path")},
	{"isList", 1, isType("list")},
	{"isAttrs", 1, isType("set")},
}

func isType(name string) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return Bool(typeName(ev.force(args[0], pos)) == name)
	}
}
