package regex

import "math/bits"

// quick matches a whole text against a simple expression: no named classes, few
// characters to match. It is an automaton with a state for each of these; a set of
// states is the bits of a word.
type quick struct {
	classes  []class  // what each state takes
	follow   []uint64 // the states after each state
	first    uint64
	last     uint64
	nullable bool
	groups   int
}

// class is a set of bytes.
type class [4]uint64

func (c *class) add(b byte)           { c[b>>6] |= 1 << (b & 63) }
func (c *class) contains(b byte) bool { return c[b>>6]>>(b&63)&1 != 0 }

const maxStates = 64

// match reports whether the whole text fits.
func (q *quick) match(text string, meter Meter) bool {
	if text == "" {
		return q.nullable
	}
	candidates := q.first
	for i := 0; i < len(text); i++ {
		if i%4096 == 4095 {
			meter.Steps(stepsPerReport)
		}
		var states uint64
		for s := candidates; s != 0; s &= s - 1 {
			if n := bits.TrailingZeros64(s); q.classes[n].contains(text[i]) {
				states |= 1 << n
			}
		}
		if states == 0 {
			return false
		}
		if i == len(text)-1 {
			return states&q.last != 0
		}
		candidates = 0
		for s := states; s != 0; s &= s - 1 {
			candidates |= q.follow[bits.TrailingZeros64(s)]
		}
	}
	return false
}

// part is a piece of an expression: where it can begin and end, and whether it
// can be empty.
type part struct {
	first, last uint64
	nullable    bool
}

// quickParser builds a quick. ok turns false at whatever is not of the plain
// sort; whether that is valid is then seen elsewhere.
type quickParser struct {
	quick
	src   string
	pos   int
	depth int
	again int // how many times deep a part is being repeated
	ok    bool
}

func parseQuick(pattern string) *quick {
	p := quickParser{src: pattern, ok: len(pattern) <= 1024}
	if p.ok && p.next() == '^' { // where a whole text begins is always its start
		p.pos++
	}
	whole := p.alternatives()
	if !p.ok || p.pos != len(p.src) {
		return nil
	}
	p.first, p.last, p.nullable = whole.first, whole.last, whole.nullable
	return &p.quick
}

// next is the next byte, or 0 at the end.
func (p *quickParser) next() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *quickParser) give() part {
	p.ok = false
	return part{}
}

func (p *quickParser) alternatives() part {
	out := p.sequence()
	for p.ok && p.next() == '|' {
		p.pos++
		more := p.sequence()
		out = part{out.first | more.first, out.last | more.last, out.nullable || more.nullable}
	}
	return out
}

func (p *quickParser) sequence() part {
	out := part{nullable: true}
	for p.ok {
		switch p.next() {
		case 0, '|', ')':
			return out
		case '$':
			if p.pos != len(p.src)-1 {
				return p.give()
			}
			p.pos++
			return out
		}
		out = p.join(out, p.quantified())
	}
	return out
}

// join puts one part behind another.
func (p *quickParser) join(a, b part) part {
	p.connect(a.last, b.first)
	out := part{a.first, b.last, a.nullable && b.nullable}
	if a.nullable {
		out.first |= b.first
	}
	if b.nullable {
		out.last |= a.last
	}
	return out
}

func (p *quickParser) connect(from, to uint64) {
	for s := from; s != 0; s &= s - 1 {
		p.follow[bits.TrailingZeros64(s)] |= to
	}
}

// quantified parses an atom and at most one quantifier.
func (p *quickParser) quantified() part {
	start := p.pos
	out := p.atom()
	if !p.ok {
		return out
	}
	switch p.next() {
	case '*':
		p.connect(out.last, out.first)
		out.nullable = true
	case '+':
		p.connect(out.last, out.first)
	case '?':
		out.nullable = true
	case '{':
		return p.repeated(start, out)
	default:
		return out
	}
	p.pos++
	if c := p.next(); c == '*' || c == '+' || c == '?' || c == '{' {
		return p.give()
	}
	return out
}

// repeated parses `{n}` or `{n,m}` behind an atom that begins at start.
func (p *quickParser) repeated(start int, one part) part {
	p.pos++
	least := p.number()
	most := least
	if p.next() == ',' {
		p.pos++
		most = p.number()
	}
	if !p.ok || p.next() != '}' || most < least || most < 1 {
		return p.give()
	}
	p.pos++
	end := p.pos
	if c := p.next(); c == '*' || c == '+' || c == '?' || c == '{' {
		return p.give()
	}
	if least == 0 {
		one.nullable = true
	}
	out := one
	p.again++
	for i := 2; p.ok && i <= most; i++ {
		p.pos = start
		more := p.atom()
		if i > least {
			more.nullable = true
		}
		out = p.join(out, more)
	}
	p.again--
	p.pos = end
	return out
}

func (p *quickParser) number() int {
	n, start := 0, p.pos
	for c := p.next(); c >= '0' && c <= '9' && n <= maxStates; c = p.next() {
		n = 10*n + int(c-'0')
		p.pos++
	}
	if p.pos == start || n > maxStates {
		p.ok = false
	}
	return n
}

func (p *quickParser) atom() part {
	c := p.next()
	switch c {
	case '(':
		if p.depth++; p.depth > maxStates {
			return p.give()
		}
		if p.again == 0 {
			p.groups++
		}
		p.pos++
		out := p.alternatives()
		if !p.ok || p.next() != ')' {
			return p.give()
		}
		p.pos++
		p.depth--
		return out
	case '[':
		return p.bracket()
	case '.':
		p.pos++
		return p.state(class{^uint64(1), ^uint64(0), ^uint64(0), ^uint64(0)})
	case 0, '*', '+', '?', '{', '}', ')', '\\', '^', '$', '|':
		return p.give()
	}
	p.pos++
	var one class
	one.add(c)
	return p.state(one)
}

func (p *quickParser) state(c class) part {
	n := len(p.classes)
	if n == maxStates {
		return p.give()
	}
	p.classes = append(p.classes, c)
	p.follow = append(p.follow, 0)
	return part{1 << n, 1 << n, false}
}

// bracket parses `[…]` with single bytes and ranges; a dash must come last.
func (p *quickParser) bracket() part {
	p.pos++
	negated := p.next() == '^'
	if negated {
		p.pos++
	}
	var set class
	for first := true; ; first = false {
		c := p.next()
		p.pos++
		switch {
		case c == ']' && !first:
			if negated {
				for i := range set {
					set[i] = ^set[i]
				}
			}
			return p.state(set)
		case c == 0 || c == '[' || c == ']' || c == '\\' || c == '-' && p.next() != ']':
			return p.give()
		case p.next() == '-' && p.pos+1 < len(p.src) && p.src[p.pos+1] != ']':
			to := p.src[p.pos+1]
			if !isAlnum(c) || !isAlnum(to) || c > to {
				return p.give()
			}
			for ; c <= to; c++ {
				set.add(c)
			}
			p.pos += 2
		default:
			set.add(c)
		}
	}
}
