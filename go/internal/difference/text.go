package difference

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const (
	pageWidth = 80
	// mostItems are shown of what is not wider; what is wider is always shown whole.
	mostItems = 12
)

// Text renders entries for people: by group, what is wider first and marked
// with an exclamation mark.
func Text(entries []Entry) string {
	var b strings.Builder
	for i, e := range entries {
		if i == 0 || entries[i-1].Group != e.Group {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s\n", e.Group)
		}
		mark := "-"
		if e.Effect == Wider {
			mark = "!"
		}
		text := diag.Escape(e.Text, false)
		if len(e.Items) > 0 {
			text += ":"
		}
		paragraph(&b, "  "+mark+" ", "    ", text, " ")
		if items := shownItems(e); len(items) > 0 {
			paragraph(&b, "      ", "      ", strings.Join(items, ", "), ", ")
		}
		for _, line := range e.Lines {
			fmt.Fprintf(&b, "      %s\n", diag.Escape(line, false))
		}
	}
	return b.String()
}

func shownItems(e Entry) []string {
	var out []string
	for i, item := range e.Items {
		if i == mostItems && e.Effect != Wider && len(e.Items) > mostItems+1 {
			return append(out, fmt.Sprintf("and %d more", len(e.Items)-i))
		}
		out = append(out, diag.Escape(item, false))
	}
	return out
}

// paragraph wraps at a separator; what has none stays whole.
func paragraph(b *strings.Builder, first, rest, text, separator string) {
	indent, line := first, ""
	for _, word := range strings.SplitAfter(text, separator) {
		if line != "" && utf8.RuneCountInString(indent+strings.TrimRight(line+word, " ")) > pageWidth {
			fmt.Fprintf(b, "%s%s\n", indent, strings.TrimRight(line, " "))
			indent, line = rest, ""
		}
		line += word
	}
	fmt.Fprintf(b, "%s%s\n", indent, strings.TrimRight(line, " "))
}

// Widened is how many entries are wider.
func Widened(entries []Entry) int {
	n := 0
	for _, e := range entries {
		if e.Effect == Wider {
			n++
		}
	}
	return n
}
