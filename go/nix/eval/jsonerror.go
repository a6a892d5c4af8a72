package eval

import (
	"fmt"
	"strings"
)

// The messages about bad JSON are those of the library that Nix uses. They are
// worked out once something is known to be wrong: the token there is read again.

// Names of tokens in these messages.
const (
	jsonEnd     = "end of input"
	jsonString  = "string literal"
	jsonNumber  = "number literal"
	jsonLiteral = "'[', '{', or a literal"
)

// unexpected fails with the token at r.i. context is the construct being read; expected
// is the expected token, or jsonLiteral.
func (r *jsonReader) unexpected(context, expected string) {
	name, end, bad := r.token(r.i)
	if len(r.s) == 0 {
		r.failAt(1, "attempting to parse an empty input; check that your input string or stream contains the expected JSON")
	}
	what := "unexpected " + name
	if bad != "" {
		from := min(r.token0, r.i)
		if name == jsonString || name == jsonNumber {
			from = r.i
		}
		what = bad + "; last read: '" + showJSON(r.s[from:min(end, len(r.s))]) + "'"
		if expected == jsonLiteral {
			expected = ""
		}
	}
	if expected != "" {
		what += "; expected " + expected
	}
	r.failAt(end, "syntax error while parsing "+context+" - "+what)
}

// badToken fails with the string or number that begins at r.token0.
func (r *jsonReader) badToken() {
	r.i = r.token0
	if r.key {
		r.unexpected("object key", jsonString)
	}
	r.unexpected("value", jsonLiteral)
}

// failAt fails at the place behind the last byte that was read; the end of the text counts as one.
func (r *jsonReader) failAt(end int, what string) {
	before := r.s[:min(end, len(r.s))]
	line := 1 + strings.Count(before, "\n")
	column := end - 1 - strings.LastIndexByte(before, '\n')
	panic(&jsonError{fmt.Sprintf("[json.exception.parse_error.101] parse error at line %d, column %d: %s", line, column, what)})
}

// showJSON writes control characters by their numbers.
func showJSON(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 {
			fmt.Fprintf(&b, "<U+%04X>", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// token reads the token at i: its name, its end, and what is wrong with it, if
// anything.
func (r *jsonReader) token(i int) (name string, end int, bad string) {
	if i >= len(r.s) {
		return jsonEnd, len(r.s) + 1, ""
	}
	switch c := r.s[i]; c {
	case '[', ']', '{', '}', ':', ',':
		return "'" + string(c) + "'", i + 1, ""
	case '"':
		end, bad = r.stringToken(i + 1)
		return jsonString, end, bad
	case 't':
		return r.literalToken(i, "true")
	case 'f':
		return r.literalToken(i, "false")
	case 'n':
		return r.literalToken(i, "null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		end, bad = r.numberToken(i)
		return jsonNumber, end, bad
	}
	return "", i + 1, "invalid literal"
}

func (r *jsonReader) literalToken(i int, word string) (name string, end int, bad string) {
	for n := range len(word) {
		if i+n >= len(r.s) || r.s[i+n] != word[n] {
			return "", i + n + 1, "invalid literal"
		}
	}
	return word + " literal", i + len(word), ""
}

func (r *jsonReader) numberToken(i int) (end int, bad string) {
	at := func(i int) byte {
		if i < len(r.s) {
			return r.s[i]
		}
		return 0
	}
	digits := func() {
		for isDigit(at(i)) {
			i++
		}
	}
	if at(i) == '-' {
		i++
		if !isDigit(at(i)) {
			return i + 1, "invalid number; expected digit after '-'"
		}
	}
	if at(i) == '0' {
		i++
	} else {
		digits()
	}
	if at(i) == '.' {
		i++
		if !isDigit(at(i)) {
			return i + 1, "invalid number; expected digit after '.'"
		}
		digits()
	}
	if c := at(i); c == 'e' || c == 'E' {
		i++
		if c := at(i); c == '+' || c == '-' {
			i++
			if !isDigit(at(i)) {
				return i + 1, "invalid number; expected digit after exponent sign"
			}
		} else if !isDigit(c) {
			return i + 1, "invalid number; expected '+', '-', or digit after exponent"
		}
		digits()
	}
	return i, ""
}

// controlNames are the names of the control characters.
const controlNames = "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"

// stringToken reads a string behind its first quote.
func (r *jsonReader) stringToken(i int) (end int, bad string) {
	for i < len(r.s) {
		switch c := r.s[i]; {
		case c == '"':
			return i + 1, ""
		case c == '\\':
			if end, bad = r.escapeToken(i + 1); bad != "" {
				return end, "invalid string: " + bad
			}
			i = end
		case c < 0x20:
			bad = fmt.Sprintf("invalid string: control character U+%04X (%s) must be escaped to \\u%04X", c, strings.Fields(controlNames)[c], c)
			if n := strings.IndexByte("\b\t\n\f\r", c); n >= 0 {
				bad += " or \\" + "btnfr"[n:n+1]
			}
			return i + 1, bad
		default:
			n, ok := utf8Length(r.s[i:])
			if !ok {
				return i + n, "invalid string: ill-formed UTF-8 byte"
			}
			i += n
		}
	}
	return len(r.s) + 1, "invalid string: missing closing quote"
}

func (r *jsonReader) escapeToken(i int) (end int, bad string) {
	if i < len(r.s) && strings.IndexByte(`"\/bfnrt`, r.s[i]) >= 0 {
		return i + 1, ""
	}
	if i >= len(r.s) || r.s[i] != 'u' {
		return i + 1, "forbidden character after backslash"
	}
	const noDigits = `'\u' must be followed by 4 hex digits`
	const noLow = "surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"
	n, end, ok := r.hexToken(i + 1)
	if !ok {
		return end, noDigits
	}
	if n >= 0xDC00 && n <= 0xDFFF {
		return end, "surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF"
	}
	if n < 0xD800 || n > 0xDFFF {
		return end, ""
	}
	for _, c := range []byte(`\u`) {
		if end >= len(r.s) || r.s[end] != c {
			return end + 1, noLow
		}
		end++
	}
	if n, end, ok = r.hexToken(end); !ok {
		return end, noDigits
	}
	if n < 0xDC00 || n > 0xDFFF {
		return end, noLow
	}
	return end, ""
}

// hexToken reads four hexadecimal digits. end is behind the first byte that is not one.
func (r *jsonReader) hexToken(i int) (n, end int, ok bool) {
	for range 4 {
		d := -1
		if i < len(r.s) {
			d = strings.IndexByte("0123456789abcdef", r.s[i]|0x20)
			if c := r.s[i]; c < '0' || c > '9' && c < 'A' {
				d = -1
			}
		}
		i++
		if d < 0 {
			return 0, i, false
		}
		n = n<<4 | d
	}
	return n, i, true
}

// utf8Length returns the length of the rune that s begins with, or how many bytes it
// takes to see that it is invalid.
func utf8Length(s string) (n int, ok bool) {
	low, high, more := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c < 0x80:
		return 1, true
	case c >= 0xC2 && c <= 0xDF:
		more = 1
	case c >= 0xE0 && c <= 0xEF:
		more = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		more = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	default:
		return 1, false
	}
	for n = 1; n <= more; n++ {
		if n >= len(s) || s[n] < low || s[n] > high {
			return n + 1, false
		}
		low, high = 0x80, 0xBF
	}
	return n, true
}
