package unseen

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// composes reports whether Unicode has one character for a letter with marks.
func composes(base rune, marks string) bool {
	composed := []rune(norm.NFC.String(string(base) + marks))
	return len(composed) == 1 && !unicode.Is(unicode.M, composed[0])
}

// joining are the scripts that write with marks, and with joiners between letters.
var joining = [...]*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Mongolian, unicode.Hebrew,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
	unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar,
	unicode.Khmer, unicode.Thai, unicode.Lao, unicode.Javanese, unicode.Balinese, unicode.Ethiopic,
}

// scriptWithMarks is the script of a letter or mark, of those that write with marks.
func scriptWithMarks(r rune) *unicode.RangeTable {
	if r < 0x590 {
		return nil
	}
	for _, script := range joining {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

// sameScript reports whether a mark belongs to the script of its letter.
func sameScript(base, mark rune) bool {
	script := scriptWithMarks(base)
	switch {
	case script == nil:
		return false
	case mark >= 0x064B && mark <= 0x0655, mark == 0x0670: // vowels of Arabic and Syriac, of no script by themselves
		return script == unicode.Arabic || script == unicode.Syriac
	}
	return unicode.Is(script, mark)
}

// emoji reports whether a character can be part of an emoji; digits with a
// keycap are not joined.
func emoji(r rune) bool {
	return !Hidden(r) && emojiBlock(r)
}

func emojiBlock(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2190 && r <= 0x2BFF || r >= 0x3030 && r <= 0x3299 && unicode.Is(unicode.S, r) ||
		r == 0x3030 || r == 0x303D || r == 0xA9 || r == 0xAE || r == 0x203C || r == 0x2049 || r == 0x2122 || r == 0x2139 || r == 0x3297 || r == 0x3299
}

// RightToLeft reports whether a text has a letter of a right-to-left script, so that a
// terminal may reorder the text around it.
func RightToLeft(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		if r >= 0x590 && r <= 0x8FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFE || r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF {
			return true
		}
	}
	return false
}
