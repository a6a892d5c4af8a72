package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// Escape makes text from outside safe to print on a terminal. It must be the last step:
// characters that are invisible, reorder text or are invalid become visible escapes.
// Characters that an emoji or a script needs stay, and so does the output of [Quote].
// Tabs become spaces; newlines stay if keepNewlines is set. Text that must not look
// like several columns, or like part of the sentence around it, goes through [Cell] or
// [Quote] first.
func Escape(s string, keepNewlines bool) string {
	if !needsEscape(s, keepNewlines) {
		return s
	}
	var b strings.Builder
	before, previous := rune(0), rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		first, marks, readable := size, 0, true
		if unicode.Is(unicode.M, r) {
			marks, readable = unseen.Marks(previous, s[i:], true)
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n' && keepNewlines:
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case marks > 0:
			for _, mark := range s[i:] {
				if marks--; marks < 0 {
					break
				}
				size += utf8.RuneLen(mark)
				if readable {
					b.WriteRune(mark)
				} else {
					escapeRune(&b, mark)
					r = '}' // a mark that follows must not combine with it
				}
			}
			size -= first
		case unseen.Hidden(r):
			if n := unseen.Belongs(before, previous, s[i:]); n > 0 {
				b.WriteString(s[i : i+n])
				size = n
			} else {
				escapeRune(&b, r)
				r = '}'
			}
		default:
			b.WriteRune(r)
		}
		before, previous = previous, r
		i += size
	}
	return b.String()
}

func needsEscape(s string, keepNewlines bool) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c == 0x7f || c < 0x20 && (c != '\n' || !keepNewlines) {
			return true
		}
	}
	return false
}

// escapeRune writes a character by its number, or by the name that it has in Go.
func escapeRune(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x20 || r == 0x7f:
		fmt.Fprintf(b, `\x%02x`, r)
	default:
		fmt.Fprintf(b, `\u{%04x}`, r)
	}
}
