package eval

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// jsonReader is builtins.fromJSON: strict JSON, in which the last of equal keys wins.
type jsonReader struct {
	ev  *Evaluator
	s   string
	i   int
	pos syntax.Pos
}

func (ev *Evaluator) parseJSON(text string, pos syntax.Pos) Value {
	r := jsonReader{ev: ev, s: strings.TrimPrefix(text, "\ufeff"), pos: pos}
	ev.charge(len(text))
	v := r.value()
	r.blank()
	if r.i < len(r.s) {
		r.fail("expected end of input")
	}
	return v
}

func (r *jsonReader) fail(what string) {
	before := r.s[:min(r.i, len(r.s))]
	line := 1 + strings.Count(before, "\n")
	column := len(before) - strings.LastIndexByte(before, '\n')
	r.ev.fail(EvalFailure, r.pos, "parse error of JSON at line %d, column %d: %s", line, column, what)
}

func (r *jsonReader) blank() {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

func (r *jsonReader) peek() byte {
	r.blank()
	if r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

func (r *jsonReader) word(w string, v Value) Value {
	if !strings.HasPrefix(r.s[r.i:], w) {
		r.fail("invalid literal")
	}
	r.i += len(w)
	return v
}

func (r *jsonReader) value() Value {
	c := r.peek()
	switch {
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '"':
		s := r.str()
		return r.ev.str(s)
	case c == 't':
		return r.word("true", Bool(true))
	case c == 'f':
		return r.word("false", Bool(false))
	case c == 'n':
		return r.word("null", Null{})
	case c == '-' || isDigit(c):
		return r.number()
	case r.i >= len(r.s):
		r.fail("unexpected end of input")
	}
	r.fail("invalid literal")
	return nil
}

func (r *jsonReader) object() Value {
	r.ev.enter()
	r.i++
	index := make(map[syntax.Symbol]int)
	var out []Attr
	for first := true; ; first = false {
		c := r.peek()
		if c == '}' && first {
			r.i++
			break
		}
		if c != '"' {
			r.fail("expected a string as the name of a member")
		}
		name := r.ev.symbols.Intern(r.str())
		if r.peek() != ':' {
			r.fail("expected ':'")
		}
		r.i++
		v := r.value()
		if i, ok := index[name]; ok {
			out[i].Value = v
		} else {
			index[name] = len(out)
			r.ev.charge(24)
			out = append(out, Attr{Name: name, Value: v})
		}
		c = r.peek()
		if c != ',' && c != '}' {
			r.fail("expected ',' or '}'")
		}
		r.i++
		if c == '}' {
			break
		}
	}
	r.ev.depth--
	return r.ev.sortAttrs(out)
}

func (r *jsonReader) array() Value {
	r.ev.enter()
	r.i++
	var out []Value
	for first := true; ; first = false {
		if r.peek() == ']' && first {
			r.i++
			break
		}
		r.ev.charge(16)
		out = append(out, r.value())
		c := r.peek()
		if c != ',' && c != ']' {
			r.fail("expected ',' or ']'")
		}
		r.i++
		if c == ']' {
			break
		}
	}
	r.ev.depth--
	return r.ev.listOf(out)
}

func (r *jsonReader) number() Value {
	start := r.i
	integer := true
	digits := func() {
		from := r.i
		for r.i < len(r.s) && isDigit(r.s[r.i]) {
			r.i++
		}
		if r.i == from {
			r.fail("expected a digit")
		}
	}
	if r.s[r.i] == '-' {
		r.i++
	}
	if r.i < len(r.s) && r.s[r.i] == '0' {
		r.i++
	} else {
		digits()
	}
	if r.i < len(r.s) && r.s[r.i] == '.' {
		integer = false
		r.i++
		digits()
	}
	if r.i < len(r.s) && (r.s[r.i] == 'e' || r.s[r.i] == 'E') {
		integer = false
		r.i++
		if r.i < len(r.s) && (r.s[r.i] == '+' || r.s[r.i] == '-') {
			r.i++
		}
		digits()
	}
	text := r.s[start:r.i]
	if integer {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Int(n)
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			r.ev.fail(EvalFailure, r.pos, "unsigned json number %d outside of Nix integer range", n)
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(f, 0) {
		r.fail("number overflow parsing '" + text + "'")
	}
	return Float(f)
}

func (r *jsonReader) str() string {
	r.i++
	start := r.i
	for r.i < len(r.s) {
		c := r.s[r.i]
		if c == '"' && utf8.ValidString(r.s[start:r.i]) {
			s := r.s[start:r.i]
			r.i++
			return s
		}
		if c == '\\' || c < 0x20 || c == '"' {
			break
		}
		r.i++
	}
	r.i = start
	return r.escapedString()
}

func (r *jsonReader) escapedString() string {
	var b strings.Builder
	for {
		if r.i >= len(r.s) {
			r.fail("missing closing quote")
		}
		c := r.s[r.i]
		switch {
		case c == '"':
			r.i++
			s := b.String()
			r.ev.noNullByte(s, r.pos)
			return s
		case c < 0x20:
			r.fail("control character in a string must be escaped")
		case c == '\\':
			r.i++
			r.escape(&b)
		case c < utf8.RuneSelf:
			b.WriteByte(c)
			r.i++
		default:
			_, n := utf8.DecodeRuneInString(r.s[r.i:])
			if n == 1 {
				r.fail("ill-formed UTF-8 byte")
			}
			b.WriteString(r.s[r.i : r.i+n])
			r.i += n
		}
	}
}

func (r *jsonReader) escape(b *strings.Builder) {
	if r.i >= len(r.s) {
		r.fail("missing closing quote")
	}
	c := r.s[r.i]
	r.i++
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		u := r.hex4()
		switch {
		case u >= 0xD800 && u < 0xDC00:
			if !strings.HasPrefix(r.s[r.i:], `\u`) {
				r.fail("surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF")
			}
			r.i += 2
			low := r.hex4()
			if low < 0xDC00 || low > 0xDFFF {
				r.fail("surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF")
			}
			u = 0x10000 + (u-0xD800)<<10 + (low - 0xDC00)
		case u >= 0xDC00 && u <= 0xDFFF:
			r.fail("surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF")
		}
		b.WriteRune(u)
	default:
		r.fail("forbidden character after backslash")
	}
}

func (r *jsonReader) hex4() rune {
	if r.i+4 > len(r.s) {
		r.fail("'\\u' must be followed by 4 hex digits")
	}
	n, err := strconv.ParseUint(r.s[r.i:r.i+4], 16, 16)
	if err != nil || strings.ContainsAny(r.s[r.i:r.i+4], "+-_") {
		r.fail("'\\u' must be followed by 4 hex digits")
	}
	r.i += 4
	return rune(n)
}
