package unseen

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Place is a run of hidden characters in a text.
type Place struct {
	Line   int // from 1
	Column int // from 1, in characters
	// Runes are the different characters, in the order in which they come, at
	// most [mostRunes] of them; Count is how many there are, equal or not.
	Runes []rune
	Count int
	// Reads is the text that tag characters or variation selectors spell; empty if it is
	// not readable.
	Reads string
}

const mostRunes = 4

// Scan finds the hidden characters in a text that has no use for them: tags,
// joiners and spaces of no width, bidirectional controls, variation selectors,
// fillers and noncharacters. Joiners inside of emoji and of scripts that need
// them, one variation selector after an emoji, a Han character or a letter of
// Mongolian, a soft hyphen in a word, a byte order mark in front and the flags
// that are spelled with tags are left alone. It takes time linear in the text,
// and no more than a look at each byte where all is ASCII.
func Scan(text string) []Place {
	var places []Place
	line, lineStart, runesBefore := 1, 0, 0
	before, previous := rune(0), rune(0) // the last two characters
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c == '\n' {
				line, lineStart, runesBefore = line+1, i+1, 0
			}
			before, previous = previous, rune(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if !suspect(r) {
			before, previous = previous, r
			i += size
			continue
		}
		if n := normal(before, previous, r, text[i:], i == 0); n > 0 {
			before, previous = previous, r
			i += n
			continue
		}
		p := Place{Line: line, Column: runesBefore + utf8.RuneCountInString(text[lineStart:i]) + 1}
		runesBefore, lineStart = p.Column-1, i // so that no byte is counted twice
		start := i
		for i < len(text) {
			r, size := utf8.DecodeRuneInString(text[i:])
			if !suspect(r) {
				break
			}
			p.add(r)
			before, previous = previous, r
			i += size
		}
		p.Reads = spelled(text[start:i])
		places = append(places, p)
	}
	return places
}

func (p *Place) add(r rune) {
	p.Count++
	for _, known := range p.Runes {
		if known == r {
			return
		}
	}
	if len(p.Runes) < mostRunes {
		p.Runes = append(p.Runes, r)
	}
}

// suspect are the characters that carry something past a reader.
func suspect(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r >= 0x180B && r <= 0x180F,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r == 0x3164, r == 0xFFA0,
		r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r >= 0xFFF0 && r <= 0xFFFB, r >= 0x1BCA0 && r <= 0x1BCA3, r >= 0x1D173 && r <= 0x1D17A,
		r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return noncharacter(r)
}

// Belongs is how many bytes of the hidden characters at the beginning of text are
// as they should be after the last two characters before it; zero for none.
func Belongs(before, previous rune, text string) int {
	r, _ := utf8.DecodeRuneInString(text)
	if r == 0xFEFF || !suspect(r) {
		return 0
	}
	return normal(before, previous, r, text, false)
}

// normal returns how many bytes at the beginning of text, which begins with r, are
// legitimate in their context.
func normal(before, previous, r rune, text string, first bool) int {
	size := utf8.RuneLen(r)
	next, _ := utf8.DecodeRuneInString(text[size:])
	base := previous
	if base == 0xFE0F || base >= 0x1F3FB && base <= 0x1F3FF { // an emoji with its selector or its tone of skin
		base = before
	}
	ok := false
	switch {
	case r == 0xFEFF:
		ok = first && !suspect(next)
	case r == 0xAD:
		ok = seenLetter(previous) && seenLetter(next)
	case r == 0x200D && emoji(base):
		ok = emoji(next)
	case r == 0x200C, r == 0x200D:
		ok = scriptWithMarks(previous) != nil && !Hidden(previous) && !suspect(next)
	case r == 0xFE0E, r == 0xFE0F:
		keycap := (previous >= '0' && previous <= '9' || previous == '#' || previous == '*') && next == 0x20E3
		ok = emoji(previous) && (!suspect(next) || next == 0x200D) || keycap
	case r >= 0xFE00 && r <= 0xFE02, r >= 0xE0100 && r <= 0xE01EF:
		ok = unicode.Is(unicode.Han, previous) && !suspect(next) || r == 0xFE00 && unicode.Is(unicode.Sm, previous) && !suspect(next)
	case r >= 0x180B && r <= 0x180F:
		ok = unicode.Is(unicode.Mongolian, previous) && unicode.IsLetter(previous) && !suspect(next)
	case r == 0xE0067 && previous == 0x1F3F4:
		return flag(text)
	}
	if !ok {
		return 0
	}
	return size
}

// seenLetter leaves out the fillers, which are invisible letters.
func seenLetter(r rune) bool { return unicode.IsLetter(r) && !Hidden(r) }

// flag is the length of the tags that make a black flag that of England, Scotland or Wales.
func flag(text string) int {
	for _, region := range []string{"gbeng", "gbsct", "gbwls"} {
		tags := tagged(region) + "\U000E007F"
		if rest, ok := strings.CutPrefix(text, tags); ok {
			if next, _ := utf8.DecodeRuneInString(rest); !suspect(next) {
				return len(tags)
			}
		}
	}
	return 0
}

func tagged(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(0xE0000 + c)
	}
	return b.String()
}

// mostSpelled is how much of what is spelled is shown.
const mostSpelled = 200

// spelled returns the text that a run spells: tag characters are ASCII moved up, and
// the 256 variation selectors are used as bytes.
func spelled(run string) string {
	var tags, selectors []byte
	for _, r := range run {
		switch {
		case len(tags)+len(selectors) >= mostSpelled:
		case r >= 0xE0020 && r <= 0xE007E:
			tags = append(tags, byte(r-0xE0000))
		case r >= 0xFE00 && r <= 0xFE0F:
			selectors = append(selectors, byte(r-0xFE00))
		case r >= 0xE0100 && r <= 0xE01EF:
			selectors = append(selectors, byte(r-0xE0100+16))
		}
	}
	if len(tags) > 0 {
		return string(tags)
	}
	for _, r := range string(selectors) {
		if Hidden(r) && r != '\n' && r != '\t' || r == utf8.RuneError {
			return ""
		}
	}
	return string(selectors)
}
