// Package regex matches POSIX extended regular expressions over bytes, as the
// C++ standard library that Nix uses does: the leftmost match, the longest of
// those, and the groups of the one that a backtracking search finds first.
//
// Expressions are translated to Go's regexp, which has the same rule when
// told to prefer the longest match and takes time linear in the text.
package regex

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// ErrTooLarge is returned for expressions that would need too much memory.
var ErrTooLarge = errors.New("regular expression is too large")

// Regexp is a compiled expression.
type Regexp struct {
	quick   *quick // nil for what is not of the plain sort
	pattern string
	body    string // in Go's syntax; empty until Go's regexp is needed, if quick is not nil
	// compiled when they are first needed:
	whole *regexp.Regexp // for the whole text
	start *regexp.Regexp // for a search at the start of the text
	later *regexp.Regexp // for one behind it, where `^` does not match
}

// Compile parses an expression. Any error but ErrTooLarge means that it is not valid.
func Compile(pattern string) (*Regexp, error) {
	if q := parseQuick(pattern); q != nil {
		return &Regexp{pattern: pattern, quick: q}, nil
	}
	re := &Regexp{pattern: pattern}
	return re, re.translate()
}

func (re *Regexp) translate() error {
	t := translator{src: re.pattern}
	body, err := t.translate()
	if err != nil {
		return err
	}
	if _, err := syntax.Parse(whole(body), syntax.Perl); err != nil {
		return ErrTooLarge
	}
	re.body = body
	return nil
}

// need makes sure of the body. Whatever is of the plain sort translates.
func (re *Regexp) need() {
	if re.body == "" && re.quick != nil {
		if err := re.translate(); err != nil {
			panic("regex: " + re.pattern + ": " + err.Error())
		}
	}
}

func whole(body string) string { return `\A(?:` + body + `)\z` }

// compile compiles an expression that Compile has parsed.
func compile(exp **regexp.Regexp, text string) *regexp.Regexp {
	if *exp == nil {
		*exp = regexp.MustCompile(text)
		(*exp).Longest()
	}
	return *exp
}

// lineStart and never are how `^` is translated at the start and behind it.
// The empty group makes the text of the former unique.
const (
	lineStart = `(?:\A){1}`
	never     = `[^\x00-\x{10FFFF}]`
)

// Cost estimates the steps that matching a text of n bytes takes.
func (re *Regexp) Cost(n int) int {
	if re.quick != nil {
		return n * (16*len(re.pattern) + 1)
	}
	return n * (len(re.body) + 1)
}

// Groups is how many groups the expression has; false when that is seen only in a match.
func (re *Regexp) Groups() (n int, ok bool) {
	if re.quick == nil {
		return 0, false
	}
	return re.quick.groups, true
}

// Matches reports whether the whole text matches.
func (re *Regexp) Matches(text string) bool {
	if re.quick != nil {
		return re.quick.match(text)
	}
	_, ok := re.Match(text)
	return ok
}

// Group is the text of a group; ok is false when it took no part in the match.
type Group struct {
	Text string
	OK   bool
}

// Match matches the whole text and returns its groups.
func (re *Regexp) Match(text string) ([]Group, bool) {
	re.need()
	s := toRunes(text)
	m := compile(&re.whole, whole(re.body)).FindStringSubmatchIndex(s.text)
	if m == nil {
		return nil, false
	}
	return s.groupsOf(m, 0), true
}

// Piece is a part of a split text: what stands before a match, and the match's groups.
type Piece struct {
	Before string
	Groups []Group
}

// Split finds all matches. rest is what stands behind the last. step is called
// before each search, which takes time in the length of what is left.
func (re *Regexp) Split(text string, step func()) (pieces []Piece, rest string) {
	re.need()
	s := toRunes(text)
	from, search := 0, 0
	for search <= len(s.text) {
		step()
		exp := compile(&re.start, re.body)
		if search > 0 && strings.Contains(re.body, lineStart) {
			exp = compile(&re.later, strings.ReplaceAll(re.body, lineStart, never))
		}
		m := exp.FindStringSubmatchIndex(s.text[search:])
		if m == nil {
			break
		}
		start, end := search+m[0], search+m[1]
		pieces = append(pieces, Piece{Before: s.bytes(from, start), Groups: s.groupsOf(m, search)})
		from, search = end, end
		if start == end {
			// Nothing longer begins here, so the next search starts one byte on.
			_, n := utf8.DecodeRuneInString(s.text[end:])
			search = end + max(n, 1)
		}
	}
	return pieces, s.bytes(from, len(s.text))
}

// runes is a text in which each byte is a rune of its own.
type runes struct {
	text string
	wide bool // the text had bytes that are not ASCII
}

func toRunes(s string) runes {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return runes{widen(s), true}
		}
	}
	return runes{text: s}
}

func widen(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	for i := 0; i < len(s); i++ {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// bytes is a part of the text as it was.
func (r runes) bytes(from, to int) string {
	s := r.text[from:to]
	if !r.wide {
		return s
	}
	out := make([]byte, 0, len(s))
	for _, c := range s {
		out = append(out, byte(c))
	}
	return string(out)
}

func (r runes) groupsOf(m []int, offset int) []Group {
	groups := make([]Group, len(m)/2-1)
	for i := range groups {
		if from := m[2*i+2]; from >= 0 {
			groups[i] = Group{r.bytes(offset+from, offset+m[2*i+3]), true}
		}
	}
	return groups
}
