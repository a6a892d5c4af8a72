package eval

import (
	"math"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/regex"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// stringLib are the builtins over strings.
var stringLib = []definition{
	{"toString", 1, (*Evaluator).libToString},
	{"stringLength", 1, (*Evaluator).libStringLength},
	{"substring", 3, (*Evaluator).libSubstring},
	{"concatStringsSep", 2, (*Evaluator).libConcatStringsSep},
	{"replaceStrings", 3, (*Evaluator).libReplaceStrings},
}

// regexpLib are the builtins with regular expressions.
var regexpLib = []definition{
	{"match", 2, (*Evaluator).libMatch},
	{"split", 2, (*Evaluator).libSplit},
}

func (ev *Evaluator) libToString(args []Value, pos syntax.Pos) Value {
	var ctx contextSet
	v := ev.force(args[0], pos)
	if s, ok := v.(*String); ok {
		return s
	}
	s := ev.coerce(v, pos, coercion{more: true}, &ctx)
	return ev.strContext(s, ctx.context(ev))
}

func (ev *Evaluator) libStringLength(args []Value, pos syntax.Pos) Value {
	return Int(len(ev.coerce(args[0], pos, coercion{store: true}, nil)))
}

func (ev *Evaluator) libSubstring(args []Value, pos syntax.Pos) Value {
	start := ev.forceInt(args[0], pos)
	if start < 0 {
		ev.fail(EvalFailure, pos, "negative start position in 'substring'")
	}
	n := ev.forceInt(args[1], pos)
	var ctx contextSet
	s := ev.coerce(args[2], pos, coercion{store: true}, &ctx)
	if n < 0 {
		n = math.MaxInt64
	}
	if start >= int64(len(s)) {
		return ev.strContext("", ctx.context(ev))
	}
	s = s[start:]
	if n < int64(len(s)) {
		s = s[:n]
	}
	return ev.strContext(s, ctx.context(ev))
}

func (ev *Evaluator) libConcatStringsSep(args []Value, pos syntax.Pos) Value {
	sep := ev.forceString(args[0], pos)
	var ctx contextSet
	ctx.add(ev, sep.Context)
	l := ev.forceList(args[1], pos)
	b := textBuilder{ev: ev}
	for i, x := range l.Elems {
		if i > 0 {
			b.add(sep.S)
		}
		ev.tick()
		b.add(ev.coerce(x, pos, coercion{store: true}, &ctx))
	}
	return ev.strContext(b.text(), ctx.context(ev))
}

// libReplaceStrings tries the patterns in order at each place. An empty one
// matches before each byte and at the end.
func (ev *Evaluator) libReplaceStrings(args []Value, pos syntax.Pos) Value {
	from, to := ev.forceList(args[0], pos), ev.forceList(args[1], pos)
	if len(from.Elems) != len(to.Elems) {
		ev.fail(EvalFailure, pos, "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths")
	}
	ev.chargeEach(len(from.Elems), 24)
	patterns := make([]string, len(from.Elems))
	var begins [256]bool // which bytes a pattern begins with
	anywhere := false
	for i, x := range from.Elems {
		ev.tick()
		p := ev.forceString(x, pos).S
		patterns[i] = p
		if p == "" {
			anywhere = true
		} else {
			begins[p[0]] = true
		}
	}
	replacements := make([]*String, len(to.Elems))
	text := ev.forceString(args[2], pos)
	s := text.S
	var ctx contextSet
	ctx.add(ev, text.Context)
	b := textBuilder{ev: ev}
	b.room(len(s))
	for p := 0; p <= len(s); {
		if !anywhere {
			start := p
			for p < len(s) && !begins[s[p]] {
				p++
			}
			b.add(s[start:p])
			if p == len(s) {
				break
			}
		}
		ev.ticks(1 + len(patterns)/16)
		found := -1
		for i, pattern := range patterns {
			if len(pattern) > bytesPerStep {
				ev.bytes(min(len(pattern), len(s)-p))
			}
			if strings.HasPrefix(s[p:], pattern) {
				found = i
				break
			}
		}
		if found >= 0 {
			r := replacements[found]
			if r == nil {
				r = ev.forceString(to.Elems[found], pos)
				replacements[found] = r
				ctx.add(ev, r.Context)
			}
			b.add(r.S)
			if n := len(patterns[found]); n > 0 {
				p += n
				continue
			}
		}
		if p < len(s) {
			b.addByte(s[p])
		}
		p++
	}
	return ev.strContext(b.text(), ctx.context(ev))
}

type compiledRegexp struct{ *regex.Regexp }

// maxRegexpCost bounds the steps of one match.
const maxRegexpCost = 4e9

func (ev *Evaluator) regexp(pattern, text string, pos syntax.Pos) *compiledRegexp {
	re, ok := ev.regexps[pattern]
	if !ok {
		ev.charge(16 * len(pattern))
		c, err := regex.Compile(pattern)
		switch {
		case err == regex.ErrTooLarge:
			ev.limit("memory", nil, "memory limit exceeded by regular expression '%s'", pattern)
		case err != nil:
			ev.fail(EvalFailure, pos, "invalid regular expression '%s'", pattern)
		}
		re = &compiledRegexp{c}
		if ev.regexps == nil {
			ev.regexps = make(map[string]*compiledRegexp)
		}
		ev.regexps[pattern] = re
	}
	if float64(re.Cost(len(text))) > maxRegexpCost {
		ev.limit("time", nil, "matching %d bytes with the regular expression '%s' would take too long", len(text), pattern)
	}
	return re
}

func (ev *Evaluator) groups(groups []regex.Group) Value {
	out := ev.makeList(len(groups))
	for i, g := range groups {
		if g.OK {
			out[i] = ev.str(g.Text)
		} else {
			out[i] = Null{}
		}
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libMatch(args []Value, pos syntax.Pos) Value {
	pattern := ev.stringNoContext(args[0], pos)
	text := ev.forceString(args[1], pos).S
	re := ev.regexp(pattern, text, pos)
	n, known := re.Groups()
	if !known {
		groups, ok := re.Match(text, ev.checkContext)
		ev.checkContext()
		if !ok {
			return Null{}
		}
		return ev.groups(groups)
	}
	if !re.Matches(text) {
		return Null{}
	}
	// Which text each group has takes much longer to find, and is seldom asked for.
	var groups Value
	out := ev.makeList(n)
	for i := range out {
		out[i] = ev.delayNative(func() Value {
			if groups == nil {
				found, _ := re.Match(text, ev.checkContext)
				groups = ev.groups(found)
			}
			return groups.(*List).Elems[i]
		})
	}
	return ev.listOf(out)
}

// libSplit gives pieces without context, as Nix does; only a text without a match keeps its own.
func (ev *Evaluator) libSplit(args []Value, pos syntax.Pos) Value {
	pattern := ev.stringNoContext(args[0], pos)
	text := ev.forceString(args[1], pos)
	re := ev.regexp(pattern, text.S, pos)
	ev.charge(2 * len(text.S))
	pieces, rest := re.Split(text.S, ev.checkContext)
	if len(pieces) == 0 {
		return ev.listOf([]Value{text})
	}
	out := ev.makeList(2*len(pieces) + 1)
	for i, p := range pieces {
		out[2*i] = ev.str(p.Before)
		out[2*i+1] = ev.groups(p.Groups)
	}
	out[2*len(pieces)] = ev.str(rest)
	return ev.listOf(out)
}
