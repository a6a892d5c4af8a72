package syntax

import (
	"slices"
	"strings"
	"unsafe"
)

// mode is the construct that the scanner is inside of.
type mode uint8

const (
	modeInitial   mode = iota // the bottom of the stack: `}` does not pop it
	modeDefault               // inside braces
	modeString                // inside "…"
	modeIndString             // inside ''…''
	modePath                  // after a piece of a path
	modePathSlash             // after a piece of a path that ended in a slash
)

// scanner cuts a text into tokens. Which token comes next depends only on the
// text, never on the parser, so a whole file is scanned at once.
type scanner struct {
	src    string
	pos    int
	modes  []mode
	tokens []token
	// plain is how far no path and no URI begins.
	plain int
	// wordEnd, pathEnd and schemeEnd are the ends of the runs of bytes that the
	// scanner is in: of words, of pieces of paths, and of the schemes of URIs. Each
	// run is measured once, however many tokens it is cut into.
	wordEnd, pathEnd, schemeEnd int
	// openComment is set once a comment was found that does not end: no later one does.
	openComment bool
	// pipes makes `|>` and `<|` operators.
	pipes bool
	// failed is the message of a tError token, which is always the last one.
	failed string
}

// workEvery is how many tokens or operands there are between two calls of Options.Work;
// the sizes are what each takes at most, as far as it goes on average.
const (
	workEvery = 4096
	tokenSize = 2 * int(unsafe.Sizeof(token{})) // the buffer grows
	nodeSize  = 96
)

// scan appends the tokens of a text to a buffer.
func scan(src string, buffer []token, pipes bool, work func(bytes int)) *scanner {
	s := &scanner{src: src, pipes: pipes, modes: make([]mode, 1, 16), tokens: slices.Grow(buffer, len(src)/8+8)}
	for s.next() {
		if len(s.tokens)%workEvery == 0 {
			if work != nil {
				work(workEvery * tokenSize)
			}
			if cap(s.tokens)-len(s.tokens) < workEvery {
				s.room()
			}
		}
	}
	return s
}

// room makes room for as many tokens as the rest of the text has if it is like what
// was scanned: growing step by step would leave several times as much behind.
func (s *scanner) room() {
	more := float64(len(s.tokens)) / float64(s.pos+1) * float64(len(s.src)-s.pos)
	s.tokens = slices.Grow(s.tokens, min(int(1.05*more)+64, len(s.src)-s.pos+2))
}

func (s *scanner) mode() mode  { return s.modes[len(s.modes)-1] }
func (s *scanner) push(m mode) { s.modes = append(s.modes, m) }
func (s *scanner) pop()        { s.modes = s.modes[:len(s.modes)-1] }

func (s *scanner) emit(k kind, end int, text string) bool {
	s.tokens = append(s.tokens, token{kind: k, start: uint32(s.pos), end: uint32(end), text: text})
	s.pos = end
	return true
}

func (s *scanner) fail(at int, msg string) bool {
	s.failed = msg
	s.tokens = append(s.tokens, token{kind: tError, start: uint32(at), end: uint32(len(s.src))})
	return false
}

// eof ends the scan. An error about the end of the file points behind the text.
func (s *scanner) eof() bool {
	s.tokens = append(s.tokens, token{kind: tEOF, start: uint32(len(s.src)), end: uint32(len(s.src))})
	return false
}

func (s *scanner) next() bool {
	switch s.mode() {
	case modeString:
		return s.inString()
	case modeIndString:
		return s.inIndString()
	case modePath, modePathSlash:
		return s.inPath()
	}
	return s.inDefault()
}

func (s *scanner) at(i int) byte {
	if i < len(s.src) {
		return s.src[i]
	}
	return 0
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.src[s.pos:], prefix) }

// skipBlank skips white space and comments. A comment without an end does not count as
// one.
func (s *scanner) skipBlank() {
	src, pos := s.src, s.pos
blank:
	for pos < len(src) {
		switch src[pos] {
		case ' ', '\n', '\t', '\r':
			pos++
			continue
		case '#':
			pos += endOfLine(src[pos:])
			continue
		case '/':
			if pos+1 < len(src) && src[pos+1] == '*' && !s.openComment {
				if end := strings.Index(src[pos+2:], "*/"); end >= 0 {
					pos += 2 + end + 2
					continue
				}
				s.openComment = true
			}
		}
		break blank
	}
	s.pos = pos
}

