package eval

import (
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// maxAddress is the maximum length of a URL or of an attribute of a flake reference. They are
// read several times, by code that does not look at the limits.
const maxAddress = 1 << 20

// address checks the length of a text that is part of a flake reference.
func (ev *Evaluator) address(text string, pos syntax.Pos) {
	if len(text) > maxAddress {
		ev.fail(EvalFailure, pos, "a flake reference has %d bytes in one part, and at most %d are allowed", len(text), maxAddress)
	}
	ev.bytes(64 * len(text))
}

func (ev *Evaluator) libParseFlakeRef(args []Value, pos syntax.Pos) Value {
	text := ev.stringNoContext(args[0], pos)
	ev.address(text, pos)
	attrs, err := reference.FlakeRef(text)
	if err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	ev.charge(4 * len(text))
	return ev.fromGo(attrs)
}

// fromGo makes a set of strings, numbers and booleans.
func (ev *Evaluator) fromGo(attrs map[string]any) Value {
	out := make(map[string]Value, len(attrs))
	for name, value := range attrs {
		switch value := value.(type) {
		case string:
			out[name] = ev.str(value)
		case int64:
			out[name] = Int(value)
		case bool:
			out[name] = Bool(value)
		}
	}
	return ev.Set(out)
}

func (ev *Evaluator) libFlakeRefToString(args []Value, pos syntax.Pos) Value {
	text, err := reference.FlakeRefText(ev.flakeRefAttrs(args[0], pos))
	if err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	ev.charge(len(text))
	return ev.str(text)
}

// flakeRefAttrs are the attributes of a flake reference.
func (ev *Evaluator) flakeRefAttrs(v Value, pos syntax.Pos) map[string]any {
	out := map[string]any{}
	for _, a := range ev.byName(ev.forceAttrs(v, pos)) {
		ev.tick()
		name := ev.symbols.Name(a.Name)
		switch v := ev.force(a.Value, a.Pos).(type) {
		case *String:
			ev.address(v.S, a.Pos)
			ev.charge(8 * len(v.S))
			out[name] = ev.stringNoContext(v, a.Pos)
		case Int:
			if v < 0 {
				ev.fail(EvalFailure, pos, "negative value given for flake ref attr %s: %d", name, v)
			}
			out[name] = int64(v)
		case Bool:
			out[name] = bool(v)
		default:
			kind := describe(v)
			ev.fail(EvalFailure, pos, "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '%s' is %s", name, kind)
		}
	}
	return out
}
