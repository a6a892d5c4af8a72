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
	var ctx Context
	v := ev.force(args[0], pos)
	if s, ok := v.(*String); ok {
		return s
	}
	s := ev.coerce(v, pos, coercion{more: true}, &ctx)
	return ev.strContext(s, ctx)
}

func (ev *Evaluator) libStringLength(args []Value, pos syntax.Pos) Value {
	return Int(len(ev.coerce(args[0], pos, coercion{store: true}, &Context{})))
}

func (ev *Evaluator) libSubstring(args []Value, pos syntax.Pos) Value {
	start := ev.forceInt(args[0], pos)
	if start < 0 {
		ev.fail(EvalFailure, pos, "negative start position in 'substring'")
	}
	n := ev.forceInt(args[1], pos)
	var ctx Context
	s := ev.coerce(args[2], pos, coercion{store: true}, &ctx)
	if n < 0 {
		n = math.MaxInt64
	}
	if start >= int64(len(s)) {
		return ev.strContext("", ctx)
	}
	s = s[start:]
	if n < int64(len(s)) {
		s = s[:n]
	}
	return ev.strContext(s, ctx)
}

func (ev *Evaluator) libConcatStringsSep(args []Value, pos syntax.Pos) Value {
	sep := ev.forceString(args[0], pos)
	ctx := sep.Context
	l := ev.forceList(args[1], pos)
	var b strings.Builder
	for i, x := range l.Elems {
		if i > 0 {
			b.WriteString(sep.S)
		}
		ev.tick()
		s := ev.coerce(x, pos, coercion{store: true}, &ctx)
		ev.charge(len(s) + len(sep.S))
		b.WriteString(s)
	}
	return ev.strContext(b.String(), ctx)
}

// libReplaceStrings tries the patterns in order at each place. An empty one
// matches before each byte and at the end.
func (ev *Evaluator) libReplaceStrings(args []Value, pos syntax.Pos) Value {
	from, to := ev.forceList(args[0], pos), ev.forceList(args[1], pos)
	if len(from.Elems) != len(to.Elems) {
		ev.fail(EvalFailure, pos, "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths")
	}
	patterns := make([]string, len(from.Elems))
	var begins [256]bool // which bytes a pattern begins with
	anywhere := false
	for i, x := range from.Elems {
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
	ctx, s := text.Context, text.S
	ev.charge(len(s))
	out := make([]byte, 0, len(s))
	for p := 0; p <= len(s); {
		if !anywhere {
			start := p
			for p < len(s) && !begins[s[p]] {
				p++
			}
			out = append(out, s[start:p]...)
			if p == len(s) {
				break
			}
		}
		ev.tick()
		found := -1
		for i, pattern := range patterns {
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
				ctx = ctx.union(r.Context)
			}
			ev.charge(len(r.S))
			out = append(out, r.S...)
			if n := len(patterns[found]); n > 0 {
				p += n
				continue
			}
		}
		if p < len(s) {
			out = append(out, s[p])
		}
		p++
	}
	return ev.strContext(string(out), ctx)
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
			ev.limit("allocation", nil, "the regular expression '%s' needs more memory than the limit allows", pattern)
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
		groups, ok := re.Match(text)
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
				found, _ := re.Match(text)
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
