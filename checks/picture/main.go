// Command picture draws a captured screen of a terminal as SVG:
//
//	tmux capture-pane -e -p | go run ./checks/picture -title "insomnia pod list" >docs/pictures/list.svg
//
// Standard input has the lines of the screen with sequences for colors, as tmux prints
// them. Empty lines at the end are left out. The same screen gives the same bytes.
package main

import (
	"flag"
	"fmt"
	"html"
	"io"
	"log"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Sizes in pixels, of a font that is 14 pixels high.
const (
	cellWidth, cellHeight = 8.4, 19.0
	margin, bar           = 16.0, 30.0
)

const (
	foreground = "#d8dee9"
	background = "#1e222a"
)

// palette has the 16 colors of a terminal.
var palette = [16]string{
	"#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9",
	"#7f8795", "#ff7b86", "#b5e08f", "#ffd78a", "#85c7ff", "#e39bf7", "#7fd6e0", "#ffffff",
}

func main() {
	title := flag.String("title", "", "text of the title bar")
	columns := flag.Int("columns", 100, "width of the screen")
	flag.Parse()
	screen, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(draw(string(screen), *title, *columns)); err != nil {
		log.Fatal(err)
	}
}

// look is how a cell is shown; "" is the color of the terminal.
type look struct {
	fore, back                                string
	bold, faint, italic, underlined, reversed bool
}

// draw returns the picture of a screen.
func draw(screen, title string, columns int) string {
	lines := strings.Split(strings.TrimRight(screen, " \n"), "\n")
	width, height := 2*margin+cellWidth*float64(columns), bar+margin+cellHeight*float64(len(lines))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label=%q>`+"\n",
		width, height, width, height, html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	for i, color := range []string{"#ff5f56", "#ffbd2e", "#27c93f"} {
		fmt.Fprintf(&b, `<circle cx="%.0f" cy="15" r="5" fill="%s"/>`+"\n", margin+4+float64(i)*17, color)
	}
	fmt.Fprintf(&b, `<text x="%.0f" y="19" fill="#7f8795" font-family="sans-serif" font-size="12" text-anchor="middle">%s</text>`+"\n",
		width/2, html.EscapeString(title))
	b.WriteString(`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">` + "\n")
	var now look
	for i, line := range lines {
		now = row(&b, line, bar+cellHeight*float64(i), now)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// row draws a line whose upper edge is at top, and returns the look that the next one
// begins with.
func row(b *strings.Builder, line string, top float64, now look) look {
	var run strings.Builder
	column, begun, cells := 0, 0, 0
	flush := func() {
		if cells > 0 {
			now.draw(b, run.String(), margin+cellWidth*float64(begun), top, cellWidth*float64(cells))
		}
		run.Reset()
		column, begun, cells = column+cells, column+cells, 0
	}
	p := ansi.NewParser()
	var state byte
	for len(line) > 0 {
		text, width, n, next := ansi.DecodeSequence(line, state, p)
		state, line = next, line[n:]
		switch {
		case width > 0:
			run.WriteString(text)
			cells += width
		case ansi.Cmd(p.Command()).Final() == 'm' && strings.HasPrefix(text, "\x1b["):
			flush()
			now = now.after(p.Params())
		}
	}
	flush()
	return now
}

// after returns the look after a sequence of the kind Select Graphic Rendition
// (ECMA-48, 8.3.117).
func (l look) after(params ansi.Params) look {
	if len(params) == 0 {
		return look{}
	}
	for i := 0; i < len(params); i++ {
		switch code := params[i].Param(0); {
		case code == 0:
			l = look{}
		case code == 1:
			l.bold = true
		case code == 2:
			l.faint = true
		case code == 3:
			l.italic = true
		case code == 4:
			l.underlined = true
		case code == 7:
			l.reversed = true
		case code == 22:
			l.bold, l.faint = false, false
		case code == 23:
			l.italic = false
		case code == 24:
			l.underlined = false
		case code == 27:
			l.reversed = false
		case code >= 30 && code <= 37:
			l.fore = palette[code-30]
		case code >= 90 && code <= 97:
			l.fore = palette[code-90+8]
		case code == 39:
			l.fore = ""
		case code >= 40 && code <= 47:
			l.back = palette[code-40]
		case code >= 100 && code <= 107:
			l.back = palette[code-100+8]
		case code == 49:
			l.back = ""
		case code == 38, code == 48:
			color, used := extended(params[i+1:])
			if i += used; code == 38 {
				l.fore = color
			} else {
				l.back = color
			}
		}
	}
	return l
}

// extended reads 5;N or 2;R;G;B, and returns how many parameters that were.
func extended(params ansi.Params) (color string, used int) {
	at := func(i int) int {
		if i < len(params) {
			return params[i].Param(0)
		}
		return 0
	}
	switch at(0) {
	case 5:
		n := at(1) & 255
		switch {
		case n < 16:
			return palette[n], 2
		case n < 232: // a cube of 6 x 6 x 6
			level := func(v int) int {
				if v == 0 {
					return 0
				}
				return 55 + 40*v
			}
			return fmt.Sprintf("#%02x%02x%02x", level((n-16)/36), level((n-16)/6%6), level((n-16)%6)), 2
		}
		gray := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", gray, gray, gray), 2
	case 2:
		return fmt.Sprintf("#%02x%02x%02x", at(1)&255, at(2)&255, at(3)&255), 4
	}
	return "", 1
}

// draw draws a run of cells that look alike.
func (l look) draw(b *strings.Builder, text string, x, top, width float64) {
	fore, back := l.fore, l.back
	if l.reversed {
		fore, back = or(back, background), or(fore, foreground)
	}
	if back != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, top, width, cellHeight, back)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	var style strings.Builder
	for _, s := range []struct {
		on   bool
		text string
	}{
		{l.bold, ` font-weight="bold"`}, {l.faint, ` fill-opacity="0.6"`}, {l.italic, ` font-style="italic"`},
		{l.underlined, ` text-decoration="underline"`},
	} {
		if s.on {
			style.WriteString(s.text)
		}
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s" textLength="%.1f"%s>%s</text>`+"\n", x, top+14, or(fore, foreground), width, style.String(), html.EscapeString(text))
}

func or(color, other string) string {
	if color == "" {
		return other
	}
	return color
}
