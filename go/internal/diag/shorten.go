package diag

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
)

// Shorten cuts the long quotations of a sentence in their middle, and shows there how
// many characters are left out: `first\{1200 left out}last`. most is how many
// characters of a quotation are shown.
func Shorten(sentence string, most int) string {
	if utf8.RuneCountInString(sentence) <= most {
		return sentence
	}
	parts := strings.Split(keyform.Mask(sentence), "`")
	for i := 1; i < len(parts); i += 2 {
		var units []string
		for rest := parts[i]; rest != ""; {
			n := Unit(rest)
			units, rest = append(units, rest[:n]), rest[n:]
		}
		if len(units) <= most {
			continue
		}
		first := most * 3 / 4
		last := most - first
		parts[i] = strings.Join(units[:first], "") + fmt.Sprintf(`\{%d left out}`, len(units)-most) + strings.Join(units[len(units)-last:], "")
	}
	return strings.Join(parts, "`")
}

// Unit returns the length of the first character, or of its escape, in the text of a
// quotation.
func Unit(quoted string) int {
	if !strings.HasPrefix(quoted, `\`) || len(quoted) == 1 {
		_, size := utf8.DecodeRuneInString(quoted)
		return size
	}
	switch quoted[1] {
	case '{', 'u':
		const longest = 32 // what Quote and Shorten write is shorter
		if end := strings.IndexByte(quoted[:min(longest, len(quoted))], '}'); end > 0 {
			return end + 1
		}
	case 'x':
		return min(4, len(quoted))
	}
	return 2
}
