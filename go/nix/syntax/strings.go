package syntax

import "strings"

// inString scans the inside of "…": a piece of text, `${`, or the closing quote.
func (s *scanner) inString() bool {
	switch {
	case s.pos >= len(s.src):
		return s.eof()
	case s.src[s.pos] == '"':
		s.pop()
		return s.emit('"', s.pos+1, `"`)
	case s.has("${"):
		s.push(modeDefault)
		return s.emit(tDollarCurly, s.pos+2, "${")
	}
	i := s.pos
	plain := true
scan:
	for i < len(s.src) {
		switch s.src[i] {
		case '"':
			break scan
		case '\\':
			if i+1 >= len(s.src) {
				return s.eof()
			}
			plain = false
			i += 2
		case '$':
			if i+1 >= len(s.src) {
				return s.eof()
			}
			switch s.src[i+1] {
			case '{':
				break scan
			case '"':
				i++
				break scan
			case '\\':
				if i+2 >= len(s.src) {
					return s.eof()
				}
				plain = false
				i += 3
			default:
				// `$$` and the like: the second byte cannot begin an interpolation.
				if s.src[i+1] == '\r' {
					plain = false
				}
				i += 2
			}
		case '\r':
			plain = false
			i++
		default:
			i++
		}
	}
	text := s.src[s.pos:i]
	if strings.IndexByte(text, 0) >= 0 {
		return s.fail(s.pos, nullByte(text))
	}
	if !plain {
		text = unescape(text)
	}
	return s.emit(tStr, i, text)
}

func nullByte(text string) string {
	return "input string '" + strings.ReplaceAll(text, "\x00", "␀") +
		"' cannot be represented as Nix string because it contains null bytes"
}

// unescape decodes backslashes and makes CR and CR LF a LF.
func unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(s[i])
			}
		case c == '\r':
			b.WriteByte('\n')
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// inIndString scans the inside of ”…”.
func (s *scanner) inIndString() bool {
	if s.pos >= len(s.src) {
		return s.eof()
	}
	switch {
	case s.has("${"):
		s.push(modeDefault)
		return s.emit(tDollarCurly, s.pos+2, "${")
	case s.has("''$"):
		return s.emit(tIndStr, s.pos+3, "$")
	case s.has("'''"):
		return s.emit(tIndStr, s.pos+3, "''")
	case s.has(`''\`):
		if s.pos+3 >= len(s.src) {
			return s.eof()
		}
		text := s.src[s.pos+2 : s.pos+4]
		if text[1] == 0 {
			return s.fail(s.pos, nullByte(text))
		}
		return s.emit(tIndStr, s.pos+4, unescape(text))
	case s.has("''"):
		s.pop()
		return s.emit(tIndClose, s.pos+2, "''")
	}
	i := s.pos
scan:
	for i < len(s.src) {
		switch s.src[i] {
		case '$':
			if i+1 >= len(s.src) || s.src[i+1] == '{' || s.src[i+1] == '\'' {
				break scan
			}
			i += 2
		case '\'':
			// The byte after a lone quote belongs to the text, whatever it is.
			if i+1 >= len(s.src) || s.src[i+1] == '\'' || s.src[i+1] == '$' {
				break scan
			}
			i += 2
		default:
			i++
		}
	}
	if i == s.pos {
		// A lone `$` or quote before something that ends the piece.
		return s.emit(tIndStr, i+1, s.src[i:i+1])
	}
	text := s.src[s.pos:i]
	if strings.IndexByte(text, 0) >= 0 {
		return s.fail(s.pos, nullByte(text))
	}
	s.emit(tIndStr, i, text)
	s.tokens[len(s.tokens)-1].indented = true
	return true
}

// part is a piece of an indented string: text or an interpolated expression.
type part struct {
	pos      Pos
	expr     Expr
	text     string
	indented bool
}

// stripIndentation removes the indentation that all lines of an indented
// string share. Lines of spaces alone do not count, and a last line of spaces
// alone is dropped.
func (p *parser) stripIndentation(pos Pos, parts []part) Expr {
	const none = 1000000
	atStart, least, current := true, none, 0
	for i := range parts {
		if parts[i].expr != nil || !parts[i].indented {
			if atStart {
				atStart = false
				least = min(least, current)
			}
			continue
		}
		for _, c := range []byte(parts[i].text) {
			switch {
			case atStart && c == ' ':
				current++
			case c == '\n':
				atStart, current = true, 0
			case atStart:
				atStart = false
				least = min(least, current)
			}
		}
	}
	var out []Expr
	atStart = true
	dropped := 0
	for i := range parts {
		if parts[i].expr != nil {
			atStart, dropped = false, 0
			out = append(out, parts[i].expr)
			continue
		}
		text := parts[i].text
		b := make([]byte, 0, len(text))
		for j := 0; j < len(text); j++ {
			c := text[j]
			if atStart {
				switch c {
				case ' ':
					if dropped++; dropped <= least {
						continue
					}
				case '\n':
					dropped = 0
				default:
					atStart, dropped = false, 0
				}
			} else if c == '\n' {
				atStart = true
			}
			b = append(b, c)
		}
		s := string(b)
		if i == len(parts)-1 {
			if nl := strings.LastIndexByte(s, '\n'); nl >= 0 && strings.Trim(s[nl+1:], " ") == "" {
				s = s[:nl+1]
			}
		}
		if s != "" {
			out = append(out, p.newString(s, parts[i].pos))
		}
	}
	if len(out) == 0 {
		return p.newString("", pos)
	}
	if str, ok := out[0].(*String); ok && len(out) == 1 {
		return str
	}
	return p.newConcat(out, pos, true)
}
