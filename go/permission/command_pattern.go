package permission

import "strings"

// A command is matched as one text: its words with separator between them, and
// unknown where the shell expands something.
const (
	separator = '\x1f'
	unknown   = '\x00'
)

// commandPattern is the pattern of a rule about bash, parsed.
type commandPattern struct {
	text string
	// stages are the commands of a pipeline pattern such as `curl * | bash*`; there
	// is one for a pattern without an unescaped |.
	stages []commandGlob
}

// commandGlob is the pattern of one command. A star stands for any run of
// characters, separators included; a space for what is between two words.
type commandGlob struct {
	parts []globByte
	// program is the first word, without directories; its stars stay stars.
	program []globByte
	// exact is the first word as it is written, where it has no star.
	exact string
	// bare is parts with program in the place of the first word.
	bare []globByte
}

// globByte is a byte to match, or a star.
type globByte struct {
	b    byte
	star bool
}

// matchCommand reports whether a pattern matches a simple command, given as the
// words that the shell makes of it. A star matches any run of characters, also
// over several words; `\*` is a star itself; a space of the pattern is the end of
// a word or a space in one. Case counts.
func matchCommand(pattern string, words []string) bool {
	parsed := parseCommandGlob(pattern)
	return globMatches(parsed.parts, strings.Join(words, string(rune(separator))), true)
}

func parseCommandRule(pattern string) commandPattern {
	parsed := commandPattern{text: pattern}
	start, escaped := 0, false
	for i := range len(pattern) {
		switch {
		case escaped:
			escaped = false
		case pattern[i] == '\\':
			escaped = true
		case pattern[i] == '|':
			parsed.stages = append(parsed.stages, parseCommandGlob(strings.Trim(pattern[start:i], " ")))
			start = i + 1
		}
	}
	rest := pattern[start:]
	if start > 0 {
		rest = strings.Trim(rest, " ")
	}
	parsed.stages = append(parsed.stages, parseCommandGlob(rest))
	return parsed
}

func parseCommandGlob(pattern string) commandGlob {
	var g commandGlob
	for i := 0; i < len(pattern); i++ {
		switch b := pattern[i]; {
		case b == '*':
			if n := len(g.parts); n == 0 || !g.parts[n-1].star {
				g.parts = append(g.parts, globByte{star: true})
			}
		case b == '\\' && i+1 < len(pattern):
			i++
			g.parts = append(g.parts, globByte{b: pattern[i]})
		default:
			g.parts = append(g.parts, globByte{b: b})
		}
	}
	end, base, literal := len(g.parts), 0, true
	for i, p := range g.parts {
		if !p.star && p.b == ' ' {
			end = i
			break
		}
		if p.star {
			literal = false
		}
		if !p.star && p.b == '/' {
			base = i + 1
		}
	}
	g.program = g.parts[base:end]
	g.bare = g.parts[base:]
	if literal {
		var exact strings.Builder
		for _, p := range g.parts[:end] {
			exact.WriteByte(p.b)
		}
		g.exact = exact.String()
	}
	return g
}

// every reports whether the glob is a star alone.
func (g commandGlob) every() bool { return len(g.parts) == 1 && g.parts[0].star }

func (g commandGlob) endsInStar() bool { n := len(g.parts); return n > 0 && g.parts[n-1].star }

func (p globByte) is(b byte, spaces bool) bool {
	if p.star {
		return false
	}
	if p.b == ' ' {
		return b == separator || spaces && b == ' '
	}
	return p.b == b && b != unknown
}

// globMatches reports whether a glob matches a text for certain: what is unknown
// in the text is matched by nothing but a star. With spaces, a space also matches
// one inside a word.
func globMatches(glob []globByte, text string, spaces bool) bool {
	g, t := 0, 0
	starG, starT := -1, 0
	for t < len(text) {
		switch {
		case g < len(glob) && glob[g].star:
			starG, starT = g, t
			g++
		case g < len(glob) && glob[g].is(text[t], spaces):
			g++
			t++
		case starG >= 0:
			starT++
			g, t = starG+1, starT
		default:
			return false
		}
	}
	for g < len(glob) && glob[g].star {
		g++
	}
	return g == len(glob)
}

// maxMeeting bounds the work of globMeets; beyond it, the two count as meeting.
const maxMeeting = 1 << 20

// globMeets reports whether a glob matches a text for some value of what is
// unknown in it.
func globMeets(glob []globByte, text string) bool {
	if !strings.ContainsRune(text, unknown) {
		return globMatches(glob, text, true)
	}
	// Most patterns name another program.
	for i := 0; i < len(glob) && !glob[i].star; i++ {
		if i >= len(text) {
			return false
		}
		if text[i] == unknown {
			break
		}
		if !glob[i].is(text[i], true) {
			return false
		}
	}
	if len(glob)*len(text) > maxMeeting {
		return true
	}
	now, next := make([]bool, len(glob)+1), make([]bool, len(glob)+1)
	advance := func(states []bool) {
		for i, p := range glob {
			if p.star && states[i] {
				states[i+1] = true
			}
		}
	}
	now[0] = true
	advance(now)
	for t := range len(text) {
		clear(next)
		reached := false
		for i, on := range now {
			switch {
			case !on:
			case text[t] == unknown:
				for j := i; j < len(next); j++ {
					next[j] = true
				}
				reached = true
			case i < len(glob) && glob[i].star:
				next[i], reached = true, true
			case i < len(glob) && glob[i].is(text[t], true):
				next[i+1], reached = true, true
			}
			if on && text[t] == unknown {
				break
			}
		}
		if !reached {
			return false
		}
		now, next = next, now
		advance(now)
	}
	return now[len(glob)]
}