// endOfLine is the length of a text up to its first CR or LF. It looks no further
// ahead than a few times that.
func endOfLine(text string) int {
	for size := 128; ; size *= 4 {
		part := text[:min(size, len(text))]
		lf := strings.IndexByte(part, '\n')
		if lf >= 0 {
			part = part[:lf]
		}
		if cr := strings.IndexByte(part, '\r'); cr >= 0 {
			return cr
		}
		if lf >= 0 || len(part) == len(text) {
			return len(part)
		}
	}
}

// inDefault scans ordinary code: the longest match wins, and among equally
// long ones the order is name, number, path, URI.
func (s *scanner) inDefault() bool {
	s.skipBlank()
	if s.pos >= len(s.src) {
		return s.eof()
	}
	c := s.src[s.pos]
	switch firstBytes[c] {
	case single:
		return s.emit(kind(c), s.pos+1, "")
	case letter:
		rest := s.src[s.pos:]
		n := idLen(rest)
		if n < len(rest) && continuesWord[rest[n]] && s.pos >= s.plain {
			s.look()
			if s.pos >= s.plain {
				break
			}
		}
		return s.emit(keyword(rest[:n]), s.pos+n, rest[:n])
	case dot:
		if s.pos >= s.plain {
			s.look()
		}
		if next := s.at(s.pos + 1); s.pos < s.plain && next != '.' && !isDigit(next) {
			return s.emit('.', s.pos+1, "")
		}
	}
	if isPathChar(c) || c == '/' || c == '~' {
		if done, more := s.word(); done {
			return more
		}
	}
	if c == '<' {
		if n := s.searchPath(); n > 0 {
			return s.emit(tSPath, s.pos+n, s.src[s.pos+1:s.pos+n-1])
		}
	}
	return s.operator(c)
}

// What a byte may begin.
const (
	other  = iota
	single // a token of its own, always
	letter // a name, a path or a URI
	dot    // a path, a number or `.`
)

var firstBytes = func() (first [256]uint8) {
	for c := range first {
		switch {
		case isIDStart(byte(c)):
			first[c] = letter
		case strings.IndexByte("()[],;:@", byte(c)) >= 0:
			first[c] = single
		}
	}
	first['.'] = dot
	return first
}()

// continuesWord holds the bytes after a name with which it may be part of a path or a URI.
var continuesWord = [256]bool{'/': true, ':': true, '.': true, '+': true}

// look finds out whether a path or a URI may begin here or up to the next byte
// that neither can have before its slash or colon. If not, that is remembered.
func (s *scanner) look() {
	if s.wordEnd <= s.pos {
		s.wordEnd = s.runEnd(s.pos, &wordBytes)
	}
	i := s.wordEnd
	if i == len(s.src) || s.src[i] != '/' && s.src[i] != ':' {
		s.plain = i
		return
	}
	// `x: y` is the commonest colon.
	if s.src[i] == ':' && !isURIChar(s.at(i+1)) {
		s.plain = i
	}
}

// runEnd is the end of the run of such bytes that begins here.
func (s *scanner) runEnd(from int, in *[256]bool) int {
	for from < len(s.src) && in[s.src[from]] {
		from++
	}
	return from
}

// pathLen measures a path literal here, as the function of that name does.
func (s *scanner) pathLen() (path, interpolated int) {
	if s.src[s.pos] == '~' {
		return homePathLen(s.src[s.pos:])
	}
	if s.pathEnd <= s.pos {
		s.pathEnd = s.runEnd(s.pos, &pathBytes)
	}
	return pathLenAt(s.src[s.pos:], s.pathEnd-s.pos)
}

// uriLen matches [a-zA-Z][a-zA-Z0-9+.-]*:[uri characters]+
func (s *scanner) uriLen() int {
	if s.schemeEnd <= s.pos {
		s.schemeEnd = s.runEnd(s.pos, &schemeBytes)
	}
	if s.at(s.schemeEnd) != ':' {
		return 0
	}
	n := s.schemeEnd + 1
	for n < len(s.src) && isURIChar(s.src[n]) {
		n++
	}
	if n == s.schemeEnd+1 {
		return 0
	}
	return n - s.pos
}

// wordBytes are the bytes of names, and of paths before the first slash.
var wordBytes = func() (in [256]bool) {
	for c := range in {
		in[c] = isPathChar(byte(c)) || isIDChar(byte(c))
	}
	return in
}()

