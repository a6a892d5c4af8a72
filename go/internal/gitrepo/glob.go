package gitrepo

import "strings"

// glob is a pattern of .gitignore or .gitattributes with slashes in it, split
// into its steps. Git's wildmatch tries all ways in which stars can match; taken
// step by step the first way is as good as any, so that matching takes no more
// than the product of the lengths.
type glob struct {
	steps []string // anyDirs for `**`
	never bool     // the pattern matches nothing
}

const anyDirs = "**"

// parseGlob splits a pattern at its slashes, but for those in brackets.
func parseGlob(pattern string, fold bool) glob {
	var g glob
	step := func(text string) {
		if len(text) >= 2 && strings.Trim(text, "*") == "" {
			if n := len(g.steps); n == 0 || g.steps[n-1] != anyDirs {
				g.steps = append(g.steps, anyDirs)
			}
			return
		}
		g.steps = append(g.steps, text)
	}
	from := 0
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			if i+1 < len(pattern) && pattern[i+1] == '/' {
				step(pattern[from:i])
				from = i + 2
			}
			i++
		case '[':
			if _, end, ok := bracket(pattern, i, 0, fold); ok {
				i = end - 1
			} else {
				g.never = true // an open bracket
				return g
			}
		case '/':
			step(pattern[from:i])
			from = i + 1
		}
	}
	step(pattern[from:])
	return g
}

// match compares with a path, step by step. It takes from budget what it does,
// and gives up with false when that is below zero.
func (g *glob) match(path string, fold bool, budget *int) bool {
	if g.never {
		return false
	}
	steps, rest, more := g.steps, path, true
	var retrySteps []string // after the last `**`
	var retryRest string
	retry := false
	for *budget >= 0 {
		*budget--
		switch {
		case len(steps) == 0:
			if !more {
				return true
			}
		case steps[0] == anyDirs:
			if len(steps) == 1 { // everything below
				return more
			}
			steps = steps[1:]
			retrySteps, retryRest, retry = steps, rest, more
			continue
		case more:
			step, after, found := strings.Cut(rest, "/")
			if matchStep(steps[0], step, fold, budget) {
				steps, rest, more = steps[1:], after, found
				continue
			}
		}
		if !retry {
			return false
		}
		// One more directory for the last `**`.
		_, retryRest, retry = strings.Cut(retryRest, "/")
		if !retry {
			return false
		}
		steps, rest, more = retrySteps, retryRest, true
	}
	return false
}

// matchStep matches one step of a path; the pattern has no slash but in brackets.
func matchStep(pattern, name string, fold bool, budget *int) bool {
	p, n := 0, 0
	star, starName := -1, 0
	for *budget >= 0 {
		*budget--
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, starName = p, n
			continue
		}
		if n == len(name) && p == len(pattern) {
			return true
		}
		if n < len(name) && p < len(pattern) {
			if next, ok := matchByte(pattern, p, name[n], fold); ok {
				p, n = next, n+1
				continue
			}
		}
		if star < 0 || starName >= len(name) {
			return false
		}
		starName++
		p, n = star, starName
	}
	return false
}

// matchByte matches one byte and returns where the pattern continues.
func matchByte(pattern string, p int, c byte, fold bool) (next int, ok bool) {
	switch pattern[p] {
	case '?':
		return p + 1, true
	case '[':
		in, end, ok := bracket(pattern, p, c, fold)
		return end, ok && in
	case '\\':
		if p+1 == len(pattern) {
			return p, false
		}
		p++
	}
	return p + 1, equalByte(pattern[p], c, fold)
}

func equalByte(a, b byte, fold bool) bool { return a == b || fold && lower(a) == lower(b) }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// bracket reads the bracket expression at p: whether c is in it, and where it
// ends; ok is false where it does not end.
func bracket(pattern string, p int, c byte, fold bool) (in bool, end int, ok bool) {
	if fold {
		c = lower(c)
	}
	i := p + 1
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	previous, ranged := byte(0), false // what a range could begin with
	for first := true; ; first = false {
		if i >= len(pattern) {
			return false, 0, false
		}
		ch := pattern[i]
		switch {
		case ch == ']' && !first:
			return in != negated, i + 1, true
		case ch == '\\':
			i++
			if i >= len(pattern) {
				return false, 0, false
			}
			in = in || pattern[i] == c
			previous, ranged = pattern[i], true
		case ch == '-' && ranged && i+1 < len(pattern) && pattern[i+1] != ']':
			i++
			last := pattern[i]
			if last == '\\' {
				i++
				if i >= len(pattern) {
					return false, 0, false
				}
				last = pattern[i]
			}
			in = in || c >= previous && c <= last || fold && upper(c) >= previous && upper(c) <= last
			ranged = false
		case ch == '[' && i+1 < len(pattern) && pattern[i+1] == ':':
			length := strings.IndexByte(pattern[i+2:], ']')
			if length < 0 {
				return false, 0, false
			}
			name := pattern[i+2 : i+2+length]
			if !strings.HasSuffix(name, ":") { // no class, but a plain bracket
				in = in || c == '['
				previous, ranged = '[', true
				break
			}
			member, known := class(strings.TrimSuffix(name, ":"), c, fold)
			if !known {
				return false, 0, false
			}
			in = in || member
			i += 2 + length
			ranged = false
		default:
			in = in || ch == c
			previous, ranged = ch, true
		}
		i++
	}
}

// class is a POSIX class of characters, in ASCII.
func class(name string, c byte, fold bool) (member, known bool) {
	isUpper, isLower, digit := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9'
	graph := c > ' ' && c < 0x7f
	switch name {
	case "alnum":
		return isUpper || isLower || digit, true
	case "alpha":
		return isUpper || isLower, true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return isLower, true
	case "print":
		return graph || c == ' ', true
	case "punct":
		return graph && !isUpper && !isLower && !digit, true
	case "space":
		return c == ' ' || c >= '\t' && c <= '\r', true
	case "upper":
		return isUpper || fold && isLower, true
	case "xdigit":
		return digit || c|0x20 >= 'a' && c|0x20 <= 'f', true
	}
	return false, false
}
