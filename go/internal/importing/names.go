package importing

import (
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

func number(n int) string { return strconv.Itoa(n) }

var (
	others     = pattern.Lazy{Text: `[^a-z0-9]+`}
	camel      = pattern.Lazy{Text: `([a-z0-9])([A-Z])`}
	serverName = pattern.Lazy{Text: `^[A-Za-z0-9]+((-+|[._])[A-Za-z0-9]+)*$`}
	variable   = pattern.Lazy{Text: `^[A-Za-z_][A-Za-z0-9_]*$`}
	header     = pattern.Lazy{Text: `^[A-Za-z0-9][A-Za-z0-9_-]*$`}
)

// slug makes of any text a name of a profile, a skill or a workflow; empty when nothing
// is left.
func slug(text string) string { return slugOf(text, 64) }

func slugOf(text string, most int) string {
	text = strings.Trim(others.Get().ReplaceAllString(strings.ToLower(text), "-"), "-")
	return strings.Trim(text[:min(len(text), most)], "-")
}

// unique is the name, or the name with a number where it is taken; taken gets it.
func unique(name string, taken map[string]bool) string {
	free := name
	for i := 2; taken[free]; i++ {
		end := "-" + strconv.Itoa(i)
		free = strings.TrimRight(name[:min(len(name), 64-len(end))], "-") + end
	}
	taken[free] = true
	return free
}

// line is a text on one line, cut to a number of bytes.
func line(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = strings.TrimSpace(strings.ToValidUTF8(text[:most-3], "")) + "…"
	}
	return text
}

// firstLine returns the first line of Markdown with text, without its marks.
func firstLine(text string) string {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "#>*- ")); l != "" && !strings.HasPrefix(l, "```") && !strings.HasPrefix(l, "<") {
			return l
		}
	}
	return ""
}
