package diag

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/lookalike"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// Quote puts a value into a sentence, between backticks, so that it cannot pass
// for the sentence: a command, a pattern, a path, a name. Between the backticks
// there is no backtick, nothing that cannot be seen and no line break, and a
// backslash begins an escape:
//
//	\\          a backslash
//	\n \r \t    a line break, a return, a tab
//	\x1b \xff   a control character, a byte that is not UTF-8
//	\u{3164}    a character that cannot be seen, and the backtick
//	\{space}    a space in front or at the end
//	\{300×space} \{60×U+3164}  so many in a row
//
// Different values are quoted differently. After the quotation come remarks about
// characters that look like others, as in (not `git`: U+0456 CYRILLIC …), or that
// belong to a different script than the rest.
func Quote(value string) string {
	if plainValue(value) {
		return "`" + value + "`"
	}
	return "`" + inside(value) + "`" + remarks(value)
}

// QuoteProse quotes a text for people: of any language, so that no letter is remarked on.
func QuoteProse(text string) string { return "`" + inside(text) + "`" }

// Name formats a name or a path on its own: as it is if it is plain and has no spaces,
// otherwise quoted.
func Name(value string) string {
	if value != "" && plainValue(value) && !strings.Contains(value, " ") {
		return value
	}
	return Quote(value)
}

// QuoteAll quotes each of several values.
func QuoteAll(values []string) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = Quote(value)
	}
	return out
}

// Cell makes a value fit for a cell of a table or for a line of its own: on one
// line, with what cannot be seen escaped and several spaces in a row counted.
// It is not delimited, and a backslash of its own stays as it is.
func Cell(value string) string {
	value = strings.Trim(value, " ")
	if plainValue(value) {
		return value
	}
	return escaped(value, false)
}

// plainValue reports whether a value is quoted as it is: most are.
func plainValue(s string) bool {
	if s == "" {
		return true
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '`' || c == '\\' || c == ' ' && s[i-1] == ' ' {
			return false
		}
	}
	return true
}

func inside(s string) string {
	if plainValue(s) {
		return s
	}
	return escaped(s, true)
}

// A few line breaks or invisible characters are written one by one.
const fewAlike = 3

func escaped(s string, delimited bool) string {
	var b strings.Builder
	previous := rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
			i, previous = i+1, 0
			continue
		}
		if unicode.Is(unicode.M, r) && !unseen.Hidden(r) {
			count, readable := unseen.Marks(previous, s[i:], !delimited)
			for range count {
				mark, size := utf8.DecodeRuneInString(s[i:])
				if readable {
					b.WriteRune(mark)
				} else {
					escapeRune(&b, mark)
				}
				i, previous = i+size, mark
			}
			continue
		}
		alike := 1 // only of what is counted: the run is then passed as a whole
		if r == ' ' || unseen.Hidden(r) {
			for strings.HasPrefix(s[i+alike*size:], s[i:i+size]) {
				alike++
			}
		}
		switch {
		case r == ' ' && alike == 1 && i > 0 && i+1 < len(s):
			b.WriteByte(' ')
		case r == ' ' && alike == 1:
			b.WriteString(`\{space}`)
		case r == ' ':
			b.WriteString(`\{` + strconv.Itoa(alike) + `×space}`)
			i += (alike - 1) * size
		case delimited && r == '\\':
			b.WriteString(`\\`)
		case delimited && r == '`':
			b.WriteString(`\u{60}`)
		case !unseen.Hidden(r):
			b.WriteRune(r)
		case alike > fewAlike:
			fmt.Fprintf(&b, `\{%d×%U}`, alike, r)
			i += (alike - 1) * size
		default:
			escapeRune(&b, r)
		}
		i, previous = i+size, r
		if unseen.Hidden(r) {
			previous = '}' // a mark must not combine with an escape
		}
	}
	return b.String()
}

const (
	mostRemarks = 2 // words of a value that are remarked on
	mostStrange = 2 // characters of a word that are named
)

// remarks describe the parts of a value that look like something else.
func remarks(value string) string {
	var out []string
	words := lookalike.Find(value)
	for i, word := range words {
		if i == mostRemarks {
			out = append(out, fmt.Sprintf("and %d more words", len(words)-i))
			break
		}
		if word.Script != "" {
			out = append(out, "`"+inside(word.Text)+"` is "+word.Script)
			continue
		}
		what := ""
		if word.Text != value {
			what = "`" + inside(word.Text) + "` is "
		}
		if word.Reads != "" {
			what += "not `" + inside(word.Reads) + "`: "
		} else {
			what += "not only Latin: "
		}
		for i, r := range word.Strange {
			if i == mostStrange {
				what += fmt.Sprintf(" and %d more", len(word.Strange)-i)
				break
			}
			if i > 0 {
				what += ", "
			}
			what += Character(r)
		}
		out = append(out, what)
	}
	if unseen.RightToLeft(value) {
		out = append(out, "has letters written from right to left")
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, "; ") + ")"
}

// Character names a character: U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I.
func Character(r rune) string { return fmt.Sprintf("%U %s", r, unseen.Name(r)) }

// Sprintf is fmt.Sprintf for sentences: a value that the format puts between backticks
// is quoted as [Quote] does, and one among other words there is escaped in the same
// way.
func Sprintf(format string, args ...any) string {
	if !strings.Contains(format, "`") || len(args) == 0 {
		return fmt.Sprintf(format, args...)
	}
	var b strings.Builder
	given := append([]any(nil), args...)
	within, next := false, 0
	for i := 0; i < len(format); i++ {
		c := format[i]
		switch {
		case c == '`':
			within = !within
		case c != '%':
		case i+1 < len(format) && format[i+1] == '%':
			b.WriteByte('%')
			i++
		default:
			end := i + 1
			for end < len(format) && strings.IndexByte("+-# 0123456789.", format[end]) >= 0 {
				end++
			}
			if end == len(format) || next >= len(given) {
				break
			}
			text := within && end == i+1 && (format[end] == 's' || format[end] == 'v')
			if text && format[i-1] == '`' && end+1 < len(format) && format[end+1] == '`' {
				// The backtick before is written already.
				quoted := Quote(fmt.Sprint(given[next]))
				given[next] = strings.TrimPrefix(quoted, "`")
				b.WriteString(format[i : end+1])
				i, within, next = end+1, false, next+1
				continue
			}
			if text {
				given[next] = inside(fmt.Sprint(given[next]))
			}
			b.WriteString(format[i : end+1])
			i, next = end, next+1
			continue
		}
		b.WriteByte(format[i])
	}
	return fmt.Sprintf(b.String(), given...)
}
