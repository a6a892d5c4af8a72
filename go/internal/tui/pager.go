package tui

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// pager scrolls through a page that is longer than the screen.
type pager struct {
	first, shown, count int
}

// press scrolls the page. It reports whether the key was one of the pager's.
func (p *pager) press(key string) bool {
	switch key {
	case "up", "k":
		p.first--
	case "down", "j":
		p.first++
	case "pgup", "b":
		p.first -= p.shown
	case "pgdown", "space", "f":
		p.first += p.shown
	case "home", "g":
		p.first = 0
	case "end", "G":
		p.first = p.count
	default:
		return false
	}
	p.clamp()
	return true
}

func (p *pager) clamp() { p.first = max(0, min(p.first, p.count-p.shown)) }

// draw returns the visible lines.
func (p *pager) draw(lines []string, height int) []string {
	p.count, p.shown = len(lines), max(1, height)
	p.clamp()
	return lines[p.first:min(len(lines), p.first+p.shown)]
}

// where describes which part is visible; empty if everything is.
func (p *pager) where() string {
	if p.count <= p.shown {
		return ""
	}
	return "lines " + strconv.Itoa(p.first+1) + "–" + strconv.Itoa(min(p.count, p.first+p.shown)) + " of " + strconv.Itoa(p.count)
}

// section is a part of a page with its own title.
type section struct {
	title string
	facts []words.Fact
}

// page lays out sections: names on the left, with texts wrapped next to them, or below
// them on a narrow screen.
func (s styles) page(sections []section, width int) []string {
	var lines []string
	for i, part := range sections {
		names := 0
		for _, f := range part.facts {
			names = min(24, max(names, ansi.StringWidth(clean(f.Name))))
		}
		if i > 0 {
			lines = append(lines, "")
		}
		if part.title != "" {
			lines = append(lines, s.title.Render(cut(part.title, width)))
		}
		for _, f := range part.facts {
			lines = append(lines, s.fact(f, names, width)...)
		}
	}
	return lines
}

func (s styles) fact(f words.Fact, names, width int) []string {
	name, text := clean(f.Name), clean(f.Text)
	indent := len(beside) + names + gap
	if width-indent < 24 {
		lines := []string{cut(beside+s.dim.Render(name), width)}
		for _, t := range wrapped(text, width-2*len(beside)) {
			lines = append(lines, beside+beside+t)
		}
		return lines
	}
	var lines []string
	for i, t := range wrapped(text, width-indent) {
		if i == 0 {
			lines = append(lines, beside+s.dim.Render(fill(name, names))+strings.Repeat(" ", gap)+t)
		} else {
			lines = append(lines, strings.Repeat(" ", indent)+t)
		}
	}
	return lines
}

func count(n int, what string) string { return words.Count(n, what) }
