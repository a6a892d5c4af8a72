// Package lookalike finds in a value what looks like ASCII and is not: a name
// or a command with a letter of another script in it.
package lookalike

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:generate go run ./gentable

// Word is a word of a value that can be taken for another one.
type Word struct {
	Text string
	// Reads is the word of ASCII that it looks like; empty where it only mixes scripts.
	Reads string
	// Strange are its different characters that deceive, in order.
	Strange []rune
	// Script is set for a word that is all of another script, among words of Latin.
	Script string
}

// Find are the words of a value that can be taken for others: those in which
// every character is one of ASCII or looks like it, those that mix Latin with
// Cyrillic, Greek, or another script that looks like it, and signs that look
// like those of ASCII; and, next to words of Latin, those of such a script. A
// value of one script, and Chinese, Japanese and Korean with Latin, have none.
func Find(value string) []Word {
	if ascii(value) {
		return nil
	}
	var found []Word
	latin := strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	for word := range strings.FieldsFuncSeq(value, between) {
		if !ascii(word) {
			if w, ok := judge(word); ok {
				found = append(found, w)
			} else if script := foreign(word); latin && script != "" {
				found = append(found, Word{Text: word, Script: script})
			}
		}
	}
	return found
}

// between are the characters of ASCII that no word has.
func between(r rune) bool {
	return r < utf8.RuneSelf && !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z')
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func judge(word string) (Word, bool) {
	w := Word{Text: word}
	var reads strings.Builder
	var signs, others []rune // that look like ASCII; letters of another script
	same, latin := true, false
	add := func(list []rune, r rune) []rune {
		for _, known := range list {
			if known == r {
				return list
			}
		}
		return append(list, r)
	}
	for _, r := range word {
		switch like, ok := ASCII(r); {
		case r < utf8.RuneSelf:
			reads.WriteRune(r)
			latin = latin || r > '9'
		case ok:
			reads.WriteByte(like)
			w.Strange = add(w.Strange, r)
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
				signs = add(signs, r)
			}
			if imitates(r) {
				others = add(others, r)
			}
		default:
			same = false
			latin = latin || unicode.Is(unicode.Latin, r)
			if imitates(r) {
				others = add(others, r)
			}
		}
	}
	switch {
	case same:
		w.Reads = reads.String()
	case latin && len(others) > 0:
		w.Strange = others
	default:
		w.Strange = signs
	}
	return w, len(w.Strange) > 0
}

// foreign is the script of a word that has letters of one that imitates Latin.
func foreign(word string) string {
	for _, r := range word {
		if imitates(r) {
			for name, script := range unicode.Scripts {
				if unicode.Is(script, r) {
					return strings.ReplaceAll(name, "_", " ")
				}
			}
		}
	}
	return ""
}

// imitates reports whether a letter resembles a Latin one and belongs to a script that
// is never mixed with Latin in a word.
func imitates(r rune) bool {
	return unicode.IsLetter(r) && unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Georgian,
		unicode.Lisu, unicode.Deseret, unicode.Osage, unicode.Old_Italic, unicode.Gothic, unicode.Vai, unicode.Canadian_Aboriginal,
		unicode.Warang_Citi, unicode.Miao, unicode.Tifinagh, unicode.Hebrew, unicode.Arabic, unicode.Nko, unicode.Carian, unicode.Lycian, unicode.Lydian, unicode.Elbasan)
}

// ASCII is the character of ASCII that r looks like.
func ASCII(r rune) (like byte, ok bool) {
	low, high := 0, len(pairs)
	for low < high { // at beginnings of pairs
		middle := start(low + (high-low)/2)
		at, size := utf8.DecodeRuneInString(pairs[middle:])
		switch {
		case at == r:
			return pairs[middle+size], true
		case at < r:
			low = middle + size + 1
		default:
			high = middle
		}
	}
	return 0, false
}

// start returns the start of the pair that contains the byte at i.
func start(i int) int {
	if pairs[i] < utf8.RuneSelf { // the second of a pair
		i--
	}
	for !utf8.RuneStart(pairs[i]) {
		i--
	}
	return i
}
