// Package regex matches POSIX extended regular expressions over bytes, as the
// C++ standard library that Nix uses does, which is neither the leftmost
// longest match nor the one that a backtracking search finds first (see
// machine).
//
// Expressions for which Go's regexp has the same result are translated to it. Either
// way the time is linear in the text.
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
	quick   *quick // nil if the expression is not plain
	pattern string
	// parsed when they are first needed, if quick is not nil:
	tree        *node
	groups      int
	states      int    // that a machine has or would have
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

// Go's regexp takes room for all groups in each state, and long to compile many.
const (
	maxGoStates = 4000
	maxGoRoom   = 1 << 17
)

func (re *Regexp) parse() error {
	p := parser{src: re.pattern}
	tree, err := p.parse()
	if err != nil {
		return err
	}
	re.tree, re.groups, re.alternation = tree, p.groups, p.alternation
	if re.states = tree.size(); re.states > maxProgram {
		return ErrTooLarge
	}
	if p.emptyLoop || re.states > maxGoStates || re.states*re.groups > maxGoRoom {
		re.machine, err = buildMachine(tree, p.groups)
		re.stepwise = err == nil
	}
	if re.states > maxGoStates {
		return err
	}
	if err := re.translate(); err != nil && re.machine == nil {
		if re.machine, err = buildMachine(tree, p.groups); err != nil {
			return ErrTooLarge
		}
		re.stepwise = true
	}
	return nil
}

// translate sets the body, if Go's regexp takes it.
func (re *Regexp) translate() error {
	var b strings.Builder
	translate(&b, re.tree)
	if b.Len() >= 1<<20 {
		return ErrTooLarge
	}
	if _, err := syntax.Parse(whole(b.String()), syntax.Perl); err != nil {
		return err
	}
	re.body = b.String()
	return nil
}

// Size is about how many bytes the expression takes in all, matchers included.
func (re *Regexp) Size() int {
	if re.quick != nil {
		return 8192 + 64*len(re.pattern)
	}
	return 1024 + 4*len(re.pattern) + 512*re.states
}

// need parses the expression if necessary. Any plain expression is valid.
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

// Groups is how many groups the expression has; false when that is seen only in a match.
func (re *Regexp) Groups() (n int, ok bool) {
	if re.quick == nil {
		return 0, false
	}
	return re.quick.groups, true
}

// Matches reports whether the whole text matches.
func (re *Regexp) Matches(text string, meter Meter) bool {
	if re.quick != nil {
		return re.quick.match(text, meter)
	}
	_, ok := re.Match(text, meter)
	return ok
}

// Group is the text of a group; ok is false when it took no part in the match.
type Group struct {
	Text string
	OK   bool
}

// Match matches the whole text and returns its groups.
func (re *Regexp) Match(text string, meter Meter) ([]Group, bool) {
	re.need()
	if re.stepwise && re.fits(len(text)) {
		r := re.machine.newRun(text, meter)
		if r.find(0, true) < 0 {
			return nil, false
		}
		return r.found(0), true
	}
	se := re.newSearch(text, meter)
	m := se.first(compile(&re.whole, whole(re.body)), 0, true)
	if m == nil {
		return nil, false
	}
	return se.groupsOf(m), true
}

// fits reports whether the machine can take a text of n bytes, or has to, since
// Go's regexp cannot take the expression.
func (re *Regexp) fits(n int) bool { return re.body == "" || re.machine.fits(n) }

const (
	// atOnce is the most states times bytes that a search takes which is not interrupted.
	atOnce = 1 << 20
	// bytesPerStep is how many of them are a step: a few microseconds at most.
	bytesPerStep = 1 << 8
)

// search is a search with Go's regexp.
type search struct {
	*Regexp
	text  string
	meter Meter
	ascii bool
	cost  int // steps for a byte
}

func (re *Regexp) newSearch(text string, meter Meter) *search {
	meter.Steps(len(text) / 64)
	meter.Room(4 * re.states * (1 + re.groups))
	return &search{re, text, meter, isASCII(text), 1 + re.states/64}
}

// first finds the first match from a place on: its beginning, its end and each group.
// anchored is set if the match may be restricted to the start.
func (s *search) first(exp *regexp.Regexp, from int, anchored bool) []int {
	var m []int
	if steps := (len(s.text) - from) * s.cost; steps <= atOnce && s.ascii {
		// How far it looks ahead is not known, and may be to the end each time.
		s.meter.Steps(steps / bytesPerStep)
		m = exp.FindStringSubmatchIndex(s.text[from:])
	} else {
		if prefix, _ := exp.LiteralPrefix(); !anchored && prefix != "" && isASCII(prefix) {
			// What a reader reads is not searched for a fixed beginning.
			n := strings.Index(s.text[from:], prefix)
			if n < 0 {
				return nil
			}
			s.meter.Steps(n / 64)
			from += n
		}
		m = exp.FindReaderSubmatchIndex(&reader{text: s.text[from:], meter: s.meter, cost: s.cost})
	}
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m
}

func (s *search) groupsOf(m []int) []Group {
	groups := make([]Group, len(m)/2-1)
	for i := range groups {
		if from := m[2*i+2]; from >= 0 {
			groups[i] = Group{s.text[from:m[2*i+3]], true}
		}
	}
	return groups
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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

// Split calls found for each match in turn with the text since the last one, and its
// groups. It returns the text after the last match.
func (re *Regexp) Split(text string, meter Meter, found func(before string, groups []Group)) (rest string) {
	re.need()
	if re.alternation && re.machine == nil {
		// Of alternatives the longest is taken.
		re.machine, _ = buildMachine(re.tree, re.groups)
		re.stepwise = re.stepwise || re.machine != nil
	}
	if re.machine != nil && re.fits(len(text)) {
		return re.machine.split(text, meter, found)
	}
	anchored := strings.Contains(re.body, lineStart)
	if anchored && re.later == nil {
		compile(&re.later, strings.ReplaceAll(re.body, lineStart, never))
	}
	exp := compile(&re.start, re.body)
	se := re.newSearch(text, meter)
	from := 0
	for at := 0; at <= len(text); {
		meter.Steps(4)
		if at > 0 && anchored {
			exp, anchored = re.later, false
		}
		m := se.first(exp, at, anchored)
		if m == nil {
			break
		}
		found(text[from:m[0]], se.groupsOf(m))
		from, at = m[1], m[1]
		if m[0] == m[1] {
			at++ // nothing longer begins here
		}
	}
	return text[from:]
}

func (m *machine) split(text string, meter Meter, found func(before string, groups []Group)) (rest string) {
	r := m.newRun(text, meter)
	from := 0
	for start := 0; start <= len(text); {
		r.tick()
		end := r.find(start, false)
		if end < 0 {
			start++
			continue
		}
		found(text[from:start], r.found(start))
		from = end
		if len(r.known) > maxKnown {
			r.forget()
		}
		if end == start {
			end++
		}
		start = end
	}
	return text[from:]
}
