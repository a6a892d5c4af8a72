package unseen

import (
	"encoding/binary"
	"unicode/utf8"
)

// Any reports whether a text has a character that [Scan] may find. It takes no
// more than a look at each byte where all is ASCII.
func Any(text []byte) bool {
	const eight, beyond = 8, 0x8080808080808080 // bytes at once, and what none of ASCII has
	for i := 0; i < len(text); {
		if i+eight <= len(text) && binary.LittleEndian.Uint64(text[i:])&beyond == 0 {
			i += eight
			continue
		}
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if suspect(r) {
			return true
		}
		i += size
	}
	return false
}
