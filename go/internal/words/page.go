package words

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/look"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

const (
	pageWidth = 80
	// mostItems are shown of what is not wider.
	mostItems = 12
	// mostWider are shown of what is wider, where there is a way to see the others.
	mostWider = 40
	// longestValue is how many characters of a value are shown.
	longestValue = 400
)

// Page configures how entries are shown.
type Page struct {
	// More is how to see what is left out: a flag or a command. Without it, what is
	// wider is shown whole.
	More string
	// Full shows everything.
	Full bool
	// Hosts are those that groups of hosts have on this machine.
	Hosts *manifest.Hosts
	// Paint colors the marks.
	Paint look.Paint
	// Width of lines in cells; 0 is that of a page.
	Width int
}

// leastWidth is the least width that lines are wrapped to.
const leastWidth = 24

func (p Page) width() int {
	if p.Width == 0 {
		return pageWidth
	}
	return max(p.Width, leastWidth)
}

// Text renders entries for people: by group, what is wider first and marked
// with an exclamation mark.
func Text(entries []Entry) string {
	return Page{}.Text(entries)
}

// Text renders entries. What is left out is said where it was.
func (p Page) Text(entries []Entry) string {
	var b strings.Builder
	for i, e := range entries {
		if i == 0 || entries[i-1].Group != e.Group {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s\n", e.Group)
		}
		text := p.short(e.Text)
		if len(e.Items) > 0 {
			text += ":"
		}
		paragraph(&b, p.width(), "  "+p.mark(e.Effect)+" ", "    ", diag.Escape(text, false))
		if items := p.items(e); len(items) > 0 {
			paragraph(&b, p.width(), "      ", "      ", diag.Escape(strings.Join(items, ", "), false))
		}
		for _, line := range e.Lines {
			for i, piece := range pieces(diag.Escape(line, false), p.width()-6, p.width()-8, character) {
				if i > 0 {
					piece = "  " + continued + piece
				}
				fmt.Fprintf(&b, "      %s\n", piece)
			}
		}
	}
	return b.String()
}

func (p Page) mark(e Effect) string {
	switch e {
	case Wider:
		return p.Paint.Text(look.Caution, "!")
	case Fresh:
		return p.Paint.Text(look.Added, "+")
	}
	return "-"
}

func (p Page) short(text string) string {
	if p.Full {
		return text
	}
	return diag.Shorten(text, longestValue)
}

func (p Page) items(e Entry) (out []string) {
	most := mostItems
	switch {
	case e.Effect == Wider && p.More == "", p.Full:
		most = len(e.Items)
	case e.Effect == Wider:
		most = mostWider
	}
	for i, item := range e.Items {
		if i == most && len(e.Items) > most+1 {
			more := fmt.Sprintf("and %d more", len(e.Items)-i)
			if p.More != "" {
				more += " (" + p.More + ")"
			}
			return append(out, more)
		}
		out = append(out, p.short(item))
	}
	return out
}

// continued begins a line that continues a quotation: the next character of the value
// follows it.
const continued = "│"

// paragraph wraps text: between words, and within a quotation only where it is
// longer than a line.
func paragraph(b *strings.Builder, most int, first, rest, text string) {
	indent, line, used := first, "", 0
	end := func() {
		fmt.Fprintf(b, "%s%s\n", indent, strings.TrimRight(line, " "))
		indent, line, used = rest, "", 0
	}
	for _, atom := range atoms(text) {
		width, room := ansi.StringWidth(strings.TrimRight(atom, " ")), most-len(rest)
		if used > 0 && used+width > room && (width <= room || room-used < room/2) {
			end()
		}
		if used+width > room {
			word := strings.TrimRight(atom, " ")
			for i, piece := range pieces(word, room-used, room-1, diag.Unit) {
				if i > 0 {
					end()
					piece = continued + piece
				}
				line += piece
				used += ansi.StringWidth(piece)
			}
			line, used = line+atom[len(word):], used+len(atom)-len(word)
			continue
		}
		line += atom
		used += ansi.StringWidth(atom)
	}
	end()
}

// atoms are the words of a sentence, a quotation with what adjoins it being one,
// with the spaces behind them.
func atoms(text string) []string {
	var out []string
	start, within := 0, false
	for i := range len(text) {
		switch {
		case text[i] == '`':
			within = !within
		case text[i] == ' ' && !within && (i+1 == len(text) || text[i+1] != ' '):
			out = append(out, text[start:i+1])
			start = i + 1
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// character returns the length of the first character of unquoted text.
func character(text string) int {
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// pieces cuts an atom that is longer than a line, the first piece into the room
// that is left: before a space where there is one not too far back, and else
// between two units, which are characters or their escapes.
func pieces(atom string, first, next int, unit func(string) int) []string {
	var out []string
	room := max(first, 1)
	for rest := atom; rest != ""; {
		used, at, space := 0, 0, 0
		for at < len(rest) {
			n := unit(rest[at:])
			width := ansi.StringWidth(rest[at : at+n])
			if used+width > room && at > 0 {
				break
			}
			if rest[at] == ' ' && used > room/2 {
				space = at
			}
			at, used = at+n, used+width
		}
		if at < len(rest) && space > 0 {
			at = space
		}
		out = append(out, rest[:at])
		rest, room = rest[at:], max(next, 1)
	}
	return out
}

// Wrap wraps lines of words as those of entries are.
func (p Page) Wrap(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		paragraph(&b, p.width(), "", "  ", diag.Escape(strings.TrimSuffix(line, "\n"), false))
	}
	return b.String()
}

// Passage writes a text with the numbers of its lines: a long line continues below
// itself, so that none of it can pass for anything around it.
func (p Page) Passage(text string) string {
	var b strings.Builder
	const width = 5
	room := p.width() - width - 3
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		for j, piece := range pieces(diag.Escape(line, false), room, room, character) {
			if j == 0 {
				fmt.Fprintf(&b, "%*d %s %s\n", width, i+1, continued, piece)
			} else {
				fmt.Fprintf(&b, "%*s %s%s\n", width, "", continued, piece)
			}
		}
		if line == "" {
			fmt.Fprintf(&b, "%*d %s\n", width, i+1, continued)
		}
	}
	return b.String()
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
