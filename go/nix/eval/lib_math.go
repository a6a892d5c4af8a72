package eval

import (
	"math"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// mathLib are the builtins over numbers, and those that compare.
var mathLib = []definition{
	{"add", 2, (*Evaluator).libAdd},
	{"sub", 2, arithmeticLib(syntax.OpSub)},
	{"mul", 2, arithmeticLib(syntax.OpMul)},
	{"div", 2, arithmeticLib(syntax.OpDiv)},
	{"lessThan", 2, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return Bool(ev.less(args[0], args[1], pos))
	}},
	{"bitAnd", 2, bitLib(func(a, b int64) int64 { return a & b })},
	{"bitOr", 2, bitLib(func(a, b int64) int64 { return a | b })},
	{"bitXor", 2, bitLib(func(a, b int64) int64 { return a ^ b })},
	{"ceil", 1, roundLib(math.Ceil)},
	{"floor", 1, roundLib(math.Floor)},
	{"compareVersions", 2, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		a := ev.stringNoContext(args[0], pos)
		return Int(ev.compareVersions(a, ev.stringNoContext(args[1], pos)))
	}},
	{"splitVersion", 1, (*Evaluator).libSplitVersion},
	{"parseDrvName", 1, (*Evaluator).libParseDrvName},
}

func (ev *Evaluator) libAdd(args []Value, pos syntax.Pos) Value {
	x, y := ev.force(args[0], pos), ev.force(args[1], pos)
	_, xf := x.(Float)
	_, yf := y.(Float)
	if xf || yf {
		return Float(ev.forceFloat(x, pos) + ev.forceFloat(y, pos))
	}
	return ev.int(ev.addInt(ev.forceInt(x, pos), ev.forceInt(y, pos), pos))
}

func arithmeticLib(op syntax.Op) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		x := ev.force(args[0], pos)
		return ev.arithmetic(op, x, ev.force(args[1], pos), pos)
	}
}

func bitLib(f func(a, b int64) int64) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		a := ev.forceInt(args[0], pos)
		return ev.int(f(a, ev.forceInt(args[1], pos)))
	}
}

func roundLib(round func(float64) float64) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		v := ev.force(args[0], pos)
		f := round(ev.forceFloat(v, pos))
		inRange := f >= math.MinInt64 && f < -math.MinInt64
		if n, ok := v.(Int); ok {
			if !inRange || int64(f) != int64(n) {
				ev.fail(EvalFailure, pos, "the integer %d cannot be rounded without loss of precision; it is one already", n)
			}
			return n
		}
		if !inRange {
			ev.fail(EvalFailure, pos, "NixFloat argument %s is not in the range of NixInt", syntax.FormatFloat(float64(v.(Float))))
		}
		return Int(f)
	}
}

// nextComponent cuts one component off a version.
func nextComponent(s string) (component, rest string) {
	s = strings.TrimLeft(s, ".-")
	if s == "" {
		return "", ""
	}
	n := 0
	if isDigit(s[0]) {
		for n < len(s) && isDigit(s[n]) {
			n++
		}
	} else {
		for n < len(s) && !isDigit(s[n]) && s[n] != '.' && s[n] != '-' {
			n++
		}
	}
	return s[:n], s[n:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// componentLess orders components: numbers by value, "pre" before everything,
// the empty one before numbers, letters before numbers.
func componentLess(a, b string) bool {
	n, errN := strconv.ParseInt(a, 10, 32)
	m, errM := strconv.ParseInt(b, 10, 32)
	switch {
	case errN == nil && errM == nil:
		return n < m
	case a == "" && errM == nil:
		return true
	case a == "pre" && b != "pre":
		return true
	case b == "pre":
		return false
	case errM == nil:
		return true
	case errN == nil:
		return false
	}
	return a < b
}

func (ev *Evaluator) compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		before := len(a) + len(b)
		x, a = nextComponent(a)
		y, b = nextComponent(b)
		ev.tick()
		ev.bytes(8 * (before - len(a) - len(b)))
		if componentLess(x, y) {
			return -1
		}
		if componentLess(y, x) {
			return 1
		}
	}
	return 0
}

func (ev *Evaluator) libSplitVersion(args []Value, pos syntax.Pos) Value {
	s := ev.stringNoContext(args[0], pos)
	var out []Value
	for {
		var c string
		before := len(s)
		if c, s = nextComponent(s); c == "" {
			return ev.listOf(out)
		}
		ev.tick()
		ev.bytes(4 * (before - len(s)))
		ev.charge(32)
		out = append(out, ev.str(c))
	}
}

// libParseDrvName cuts before the first dash that no letter follows.
func (ev *Evaluator) libParseDrvName(args []Value, pos syntax.Pos) Value {
	s := ev.stringNoContext(args[0], pos)
	ev.bytes(4 * len(s))
	name, version := s, ""
	for i := 0; i+1 < len(s); i++ {
		c := s[i+1]
		if s[i] == '-' && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			name, version = s[:i], s[i+1:]
			break
		}
	}
	return ev.attrsOf("name", ev.str(name), "version", ev.str(version))
}
