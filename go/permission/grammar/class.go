package grammar

import (
	"slices"
	"unicode"
)

// A class of characters is a part of a glob that matches one of them: anyOf, the
// number of ranges, and the first and last character of each, in order and apart
// from each other. It is not a single rune, so that globs are walked by [width].
const anyOf rune = -16

// lastCharacter is the highest symbol that [symbols] produces for a character.
const lastCharacter = unicode.MaxRune + 1 + 0xff

// maxClassed is the last character that brackets may name: a range between letters of
// other scripts does not show what it contains.
const maxClassed = 0x7e

// parseClass reads a class, which begins with its bracket, and returns how many
// characters of the text it has.
func parseClass(text []rune, pattern string) (class []rune, size int, problem *Problem) {
	bad := func(format string, args ...any) ([]rune, int, *Problem) {
		inner := problemf("", format, args...)
		return nil, 0, problemf("pattern-class", "pattern `%s`: %s", pattern, inner.Message)
	}
	end := slices.Index(text, ']')
	if end < 0 {
		_, _, problem = bad("a bracket is not closed")
		return nil, 0, problem.hintf("write `\\[` for the character itself")
	}
	inner := text[1:end]
	not := len(inner) > 0 && (inner[0] == '!' || inner[0] == '^')
	if not {
		inner = inner[1:]
	}
	if len(inner) == 0 {
		_, _, problem = bad("nothing is between the brackets")
		return nil, 0, problem.hintf("write the characters, such as `[a-z]`; a bracket itself is `\\[`")
	}
	var has [maxClassed + 1]bool
	for i := 0; i < len(inner); i++ {
		first := inner[i]
		last := first
		if i+2 < len(inner) && inner[i+1] == '-' {
			last = inner[i+2]
			i += 2
		}
		for _, r := range []rune{first, last} {
			if r < ' ' || r > maxClassed || r == '/' || r == '\\' || r == '[' {
				_, _, problem = bad("brackets cannot hold %s", shown(r))
				return nil, 0, problem.hintf("write ASCII letters, digits and signs, such as `[a-z0-9_]`, or one glob for each name")
			}
		}
		if first > last {
			_, _, problem = bad("the range from %s to %s is empty", shown(first), shown(last))
			return nil, 0, problem.hintf("write the lower end first, such as `[a-z]`")
		}
		for r := first; r <= last; r++ {
			has[r] = true
		}
	}
	return classOf(&has, not), end + 1, nil
}

// classOf makes a class of the characters that are in a table, or of all others.
func classOf(has *[maxClassed + 1]bool, not bool) []rune {
	class := []rune{anyOf, 0}
	open := false
	for r := rune(0); r <= maxClassed; r++ {
		switch in := has[r] != not; {
		case in && !open:
			class = append(class, r)
		case !in && open:
			class = append(class, r-1)
		}
		open = has[r] != not
	}
	switch {
	case open && not:
		class = append(class, lastCharacter)
	case open:
		class = append(class, maxClassed)
	case not:
		class = append(class, maxClassed+1, lastCharacter)
	}
	class[1] = rune(len(class)-2) / 2
	return class
}

// width is how many runes the symbol at the beginning of a glob has.
func width(glob []rune) int {
	if glob[0] == anyOf {
		return 2 + 2*int(glob[1])
	}
	return 1
}

// matchOne reports whether a symbol matches one in a value: a character, or all that
// a symbol there stands for.
func matchOne(symbol, value []rune) bool {
	switch {
	case symbol[0] == anyRune:
		return value[0] != anyRun
	case symbol[0] != anyOf:
		return symbol[0] == value[0]
	case value[0] == anyOf:
		for i := 2; i < width(value); i += 2 {
			if !inClass(symbol, value[i], value[i+1]) {
				return false
			}
		}
		return true
	}
	return value[0] >= 0 && inClass(symbol, value[0], value[0])
}

// inClass reports whether a class has all characters of a range.
func inClass(class []rune, first, last rune) bool {
	for i := 2; i < width(class); i += 2 {
		if class[i] <= first && last <= class[i+1] {
			return true
		}
	}
	return false
}

// foldClass is a class with its lowercase letters as the uppercase ones, as [fold]
// makes them of a value.
func foldClass(class []rune) []rune {
	var has [maxClassed + 1]bool
	for r := rune(0); r <= maxClassed; r++ {
		if inClass(class, r, r) {
			folded := r
			if r >= 'a' && r <= 'z' {
				folded -= 'a' - 'A'
			}
			has[folded] = true
		}
	}
	folded := classOf(&has, false)
	if inClass(class, lastCharacter, lastCharacter) {
		folded = append(folded, maxClassed+1, lastCharacter)
		folded[1]++
	}
	return folded
}
