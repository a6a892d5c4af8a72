package config

import (
	"bytes"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"
)

// statement is one part of a TOML file: the header of a table, or a key with
// its value. All offsets are bytes from the beginning of the file.
type statement struct {
	path   []string // from the top of the file, the table's own path included
	holder []string // path of the table in which it is written
	header bool
	list   bool // the header of one element of a list of tables

	key   int // first byte of the key
	value int // first byte of the value
	end   int // behind the value, or behind the brackets of a header
}

// under reports whether a statement sets the value at a path or part of it.
func (s statement) under(path []string) bool { return hasPrefix(s.path, path) }

func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

// layout returns the statements of a file that is valid TOML, in their order;
// ok is false for one that this scanner reads differently.
func layout(data []byte) (out []statement, ok bool) {
	s := &scanner{data: data}
	var table []string
	for s.blank(); s.at < len(data) && !s.lost; s.endOfLine() {
		if s.peek() != '[' {
			out = append(out, s.keyValue(table))
			continue
		}
		st := statement{header: true, list: bytes.HasPrefix(data[s.at:], []byte("[["))}
		closing := "]"
		if st.list {
			closing = "]]"
		}
		s.at += len(closing)
		s.space()
		st.key = s.at
		st.path = s.keys()
		s.expect(closing)
		st.end, table = s.at, st.path
		out = append(out, st)
	}
	return out, !s.lost
}

// scanner walks over TOML and finds where its parts begin and end. What the
// parts mean is left to go-toml, which has accepted the file before.
type scanner struct {
	data []byte
	at   int
	lost bool // the file is not as expected
}

func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) expect(text string) {
	if !bytes.HasPrefix(s.data[s.at:], []byte(text)) {
		s.lost, s.at = true, len(s.data)
		return
	}
	s.at += len(text)
}

func (s *scanner) space() {
	for s.peek() == ' ' || s.peek() == '\t' {
		s.at++
	}
}

// blank skips spaces, line ends and comments.
func (s *scanner) blank() {
	for {
		switch s.peek() {
		case ' ', '\t', '\r', '\n':
			s.at++
		case '#':
			s.at = lineEnd(s.data, s.at)
		default:
			return
		}
	}
}

// endOfLine skips to the next statement, which is on another line.
func (s *scanner) endOfLine() {
	s.space()
	if s.at < len(s.data) && !bytes.ContainsRune([]byte("#\r\n"), rune(s.data[s.at])) {
		s.lost = true
	}
	s.blank()
}

// keys reads a key with its dots, and the spaces behind it.
func (s *scanner) keys() []string {
	from := s.at
	for s.at < len(s.data) {
		switch c := s.peek(); {
		case c == '"' || c == '\'':
			s.text()
		case c == '=' || c == ']' || c == '\n':
			return s.decodeKeys(s.data[from:s.at])
		default:
			s.at++
		}
	}
	s.lost = true
	return nil
}

func (s *scanner) decodeKeys(text []byte) (path []string) {
	var p unstable.Parser
	p.Reset(append(bytes.Clone(text), "=0"...))
	if !p.NextExpression() || p.Expression().Kind != unstable.KeyValue {
		s.lost, s.at = true, len(s.data)
		return nil
	}
	for k := p.Expression().Key(); k.Next(); {
		path = append(path, string(k.Node().Data))
	}
	return path
}

func (s *scanner) keyValue(table []string) statement {
	st := statement{holder: table, key: s.at}
	st.path = slices.Concat(table, s.keys())
	s.expect("=")
	s.space()
	st.value = s.at
	s.skip()
	st.end = s.at
	return st
}

// skip goes behind a value.
func (s *scanner) skip() {
	switch s.peek() {
	case '"', '\'':
		s.text()
	case '[':
		s.list(']', s.skip)
	case '{':
		s.list('}', func() { s.keyValue(nil) })
	default:
		from := s.at
		for s.at < len(s.data) && !bytes.ContainsRune([]byte(",]}#\n"), rune(s.data[s.at])) {
			s.at++
		}
		s.at = from + len(bytes.TrimRight(s.data[from:s.at], " \t\r"))
		if s.at == from {
			s.lost, s.at = true, len(s.data)
		}
	}
}

// list goes over the items of a list or an inline table, and behind its bracket.
func (s *scanner) list(closing byte, item func()) {
	s.at++
	for s.blank(); s.peek() != closing && !s.lost; s.blank() {
		item()
		if s.blank(); s.peek() != closing {
			s.expect(",")
		}
	}
	if !s.lost {
		s.at++
	}
}

// text goes behind a string of any of the four kinds.
func (s *scanner) text() {
	quote := s.peek()
	if long := bytes.Repeat([]byte{quote}, 3); bytes.HasPrefix(s.data[s.at:], long) {
		for s.at += 3; s.at < len(s.data); s.at++ {
			if quote == '"' && s.data[s.at] == '\\' {
				s.at++
			} else if bytes.HasPrefix(s.data[s.at:], long) {
				s.at += 3
				for range 2 { // up to two quotes before the closing ones belong to the string
					if s.peek() == quote {
						s.at++
					}
				}
				return
			}
		}
	} else {
		for s.at++; s.at < len(s.data); s.at++ {
			switch c := s.data[s.at]; {
			case quote == '"' && c == '\\':
				s.at++
			case c == quote:
				s.at++
				return
			case c == '\n':
				s.lost, s.at = true, len(s.data)
			}
		}
	}
	s.lost, s.at = true, len(s.data)
}

// lineStart is the beginning of the line that holds an offset.
func lineStart(data []byte, at int) int { return bytes.LastIndexByte(data[:at], '\n') + 1 }

// lineEnd is behind the line end of the line that holds an offset.
func lineEnd(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}