// word scans what may begin with a letter, a digit, or a piece of a path.
func (s *scanner) word() (done, more bool) {
	rest := s.src[s.pos:]
	best, bestKind := 0, tInvalid
	consider := func(k kind, n int) {
		if n > best {
			best, bestKind = n, k
		}
	}
	c := rest[0]
	if isIDStart(c) {
		consider(tID, idLen(rest))
	}
	if isDigit(c) {
		consider(tInt, digitsLen(rest))
	}
	if isDigit(c) || c == '.' {
		consider(tFloat, floatLen(rest))
	}
	pathN, interpolated := s.pathLen()
	if interpolated > best {
		// A piece of a path up to a slash, then `${`.
		s.push(modePathSlash)
		return true, s.emit(startKind(c), s.pos+interpolated-2, rest[:interpolated-2])
	}
	if c == '~' {
		consider(tHPath, pathN)
	} else {
		consider(tPath, pathN)
	}
	if isLetter(c) {
		consider(tURI, s.uriLen())
	}
	if best == 0 {
		return false, true
	}
	text := rest[:best]
	switch bestKind {
	case tID:
		bestKind = keyword(text)
	case tPath, tHPath:
		if text[best-1] == '/' {
			s.push(modePathSlash)
		} else {
			s.push(modePath)
		}
	}
	return true, s.emit(bestKind, s.pos+best, text)
}

func startKind(c byte) kind {
	if c == '~' {
		return tHPath
	}
	return tPath
}

// pair is an operator of two bytes.
func pair(c, next byte) kind {
	switch {
	case next == '=':
		switch c {
		case '=':
			return tEq
		case '!':
			return tNeq
		case '<':
			return tLeq
		case '>':
			return tGeq
		}
	case c == next:
		switch c {
		case '&':
			return tAnd
		case '|':
			return tOr
		case '/':
			return tUpdate
		case '+':
			return tConcat
		}
	case c == '-' && next == '>':
		return tImpl
	}
	return 0
}

func (s *scanner) operator(c byte) bool {
	if k := pair(c, s.at(s.pos+1)); k != 0 {
		return s.emit(k, s.pos+2, "")
	}
	switch {
	case c == '.' && s.has("..."):
		return s.emit(tEllipsis, s.pos+3, "...")
	case c == '<' && s.has("<|"), c == '|' && s.has("|>"):
		if s.pipes {
			k := tPipeInto
			if c == '<' {
				k = tPipeFrom
			}
			return s.emit(k, s.pos+2, "")
		}
		return s.fail(s.pos, FeatureOff("pipe-operators"))
	case c == '$' && s.has("${"):
		s.push(modeDefault)
		return s.emit(tDollarCurly, s.pos+2, "${")
	case c == '\'' && s.has("''"):
		end := s.pos + 2
		// Spaces up to a first line end are not part of the string.
		for s.at(end) == ' ' {
			end++
		}
		if s.at(end) == '\n' {
			end++
		} else {
			end = s.pos + 2
		}
		s.push(modeIndString)
		return s.emit(tIndOpen, end, "''")
	}
	switch c {
	case '"':
		s.push(modeString)
	case '{':
		s.push(modeDefault)
	case '}':
		if s.mode() != modeInitial {
			s.pop()
		}
	}
	if c >= 128 {
		return s.emit(tInvalid, s.pos+1, "")
	}
	if c == 0 {
		return s.eof()
	}
	return s.emit(kind(c), s.pos+1, "")
}

// inPath scans what follows a piece of a path: a further piece, `${`, or the end.
func (s *scanner) inPath() bool {
	rest := s.src[s.pos:]
	if s.has("${") {
		s.pop()
		s.push(modePath)
		s.push(modeDefault)
		return s.emit(tDollarCurly, s.pos+2, "${")
	}
	// The longest of a whole path, a piece that ends in a slash, and plain characters.
	chars := s.runEnd(s.pos, &pathBytes) - s.pos
	n, _ := pathLenAt(rest, chars)
	if chars < len(rest) && rest[chars] == '/' {
		n = max(n, chars+1)
	}
	n = max(n, chars)
	if n > 0 {
		s.pop()
		if rest[n-1] == '/' {
			s.push(modePathSlash)
		} else {
			s.push(modePath)
		}
		return s.emit(tStr, s.pos+n, rest[:n])
	}
	if s.mode() == modePathSlash {
		return s.fail(s.pos, "path has a trailing slash")
	}
	s.pop()
	return s.emit(tPathEnd, s.pos, "")
}

// searchPath is the length of `<…>` here, or 0.
func (s *scanner) searchPath() int {
	rest := s.src[s.pos:]
	i := 1
	for {
		start := i
		for i < len(rest) && isPathChar(rest[i]) {
			i++
		}
		if i == start || i >= len(rest) {
			return 0
		}
		if rest[i] == '>' {
			return i + 1
		}
		if rest[i] != '/' {
			return 0
		}
		i++
	}
}
