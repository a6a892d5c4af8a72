package schemagen

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/unseen"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// foreignTools is the table of the names that other programs give their tools,
// for the Nix library.
func foreignTools() []byte { return indented(grammar.ForeignTools()) }

// hiddenCharacters is the table by which the Nix library knows what package unseen
// hides beyond ASCII: the characters from which on what follows is hidden, and
// then is not, in turn. UTF-8 orders characters as their numbers do.
func hiddenCharacters() []byte {
	var b bytes.Buffer
	hidden, column := false, 0
	for r := rune(utf8.RuneSelf); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || unseen.Hidden(r) == hidden {
			continue
		}
		hidden = !hidden
		switch {
		case b.Len() == 0:
			b.WriteString("[\n  ")
		case column == 8:
			b.WriteString(",\n  ")
			column = 0
		default:
			b.WriteString(", ")
		}
		column++
		b.WriteString(escapedJSON(r))
	}
	b.WriteString("\n]\n")
	return b.Bytes()
}

// escapedJSON is a character as a string of JSON, in ASCII.
func escapedJSON(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`"\u%04x"`, r)
	}
	r -= 0x10000
	return fmt.Sprintf(`"\u%04x\u%04x"`, 0xD800+r>>10, 0xDC00+r&0x3FF)
}
