package eval

import "strings"

// newerTOML returns which feature of a valid text is newer than TOML 1.0, in Nix's
// words, or "" if there is none: the escapes \e and \x, and inline tables that span
// several lines or end in a comma.
func newerTOML(text string) string {
	var open []byte // the brackets that are open
	comma := false  // the last thing in an inline table was a comma
	for i := 0; i < len(text); i++ {
		inTable := len(open) > 0 && open[len(open)-1] == '{'
		switch c := text[i]; c {
		case ' ', '\t', '\r':
			continue
		case '\n':
			if inTable {
				return "[error] toml::parse_inline_table: expected value-separator `,` or closing `}`"
			}
			continue
		case '#':
			if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
				i += n - 1
				continue
			}
			return ""
		case '"', '\'':
			end, newer := skipTOMLString(text[i:])
			if newer {
				return "[error] toml::parse_basic_string: invalid string format"
			}
			i += end - 1
		case '[', '{':
			open = append(open, c)
		case ']', '}':
			if c == '}' && comma {
				return "[error] toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)"
			}
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
		comma = inTable && text[i] == ','
	}
	return ""
}

// skipTOMLString returns the length of the string that s begins with, and
// whether it has an escape that is not of TOML 1.0.
func skipTOMLString(s string) (n int, newer bool) {
	quote := s[:1]
	long := strings.HasPrefix(s, quote+quote+quote)
	n = 1
	if long {
		n = 3
	}
	for n < len(s) {
		switch {
		case s[n] == '\\' && quote == `"`:
			if n+1 < len(s) && (s[n+1] == 'e' || s[n+1] == 'x') {
				return n, true
			}
			n += 2
		case !long && s[n] == quote[0]:
			return n + 1, false
		case long && strings.HasPrefix(s[n:], quote+quote+quote):
			// Up to two more belong to the text.
			n += 3
			for more := 0; more < 2 && n < len(s) && s[n] == quote[0]; more++ {
				n++
			}
			return n, false
		default:
			n++
		}
	}
	return n, false
}

// wordTOML words the commonest errors as Nix's TOML library does.
func wordTOML(msg string) string {
	switch {
	case strings.Contains(msg, "too large to fit"):
		return "[error] toml::parse_dec_integer: too large integer: current max digits = 2^63"
	case strings.Contains(msg, "expected '=' after key"):
		return "[error] toml::parse_key_value_pair: invalid key value separator `=`"
	}
	return msg
}
