package syntax

import (
	"fmt"
	"sort"
)

// Pos is a byte position in a FileSet. The zero Pos is invalid.
type Pos uint32

// Position is a Pos made readable: a file and a place in it, both 1-based,
// the column counted in bytes.
type Position struct {
	File   string
	Line   int
	Column int
}

// IsValid reports whether the position is known.
func (p Position) IsValid() bool { return p.Line > 0 }

// String renders file:line:column, as Nix does.
func (p Position) String() string {
	if !p.IsValid() {
		return "«none»"
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// File is one parsed text.
type File struct {
	Name string
	Src  string
	base Pos
	// lines holds the offset of each line's first byte; computed on demand.
	lines []int
}

// FileSet numbers the bytes of many files, so that a position is one integer.
type FileSet struct {
	files []*File
	next  Pos
}

// Add registers a text. The name is what positions print.
func (s *FileSet) Add(name, src string) *File {
	if s.next == 0 {
		s.next = 1
	}
	f := &File{Name: name, Src: src, base: s.next}
	s.files = append(s.files, f)
	s.next += Pos(len(src)) + 1
	return f
}

// File returns the file that holds p, or nil.
func (s *FileSet) File(p Pos) *File {
	if p == 0 || len(s.files) == 0 {
		return nil
	}
	i := sort.Search(len(s.files), func(i int) bool { return s.files[i].base > p }) - 1
	if i < 0 {
		return nil
	}
	return s.files[i]
}

// Position resolves p.
func (s *FileSet) Position(p Pos) Position {
	f := s.File(p)
	if f == nil {
		return Position{}
	}
	return f.position(int(p - f.base))
}

// Line returns the text of a 1-based line without its terminator.
func (f *File) Line(n int) (string, bool) {
	f.index()
	if n < 1 || n > len(f.lines) {
		return "", false
	}
	start := f.lines[n-1]
	end := len(f.Src)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	for end > start && (f.Src[end-1] == '\n' || f.Src[end-1] == '\r') {
		end--
	}
	return f.Src[start:end], true
}

func (f *File) pos(offset int) Pos { return f.base + Pos(offset) }

func (f *File) position(offset int) Position {
	f.index()
	i := sort.SearchInts(f.lines, offset+1) - 1
	return Position{File: f.Name, Line: i + 1, Column: offset - f.lines[i] + 1}
}

// index finds the line starts. LF, CR and CR LF each end a line, as in Nix.
func (f *File) index() {
	if f.lines != nil {
		return
	}
	lines := []int{0}
	for i := 0; i < len(f.Src); i++ {
		switch f.Src[i] {
		case '\n':
			lines = append(lines, i+1)
		case '\r':
			if i+1 < len(f.Src) && f.Src[i+1] == '\n' {
				i++
			}
			lines = append(lines, i+1)
		}
	}
	f.lines = lines
}

// SourceLine returns the text of a position's line, if the set holds its file.
func (s *FileSet) SourceLine(p Position) (string, bool) {
	for i := len(s.files) - 1; i >= 0; i-- {
		if s.files[i].Name == p.File {
			return s.files[i].Line(p.Line)
		}
	}
	return "", false
}

// Opening returns the position of the `${` around the expression that contains p, if
// that is part of a string. Otherwise it returns p.
func (s *FileSet) Opening(p Pos) Pos {
	f := s.File(p)
	if f == nil {
		return p
	}
	open := 0
	for i := int(p-f.base) - 1; i > 0; i-- {
		switch f.Src[i] {
		case '}':
			open++
		case '{':
			if open == 0 && f.Src[i-1] == '$' {
				return f.pos(i - 1)
			}
			open--
		}
	}
	return p
}

// Parenthesis returns where the parentheses around what is at p begin, or p if there are none.
func (s *FileSet) Parenthesis(p Pos) Pos {
	f := s.File(p)
	if f == nil {
		return p
	}
	for i := int(p-f.base) - 1; i >= 0; i-- {
		switch f.Src[i] {
		case '(':
			p = f.pos(i)
		case ' ', '\t', '\r', '\n':
		default:
			return p
		}
	}
	return p
}
