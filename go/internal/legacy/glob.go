package legacy

import (
	"slices"
	"strings"
)

// A glob matches a whole text: * any run of characters, ? any one, [a-z] one of a
// class, [!a-z] one of none. Everything else matches itself.
type glob []part

type part struct {
	kind   partKind
	char   rune
	ranges []rune // pairs of ends, for a class
	not    bool
}

type partKind int

const (
	exactly partKind = iota
	anyOne
	anyRun
	class
)

// between parts a tool from the argument of its call; no glob matches it.
const between = '\x1f'

func parseGlob(pattern string) glob {
	var g glob
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; c {
		case '*':
			if len(g) == 0 || g[len(g)-1].kind != anyRun {
				g = append(g, part{kind: anyRun})
			}
		case '?':
			g = append(g, part{kind: anyOne})
		case '[':
			if p, end := parseClass(runes, i); end > 0 {
				g = append(g, p)
				i = end
				continue
			}
			g = append(g, part{char: c})
		default:
			g = append(g, part{char: c})
		}
	}
	return g
}

// parseClass reads a class from its bracket on; end is 0 when it has no end.
func parseClass(runes []rune, at int) (p part, end int) {
	p.kind = class
	i := at + 1
	if i < len(runes) && (runes[i] == '!' || runes[i] == '^') {
		p.not = true
		i++
	}
	for first := true; i < len(runes); first = false {
		c := runes[i]
		switch {
		case c == ']' && !first:
			return p, i
		case i+2 < len(runes) && runes[i+1] == '-' && runes[i+2] != ']':
			p.ranges = append(p.ranges, c, runes[i+2])
			i += 3
		default:
			p.ranges = append(p.ranges, c, c)
			i++
		}
	}
	return p, 0
}

func (p part) matches(c rune) bool {
	if c == between {
		return p.kind == exactly && p.char == between
	}
	switch p.kind {
	case exactly:
		return p.char == c
	case class:
		in := false
		for i := 0; i < len(p.ranges); i += 2 {
			in = in || p.ranges[i] <= c && c <= p.ranges[i+1]
		}
		return in != p.not
	}
	return true
}

// positions are the places in a glob that a text may have reached, in order.
type positions []int

func (g glob) start() positions { return g.spread(positions{0}) }

// spread adds the positions that a run can reach by matching nothing.
func (g glob) spread(at positions) positions {
	for i := 0; i < len(at); i++ {
		if p := at[i]; p < len(g) && g[p].kind == anyRun && !slices.Contains(at, p+1) {
			at = append(at, p+1)
		}
	}
	slices.Sort(at)
	return at
}

func (g glob) step(at positions, c rune) positions {
	var next positions
	add := func(p int) {
		if !slices.Contains(next, p) {
			next = append(next, p)
		}
	}
	for _, p := range at {
		if p < len(g) && g[p].matches(c) {
			if g[p].kind == anyRun {
				add(p)
			} else {
				add(p + 1)
			}
		}
	}
	return g.spread(next)
}

func (g glob) accepts(at positions) bool { return slices.Contains(at, len(g)) }

// searcher looks for texts within a budget of states, which one list of real
// rules uses little of.
type searcher struct{ budget int }

// mostStates bounds one search.
const mostStates = 20000

// search finds the shortest text that every glob of `in` matches and none of
// `out` does. sure is false when the search was given up.
func (s *searcher) search(in, out []glob) (found string, ok, sure bool) {
	type state struct {
		at   []positions
		text string
	}
	globs := slices.Concat(in, out)
	start := state{}
	for _, g := range globs {
		start.at = append(start.at, g.start())
	}
	letters := alphabet(globs)
	seen := map[string]bool{key(start.at): true}
	queue := []state{start}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		all := true
		for i, g := range globs {
			all = all && g.accepts(from.at[i]) == (i < len(in))
		}
		if all {
			return from.text, true, true
		}
		for _, c := range letters {
			next := state{text: from.text + string(c)}
			dead := false
			for i, g := range globs {
				at := g.step(from.at[i], c)
				dead = dead || i < len(in) && len(at) == 0
				next.at = append(next.at, at)
			}
			if k := key(next.at); !dead && !seen[k] {
				if len(seen) == mostStates || s.budget <= 0 {
					return "", false, false
				}
				s.budget--
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
	return "", false, true
}

func key(at []positions) string {
	var b strings.Builder
	for _, list := range at {
		for _, p := range list {
			b.WriteRune(rune(p + 1))
		}
		b.WriteByte(0)
	}
	return b.String()
}

// alphabet has a character for each set of characters that the globs do not
// distinguish.
func alphabet(globs []glob) []rune {
	var out []rune
	add := func(c rune) {
		if c > ' ' && c != 0x7f && !slices.Contains(out, c) || c == between && !slices.Contains(out, c) || c == ' ' && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, g := range globs {
		for _, p := range g {
			if p.kind == exactly {
				add(p.char)
			}
			for i := 0; i < len(p.ranges); i += 2 {
				add(p.ranges[i])
				add(p.ranges[i+1])
				add(p.ranges[i] - 1)
				add(p.ranges[i+1] + 1)
			}
		}
	}
	for _, other := range "xyzabcdefghijklmnopqrstuvwXYZABC0123456789_ő" { // one that none of them names
		if !slices.Contains(out, other) {
			out = append(out, other)
			break
		}
	}
	slices.SortStableFunc(out, func(a, b rune) int { return weight(a) - weight(b) })
	return out
}

// weight prefers letters, so that the text found reads well.
func weight(c rune) int {
	switch {
	case c >= 'a' && c <= 'z':
		return 0
	case c == ' ', c == '-', c == '/', c == '.':
		return 1
	}
	return 2
}
