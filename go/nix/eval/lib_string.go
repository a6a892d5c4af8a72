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
	return ev.int(int64(len(ev.coerce(args[0], pos, coercion{store: true}, nil))))
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
	ctx.add(ev, sep.Context())
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
	ctx.add(ev, text.Context())
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
				ctx.add(ev, r.Context())
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

// maxRegexps is how many bytes of compiled expressions are kept.
const maxRegexps = 32 << 20

// regexpCache keeps compiled expressions.
type regexpCache struct {
	byPattern map[string]*regex.Regexp
	size      int
}

// meter counts the cost of matches as that of the evaluation.
type meter struct{ *Evaluator }

func (m meter) Steps(n int) { m.ticks(n) }
func (m meter) Room(n int)  { m.charge(n) }

func (ev *Evaluator) regexp(pattern string, pos syntax.Pos) *regex.Regexp {
	cache := &ev.regexps
	re, ok := cache.byPattern[pattern]
	if ok {
		return re
	}
	ev.ticks(len(pattern))
	ev.chargeEach(len(pattern), 256)
	re, err := regex.Compile(pattern)
	switch {
	case err == regex.ErrTooLarge:
		ev.limit("memory", nil, "memory limit exceeded by regular expression '%s'", pattern)
	case err != nil:
		ev.fail(EvalFailure, pos, "invalid regular expression '%s'", pattern)
	}
	ev.charge(re.Size())
	if cache.size += re.Size(); cache.byPattern == nil || cache.size > maxRegexps {
		cache.byPattern, cache.size = make(map[string]*regex.Regexp), re.Size()
	}
	cache.byPattern[pattern] = re
	return re
}

func (ev *Evaluator) groups(groups []regex.Group) Value {
	ev.ticks(len(groups) / 4)
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
	re := ev.regexp(pattern, pos)
	n, known := re.Groups()
	if !known {
		groups, ok := re.Match(text, meter{ev})
		if !ok {
			return Null{}
		}
		return ev.groups(groups)
	}
	if !re.Matches(text, meter{ev}) {
		return Null{}
	}
	// The text of each group takes much longer to find, and is seldom needed.
	var groups Value
	out := ev.makeList(n)
	for i := range out {
		out[i] = ev.delayAtHand(func() Value {
			if groups == nil {
				found, _ := re.Match(text, meter{ev})
				groups = ev.groups(found)
			}
			return groups.(*List).Elems[i]
		})
	}
	return ev.listOf(out)
}

// libSplit returns pieces without context, as Nix does; only a text without a match keeps its
// own.
func (ev *Evaluator) libSplit(args []Value, pos syntax.Pos) Value {
	pattern := ev.stringNoContext(args[0], pos)
	text := ev.forceString(args[1], pos)
	re := ev.regexp(pattern, pos)
	var out []Value
	rest := re.Split(text.S, meter{ev}, func(before string, groups []regex.Group) {
		ev.tick()
		ev.charge(64) // the room for both, which grows
		out = append(out, ev.str(before), ev.groups(groups))
	})
	if len(out) == 0 {
		return ev.listOf([]Value{text})
	}
	return ev.listOf(append(out, ev.str(rest)))
}
