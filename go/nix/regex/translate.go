package regex

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errSyntax = errors.New("invalid regular expression")

// translator rewrites an extended expression in Go's syntax.
type translator struct {
	src   string
	pos   int
	depth int
}

// maxRepeat is the largest count in braces; Go's regexp takes no larger one.
const maxRepeat = 1000

// maxGroups bounds how deep groups may nest.
const maxGroups = 1000

func (t *translator) translate() (string, error) {
	body, err := t.alternatives()
	if err != nil {
		return "", err
	}
	if t.pos < len(t.src) {
		return "", errSyntax
	}
	return body, nil
}

func (t *translator) peek() (byte, bool) {
	if t.pos < len(t.src) {
		return t.src[t.pos], true
	}
	return 0, false
}

func (t *translator) alternatives() (string, error) {
	var out []string
	for {
		s, err := t.sequence()
		if err != nil {
			return "", err
		}
		out = append(out, s)
		if c, ok := t.peek(); !ok || c != '|' {
			break
		}
		t.pos++
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return "(?:" + strings.Join(out, "|") + ")", nil
}

func (t *translator) sequence() (string, error) {
	var b strings.Builder
	for {
		c, ok := t.peek()
		if !ok || c == '|' || c == ')' && t.depth > 0 {
			return b.String(), nil
		}
		switch c {
		case '^':
			// An anchor takes no quantifier, so that one after it is an error below.
			t.pos++
			b.WriteString(lineStart)
			continue
		case '$':
			t.pos++
			b.WriteString(`(?:\z)`)
			continue
		}
		atom, err := t.atom(c)
		if err != nil {
			return "", err
		}
		atom, err = t.quantifiers(atom)
		if err != nil {
			return "", err
		}
		b.WriteString(atom)
	}
}

func (t *translator) atom(c byte) (string, error) {
	switch c {
	case '(':
		t.pos++
		if t.depth++; t.depth > maxGroups {
			return "", ErrTooLarge
		}
		body, err := t.alternatives()
		if err != nil {
			return "", err
		}
		t.depth--
		if c, ok := t.peek(); !ok || c != ')' {
			return "", errSyntax
		}
		t.pos++
		return "(" + body + ")", nil
	case '[':
		t.pos++
		return t.bracket()
	case '.':
		t.pos++
		return `[^\x00]`, nil
	case '*', '+', '?', '{', ')':
		return "", errSyntax
	case '\\':
		t.pos++
		c, ok := t.peek()
		if !ok || strings.IndexByte(`.[\()*+?{|^$`, c) < 0 {
			return "", errSyntax
		}
		t.pos++
		return literal(c), nil
	}
	t.pos++
	return literal(c), nil
}

func literal(c byte) string { return fmt.Sprintf(`\x{%02X}`, c) }

func (t *translator) quantifiers(atom string) (string, error) {
	for {
		c, ok := t.peek()
		if !ok {
			return atom, nil
		}
		switch c {
		case '*', '+', '?':
			t.pos++
			atom = "(?:" + atom + ")" + string(c)
		case '{':
			t.pos++
			q, err := t.interval()
			if err != nil {
				return "", err
			}
			atom = "(?:" + atom + ")" + q
		default:
			return atom, nil
		}
		if len(atom) > 1<<20 {
			return "", ErrTooLarge
		}
	}
}

func (t *translator) number() (int, bool) {
	start := t.pos
	for t.pos < len(t.src) && t.src[t.pos] >= '0' && t.src[t.pos] <= '9' {
		t.pos++
	}
	n, err := strconv.Atoi(t.src[start:t.pos])
	return n, err == nil
}

func (t *translator) interval() (string, error) {
	least, ok := t.number()
	if !ok {
		return "", errSyntax
	}
	q := strconv.Itoa(least)
	most := least
	if c, ok := t.peek(); ok && c == ',' {
		t.pos++
		q += ","
		if c, ok := t.peek(); ok && c != '}' {
			n, ok := t.number()
			if !ok || n < least {
				return "", errSyntax
			}
			most = n
			q += strconv.Itoa(n)
		}
	}
	if c, ok := t.peek(); !ok || c != '}' {
		return "", errSyntax
	}
	t.pos++
	if most > maxRepeat {
		return "", ErrTooLarge
	}
	return "{" + q + "}", nil
}
