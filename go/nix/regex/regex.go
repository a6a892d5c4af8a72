// Package regex matches POSIX extended regular expressions over bytes, as the
// C++ standard library that Nix uses does, which is neither the leftmost
// longest match nor the one that a backtracking search finds first (see
// machine).
//
// Expressions for which that comes to what Go's regexp does are translated to
// it. Either way the time is linear in the text.
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
	// parsed when they are first needed, if quick is not nil:
	tree        *node
	groups      int
	body        string // in Go's syntax
	alternation bool   // there is a `|`
	stepwise    bool   // Go's regexp finds other groups, or cannot take it
	// compiled when they are first needed:
	machine *machine
	whole   *regexp.Regexp // for the whole text
	start   *regexp.Regexp // for a search at the start of the text
	later   *regexp.Regexp // for one behind it, where `^` does not match
}

// Compile parses an expression. Any error but ErrTooLarge means that it is not valid.
func Compile(pattern string) (*Regexp, error) {
	if q := parseQuick(pattern); q != nil {
		return &Regexp{pattern: pattern, quick: q}, nil
	}
	re := &Regexp{pattern: pattern}
	return re, re.parse()
}

func (re *Regexp) parse() error {
	p := parser{src: re.pattern}
	tree, err := p.parse()
	if err != nil {
		return err
	}
	re.tree, re.groups, re.alternation, re.stepwise = tree, p.groups, p.alternation, p.emptyLoop
	var b strings.Builder
	if translate(&b, tree); b.Len() < 1<<20 {
		_, err = syntax.Parse(whole(b.String()), syntax.Perl)
	}
	if b.Len() >= 1<<20 || err != nil {
		re.stepwise = true
	} else {
		re.body = b.String()
	}
	if !re.stepwise {
		return nil
	}
	re.machine, err = buildMachine(tree, p.groups)
	if err == errTooManyCounters && re.body != "" {
		re.machine, re.stepwise, err = nil, false, nil
	}
	if err != nil {
		return ErrTooLarge
	}
	return nil
}

// need makes sure that the expression is parsed. Whatever is of the plain sort is valid.
func (re *Regexp) need() {
	if re.tree == nil {
		if err := re.parse(); err != nil {
			panic("regex: " + re.pattern + ": " + err.Error())
		}
	}
}

func whole(body string) string { return `\A(?:` + body + `)\z` }

// compile compiles an expression that parse has parsed.
func compile(exp **regexp.Regexp, text string) *regexp.Regexp {
	if *exp == nil {
		*exp = regexp.MustCompile(text)
	}
	return *exp
}

// Cost estimates the steps that matching a text of n bytes takes.
func (re *Regexp) Cost(n int) int {
	if re.quick != nil {
		return n * (16*len(re.pattern) + 1)
	}
	if re.machine != nil {
		return n * (len(re.machine.states) + 1)
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
	_, ok := re.Match(text, func() {})
	return ok
}

// Group is the text of a group; ok is false when it took no part in the match.
type Group struct {
	Text string
	OK   bool
}

// Match matches the whole text and returns its groups. step is called now and then.
func (re *Regexp) Match(text string, step func()) ([]Group, bool) {
	re.need()
	if re.stepwise && re.machine.fits(len(text)) {
		r := re.machine.newRun(text, step)
		if r.find(0, true) < 0 {
			return nil, false
		}
		return r.found(0), true
	}
	s := toRunes(text)
	m := compile(&re.whole, whole(re.body)).FindStringSubmatchIndex(s.text)
	if m == nil {
		return nil, false
	}
	return s.groupsOf(m, 0), true
}

func (r *run) found(pos int) []Group {
	at := r.follow(pos)
	groups := make([]Group, len(at)/2)
	for i := range groups {
		if from := at[2*i]; from >= 0 {
			groups[i] = Group{r.text[from:at[2*i+1]], true}
		}
	}
	return groups
}

// Piece is a part of a split text: what stands before a match, and the match's groups.
type Piece struct {
	Before string
	Groups []Group
}

// Split finds all matches. rest is what stands behind the last. step is called
// before each search, and now and then in one.
func (re *Regexp) Split(text string, step func()) (pieces []Piece, rest string) {
	re.need()
	if re.alternation && re.machine == nil {
		// Of alternatives the longest is taken.
		re.machine, _ = buildMachine(re.tree, re.groups)
		re.stepwise = re.stepwise || re.machine != nil
	}
	if re.machine != nil && re.machine.fits(len(text)) {
		return re.machine.split(text, step)
	}
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

func (m *machine) split(text string, step func()) (pieces []Piece, rest string) {
	r := m.newRun(text, step)
	from := 0
	for start := 0; start <= len(text); {
		r.tick()
		end := r.find(start, false)
		if end < 0 {
			start++
			continue
		}
		pieces = append(pieces, Piece{text[from:start], r.found(start)})
		from = end
		if len(r.known) > maxKnown {
			r.forget()
		}
		if end == start {
			end++
		}
		start = end
	}
	return pieces, text[from:]
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
