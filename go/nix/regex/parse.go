package regex

import (
	"errors"
	"strconv"
)

var errSyntax = errors.New("invalid regular expression")

// op is the kind of a node.
type op uint8

const (
	opEmpty  op = iota // also the end of an alternative
	opSet              // one byte of a set
	opStart            // ^
	opEnd              // $
	opGroup            // ( … )
	opJoin             // one after another
	opEither           // a | b
	opRepeat           // *, +, ? and { }
)

// node is a part of an expression.
type node struct {
	op       op
	plus     bool // opRepeat: written as +
	nullable bool // it can match nothing
	set      *byteSet
	kids     []*node
	min, max int // of opRepeat; max is unlimited where it is negative
	index    int // of opGroup, from 1
}

// size is how many states a machine for the part has, at most maxProgram+1.
func (n *node) size() int {
	out := 1
	switch n.op {
	case opEmpty:
		out = 0
	case opGroup:
		out = 2 + n.kids[0].size()
	case opJoin, opEither:
		out = 0
		for i, kid := range n.kids {
			out += kid.size()
			if i > 0 && n.op == opEither {
				out++
			}
			out = min(out, maxProgram+1)
		}
	case opRepeat:
		body := n.kids[0].size()
		switch {
		case n.max < 0 && n.plus:
			out = body + 1
		case n.max < 0:
			out = body*(n.min+1) + 1
		default:
			out = body*n.min + (body+1)*(n.max-n.min)
		}
	}
	return min(out, maxProgram+1)
}

// parser reads an expression.
type parser struct {
	src    string
	pos    int
	depth  int
	groups int
	atoms  int
	// facts about the whole expression for the matchers
	alternation bool // there is a `|`
	emptyLoop   bool // a part that can match nothing is repeated without limit
}

// maxGroups bounds how deep groups nest, and how many quantifiers one part has.
const maxGroups = 1000

func (p *parser) parse() (*node, error) {
	n, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, errSyntax
	}
	return n, nil
}

func (p *parser) peek() (byte, bool) {
	if p.pos < len(p.src) {
		return p.src[p.pos], true
	}
	return 0, false
}

func (p *parser) alternatives() (*node, error) {
	out, err := p.sequence()
	if err != nil {
		return nil, err
	}
	first := out
	for {
		if c, ok := p.peek(); !ok || c != '|' {
			return out, nil
		}
		p.pos++
		p.alternation = true
		next, err := p.sequence()
		if err != nil {
			return nil, err
		}
		if out == first {
			out = &node{op: opEither, kids: []*node{first}, nullable: first.nullable}
		}
		out.kids = append(out.kids, next)
		out.nullable = out.nullable || next.nullable
	}
}

func (p *parser) sequence() (*node, error) {
	out := &node{op: opJoin, nullable: true}
	for {
		c, ok := p.peek()
		if !ok || c == '|' || c == ')' && p.depth > 0 {
			return out, nil
		}
		switch c {
		case '^':
			// An anchor takes no quantifier, so that one after it is an error below.
			p.pos++
			out.kids = append(out.kids, &node{op: opStart, nullable: true})
			continue
		case '$':
			p.pos++
			out.kids = append(out.kids, &node{op: opEnd, nullable: true})
			continue
		}
		atom, err := p.atom(c)
		if err != nil {
			return nil, err
		}
		atom, err = p.quantifiers(atom)
		if err != nil {
			return nil, err
		}
		out.kids = append(out.kids, atom)
		out.nullable = out.nullable && atom.nullable
	}
}

// anything returns the set that `.` matches.
func anything() *byteSet {
	var s byteSet
	for c := range s {
		s[c] = c != 0
	}
	return &s
}

func (p *parser) atom(c byte) (*node, error) {
	// Each has at least one state, unless it is repeated zero times.
	if p.atoms++; p.atoms > maxProgram {
		return nil, ErrTooLarge
	}
	switch c {
	case '(':
		p.pos++
		if p.depth++; p.depth > maxGroups {
			return nil, ErrTooLarge
		}
		p.groups++
		index := p.groups
		body, err := p.alternatives()
		if err != nil {
			return nil, err
		}
		p.depth--
		if c, ok := p.peek(); !ok || c != ')' {
			return nil, errSyntax
		}
		p.pos++
		return &node{op: opGroup, index: index, kids: []*node{body}, nullable: body.nullable}, nil
	case '[':
		p.pos++
		set, err := p.bracket()
		return &node{op: opSet, set: set}, err
	case '.':
		p.pos++
		return &node{op: opSet, set: anything()}, nil
	case '*', '+', '?', '{', ')':
		return nil, errSyntax
	case '\\':
		p.pos++
		c, ok := p.peek()
		if !ok {
			return nil, errSyntax
		}
		switch c {
		case '.', '[', '\\', '(', ')', '*', '+', '?', '{', '|', '^', '$':
		default:
			return nil, errSyntax
		}
		p.pos++
		return literal(c), nil
	}
	p.pos++
	return literal(c), nil
}

func literal(c byte) *node {
	var s byteSet
	s[c] = true
	return &node{op: opSet, set: &s}
}

func (p *parser) quantifiers(atom *node) (*node, error) {
	for n := 0; ; n++ {
		c, ok := p.peek()
		if !ok {
			return atom, nil
		}
		out := &node{op: opRepeat, kids: []*node{atom}}
		switch c {
		case '*':
			out.max = -1
		case '+':
			out.min, out.max, out.plus = 1, -1, true
		case '?':
			out.max = 1
		case '{':
			p.pos++
			if err := p.interval(out); err != nil {
				return nil, err
			}
		default:
			return atom, nil
		}
		p.pos++
		if n == maxGroups {
			return nil, ErrTooLarge
		}
		out.nullable = atom.nullable || out.min == 0
		p.emptyLoop = p.emptyLoop || out.max < 0 && atom.nullable
		atom = out
	}
}

func (p *parser) number() (int, bool) {
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
		p.pos++
	}
	n, err := strconv.Atoi(p.src[start:p.pos])
	return n, err == nil
}

// interval reads what follows `{`, up to the brace that ends it.
func (p *parser) interval(out *node) error {
	least, ok := p.number()
	if !ok {
		return errSyntax
	}
	out.min, out.max = least, least
	if c, ok := p.peek(); ok && c == ',' {
		p.pos++
		out.max = -1
		if c, ok := p.peek(); ok && c != '}' {
			most, ok := p.number()
			if !ok || most < least {
				return errSyntax
			}
			out.max = most
		}
	}
	if c, ok := p.peek(); !ok || c != '}' {
		return errSyntax
	}
	if max(out.min, out.max) > maxProgram {
		return ErrTooLarge
	}
	return nil
}
