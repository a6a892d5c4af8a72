package grammar

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// A glob is characters and the symbols below. A value to be matched has the same
// form, so that the glob of a pattern can be matched by that of a wider one.
const (
	anyRun  rune = -1 - iota // * : any run of characters, also an empty one
	anyRune                  // ? : one character
	anyDeep                  // ** : any number of segments; a segment of its own
	bar                      // | : what is between the commands of a pipeline
)

// syntax lists the characters of a pattern that have a meaning.
type syntax struct {
	// special characters need a backslash to match themselves; no others may have one.
	special string
	// one makes ? stand for one character, bar makes | divide a pipeline, classes
	// makes [a-z] stand for one of those.
	one, bar, classes bool
}

// parse makes a glob of a part of a pattern. Stars in a row are refused.
func (s syntax) parse(text, pattern string) ([]rune, *Problem) {
	glob := make([]rune, 0, len(text))
	escaped := false
	skip := 0 // characters that were read ahead
	for i, r := range text {
		if skip > 0 {
			skip--
			continue
		}
		switch special := strings.ContainsRune(s.special, r); {
		case escaped && !special:
			return nil, problemf("pattern-escape", "pattern `%s`: a backslash before %s, which needs none", pattern, shown(r)).
				hintf("remove it; a backslash itself is two: `\\\\`")
		case escaped:
			glob = append(glob, r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			if len(glob) > 0 && glob[len(glob)-1] == anyRun {
				return nil, problemf("pattern-stars", "pattern `%s`: stars in a row have no meaning here", pattern).
					hintf("write one star; a star itself is `\\*`")
			}
			glob = append(glob, anyRun)
		case r == '[' && s.classes:
			class, size, problem := parseClass([]rune(text[i:]), pattern)
			if problem != nil {
				return nil, problem
			}
			glob = append(glob, class...)
			skip = size - 1
		case r == '?' && s.one:
			glob = append(glob, anyRune)
		case r == '|' && s.bar:
			glob = append(glob, bar)
		case special && r != ':':
			return nil, problemf("pattern-character", "pattern `%s`: %s has no meaning in this pattern", pattern, shown(r)).
				hintf("write `\\%c` for the character itself", r)
		default:
			glob = append(glob, r)
		}
	}
	if escaped {
		return nil, problemf("pattern-escape", "pattern `%s`: ends in a backslash that escapes nothing", pattern).
			hintf("remove it; a backslash itself is two: `\\\\`")
	}
	return glob, nil
}

// shown is a character in a sentence.
func shown(r rune) string {
	if r == ' ' {
		return "a space"
	}
	return diag.Quote(string(r))
}

// Escape returns the pattern that matches this text alone, where patterns have
// the wildcards of commands and paths.
func Escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`*?[]{}\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// symbols makes a value of a text. A byte that is not UTF-8 is a character of its
// own, which no pattern can hold.
func symbols(text string) []rune {
	value := make([]rune, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			r = unicode.MaxRune + 1 + rune(text[i])
		}
		value = append(value, r)
		i += size
	}
	return value
}

// matchGlob reports whether a glob matches a value. It takes at most as many steps as
// the product of their lengths. A symbol in the value matches only if all texts that it
// represents match.
func matchGlob(glob, value []rune) bool {
	g, v := 0, 0
	star, resume := -1, 0 // the last star, and where what it stands for ends
	for v < len(value) {
		switch {
		case g < len(glob) && glob[g] == anyRun:
			star, resume = g, v
			g++
		case g < len(glob) && glob[g] != anyOf && value[v] != anyOf && (glob[g] == value[v] || glob[g] == anyRune && value[v] != anyRun):
			g++
			v++
		case g < len(glob) && (glob[g] == anyOf || value[v] == anyOf) && matchOne(glob[g:], value[v:]):
			g += width(glob[g:])
			v += width(value[v:])
		case star >= 0 && value[resume] == anyOf:
			resume += width(value[resume:])
			g, v = star+1, resume
		case star >= 0:
			resume++
			g, v = star+1, resume
		default:
			return false
		}
	}
	for g < len(glob) && glob[g] == anyRun {
		g++
	}
	return g == len(glob)
}

// segmentStates runs the segments of a pattern over those of a value and returns
// which places in the pattern are reached: the last one means that it matches, any
// one that it may match with further segments. At most len(pattern)*len(value)
// segments are compared, each pair once.
func segmentStates(pattern, value [][]rune) []bool {
	now, next := make([]bool, len(pattern)+1), make([]bool, len(pattern)+1)
	now[0] = true
	skipDeep(pattern, now)
	for _, segment := range value {
		clear(next)
		deep := isDeep(segment)
		for i, part := range pattern {
			switch {
			case !now[i]:
			case isDeep(part):
				next[i] = true
			case !deep && matchGlob(part, segment):
				next[i+1] = true
			}
		}
		skipDeep(pattern, next)
		now, next = next, now
	}
	return now
}

// skipDeep adds the places after each ** that is reached: it may match nothing.
func skipDeep(pattern [][]rune, states []bool) {
	for i, part := range pattern {
		if states[i] && isDeep(part) {
			states[i+1] = true
		}
	}
}

func isDeep(segment []rune) bool { return len(segment) == 1 && segment[0] == anyDeep }

// fold maps all spellings that a case-insensitive file system treats as one name to the
// same text: upper and lowercase, composed and decomposed letters.
func fold(text []rune) []rune {
	folded := make([]rune, 0, len(text))
	for i := 0; i < len(text); i++ {
		r := text[i]
		if r == anyOf {
			end := i + width(text[i:])
			folded = append(folded, foldClass(text[i:end])...)
			i = end - 1
			continue
		}
		if r < 0x80 || r > unicode.MaxRune { // a symbol, ASCII, a byte that is not UTF-8
			if r >= 'a' && r <= 'z' {
				r -= 'a' - 'A'
			}
			folded = append(folded, r)
			continue
		}
		for _, part := range norm.NFD.String(string(lowest(r))) {
			folded = append(folded, lowest(part))
		}
	}
	return folded
}

// lowest is the first of the characters that are the same but for case.
func lowest(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

func foldAll(segments [][]rune) [][]rune {
	folded := make([][]rune, len(segments))
	for i, segment := range segments {
		folded[i] = fold(segment)
	}
	return folded
}
