package secret

import (
	"errors"
	"strings"
)

// JoinWords writes an argv on one line, the way SplitWords reads it: words with
// spaces or quotes are in single quotes, as in a shell. So are words that would
// read as the open end of a bound command.
func JoinWords(argv []string) string {
	words := make([]string, len(argv))
	for i, word := range argv {
		if word == "" || strings.ContainsAny(word, " \t\n'\"\\$`&|;<>()*?[]#~{}!") ||
			strings.HasSuffix(word, more) || word == "..." {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		words[i] = word
	}
	return strings.Join(words, " ")
}

// SplitWords reads an argv from one line. Spaces separate words; single quotes
// keep everything, double quotes keep all but \" and \\, and outside of quotes a
// backslash keeps the character behind it. Nothing is expanded: there is no shell.
func SplitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	within := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t':
			if within {
				words = append(words, word.String())
				word.Reset()
				within = false
			}
		case '\'', '"':
			within = true
			for i++; ; i++ {
				if i >= len(line) {
					return nil, errors.New("a quote is not closed")
				}
				if line[i] == c {
					break
				}
				if c == '"' && line[i] == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\') {
					i++
				}
				word.WriteByte(line[i])
			}
		case '\\':
			if i++; i >= len(line) {
				return nil, errors.New("a backslash at the end")
			}
			within = true
			word.WriteByte(line[i])
		default:
			within = true
			word.WriteByte(c)
		}
	}
	if within {
		words = append(words, word.String())
	}
	return words, nil
}
