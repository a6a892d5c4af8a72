package regex

import "strings"

// byteSet is a set of bytes.
type byteSet [256]bool

var classes = map[string]func(c byte) bool{
	"alpha": func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' },
	"digit": func(c byte) bool { return c >= '0' && c <= '9' },
	"d":     func(c byte) bool { return c >= '0' && c <= '9' },
	"alnum": func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' },
	"w": func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
	},
	"upper":  func(c byte) bool { return c >= 'A' && c <= 'Z' },
	"lower":  func(c byte) bool { return c >= 'a' && c <= 'z' },
	"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"s":      func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < 0x20 || c == 0x7f },
	"graph":  func(c byte) bool { return c > 0x20 && c < 0x7f },
	"print":  func(c byte) bool { return c >= 0x20 && c < 0x7f },
	"punct":  func(c byte) bool { return c > 0x20 && c < 0x7f && !isAlnum(c) },
	"xdigit": func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' },
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// element is one item inside a bracket expression.
type element struct {
	kind  byte // c: a byte, -: a dash, s: a class, ]: the end
	char  byte
	class string
}

// bracket reads what follows `[`.
func (p *parser) bracket() (*byteSet, error) {
	negated := false
	if c, ok := p.peek(); ok && c == '^' {
		negated = true
		p.pos++
	}
	var set byteSet
	last := -1 // a byte that may still become the start of a range
	flush := func() {
		if last >= 0 {
			set[last] = true
		}
		last = -1
	}
	for first := true; ; first = false {
		e, err := p.element(first)
		if err != nil {
			return nil, err
		}
		switch e.kind {
		case ']':
			flush()
			return set.negate(negated), nil
		case 's':
			flush()
			in := classes[e.class]
			for c := range set {
				set[c] = set[c] || in(byte(c))
			}
		case 'c':
			flush()
			last = int(e.char)
		case '-':
			if first {
				last = '-'
				continue
			}
			next, err := p.element(false)
			if err != nil {
				return nil, err
			}
			switch {
			case next.kind == ']':
				flush()
				set['-'] = true
				return set.negate(negated), nil
			case last < 0 || next.kind == 's':
				return nil, errSyntax
			}
			high := int(next.char)
			if high < last {
				return nil, errSyntax
			}
			for c := last; c <= high; c++ {
				set[c] = true
			}
			last = -1
		}
	}
}

// element reads one element. The first one may be `]` itself.
func (p *parser) element(first bool) (element, error) {
	c, ok := p.peek()
	if !ok {
		return element{}, errSyntax
	}
	p.pos++
	switch {
	case c == ']' && !first:
		return element{kind: ']'}, nil
	case c == '-':
		return element{kind: '-', char: '-'}, nil
	case c == '[':
		if k, ok := p.peek(); ok && (k == ':' || k == '.' || k == '=') {
			end := strings.Index(p.src[p.pos+1:], string(k)+"]")
			if end < 0 {
				return element{}, errSyntax
			}
			name := p.src[p.pos+1 : p.pos+1+end]
			p.pos += 1 + end + 2
			if k == ':' {
				if classes[name] == nil {
					return element{}, errSyntax
				}
				return element{kind: 's', class: name}, nil
			}
			if len(name) != 1 {
				return element{}, errSyntax
			}
			return element{kind: 'c', char: name[0]}, nil
		}
	}
	return element{kind: 'c', char: c}, nil
}

func (s *byteSet) negate(negated bool) *byteSet {
	if negated {
		for c := range s {
			s[c] = !s[c]
		}
	}
	return s
}
