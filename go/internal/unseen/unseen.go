// Package unseen recognizes characters that a reader does not see: those that are
// invisible or blank, reorder the text around them, or are not characters.
//
// [Hidden] decides for one character; all printed text is checked with it. [Scan] finds
// suspicious characters in a text for a model, and ignores those that an emoji or a
// script needs.
package unseen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/runenames"
)

// Hidden reports whether a character is invisible, or cannot be distinguished from
// another by its position: controls, line and paragraph separators, spaces other than
// U+0020, blanks, format and bidirectional characters, variation selectors, tags,
// private use, noncharacters and unassigned code points. Combining marks depend on more
// than one character; see [Marks].
func Hidden(r rune) bool {
	switch {
	case r < 0x20:
		return true
	case r < 0x7f:
		return false
	case blank(r):
		return true
	}
	return !unicode.IsGraphic(r) || r != ' ' && unicode.Is(unicode.Zs, r) ||
		unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// blank reports whether a character has an empty glyph; no Unicode property covers
// these.
func blank(r rune) bool {
	switch r {
	case 0x2800, // BRAILLE PATTERN BLANK
		0x1D159,          // MUSICAL SYMBOL NULL NOTEHEAD
		0x16FE4,          // KHITAN SMALL SCRIPT FILLER
		0x1DA7F, 0x1DA80, // SIGNWRITING, for a location without a sign
		0xFFFC, // OBJECT REPLACEMENT CHARACTER
		0x303F: // IDEOGRAPHIC HALF FILL SPACE
		return true
	}
	return false
}

// Name is the Unicode name of a character; what has none is described.
func Name(r rune) string {
	switch {
	case r == '\t':
		return "TAB"
	case r == '\n':
		return "LINE FEED"
	case r == '\r':
		return "CARRIAGE RETURN"
	case r == 0x1b:
		return "ESCAPE"
	case noncharacter(r):
		return "NONCHARACTER"
	}
	name := runenames.Name(r)
	switch {
	case unicode.Is(unicode.Co, r):
		return "PRIVATE USE"
	case name == "":
		return "UNASSIGNED"
	}
	return strings.ToUpper(strings.Trim(name, "<>")) // <control>, <CJK Ideograph>
}

func noncharacter(r rune) bool { return r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE }

// Marks returns how many combining characters s begins with, where before is the
// character in front of it, and whether they are readable. They are not if they have no
// base character, pile up, or strike through or surround it. In prose, letters may have
// two marks for which Unicode has no precomposed character, as some languages write
// them.
func Marks(before rune, s string, prose bool) (count int, readable bool) {
	const most = 3 // of a script's own marks; syllables of India take as many
	onto := before > ' ' && unicode.IsGraphic(before) && !Hidden(before)
	native, accents, size := onto, onto && prose && unicode.IsLetter(before), 0
	for _, r := range s {
		if !unicode.Is(unicode.M, r) || Hidden(r) {
			break
		}
		count++
		size += utf8.RuneLen(r)
		native = native && count <= most && sameScript(before, r)
		accents = accents && count <= 2 && accent(r)
	}
	if keycap := prose && before == 0xFE0F && strings.HasPrefix(s, "\u20E3"); keycap {
		return 1, true
	}
	return count, count == 0 || native || accents || onto && composes(before, s[:size])
}

// accent reports whether a mark is placed above or below its letter.
func accent(r rune) bool { return r >= 0x300 && r <= 0x333 || r == 0x3099 || r == 0x309A }
