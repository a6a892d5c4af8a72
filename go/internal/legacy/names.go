package legacy

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// profileName makes the name of a profile of any text; empty when nothing is left.
func profileName(text string) string { return trimmed(text, "-", 64) }

// secretName makes the name of a secret of any text.
func secretName(text string) string {
	var segments []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '/' || r == ':' }) {
		if s = trimmed(s, "-", 63); s != "" {
			segments = append(segments, s)
		}
	}
	if len(segments) > 8 {
		return ""
	}
	return strings.Join(segments, ".")
}

var others = pattern.Lazy{Text: `[^a-z0-9]+`}

func trimmed(text, by string, most int) string {
	text = strings.Trim(others.Get().ReplaceAllString(strings.ToLower(text), by), by)
	return strings.Trim(text[:min(len(text), most)], by)
}

var plainWord = pattern.Lazy{Text: `^[A-Za-z0-9_./:@%+=,-]+$`}

// shellWord writes a word so that it can be pasted into a shell.
func shellWord(word string) string {
	if plainWord.Get().MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
