package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/insomnia-pods/insomnia/go/internal/look"
)

const (
	// gap is the number of spaces between columns.
	gap = 2
	// leastCell is the width to which a column can be cut before another one is left out.
	leastCell = 12
	// omission marks what was cut, and after the titles that columns are missing.
	omission = "…"
)

// table aligns cells by their width on the screen: wide characters count twice, combining
// marks do not count. Pass untrusted values through [diag.Cell] first, which also removes
// tabs. The last cell of a row that is shorter than the others extends over the columns to
// its right.
type table struct {
	out    *bytes.Buffer
	rows   [][]string
	width  int   // of the terminal; 0 for any
	lead   []int // columns that can be left out whole, the first one first
	paint  look.Paint
	titled bool
	// style returns the style of a cell that is not a title; nil for plain cells.
	style func(column int, cell string) look.Style
}

// newTable returns a table that is as wide as its cells.
func newTable(out *bytes.Buffer) *table { return &table{out: out} }

// list returns a table whose first row has titles. It fits the terminal.
func (p *program) list(out *bytes.Buffer) *table {
	return &table{out: out, width: p.width(), paint: p.out, titled: true, style: stateStyle}
}

// leaveOut sets the order in which columns are left out on a narrow terminal before any
// cell is cut.
func (t *table) leaveOut(columns ...int) { t.lead = columns }

// row adds a line.
func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// flush writes the lines without trailing spaces.
func (t *table) flush() {
	widths := t.natural()
	whole := len(widths)
	if t.width > 0 && len(widths) > 0 {
		widths = t.fitted(widths)
	}
	for i, row := range t.rows {
		line := t.line(row, widths, i == 0 && t.titled)
		if i == 0 && slices.Contains(widths[:whole], 0) && ansi.StringWidth(line)+2 <= t.width {
			line += " " + omission
		}
		fmt.Fprintln(t.out, line)
	}
	t.rows, t.lead = nil, nil
}

// natural returns the widths of the columns. A cell at the end of a shorter row has none.
func (t *table) natural() []int {
	var widths []int
	for _, row := range t.rows {
		widths = append(widths, make([]int, max(0, len(row)-len(widths)))...)
	}
	for _, row := range t.rows {
		for i, cell := range row {
			if i < len(row)-1 || len(row) == len(widths) {
				widths[i] = max(widths[i], ansi.StringWidth(cell), 1)
			}
		}
	}
	return widths
}

// fitted returns widths that fit the terminal; 0 leaves a column out.
func (t *table) fitted(widths []int) []int {
	for _, column := range t.lead {
		if column < len(widths) && t.excess(widths) > 0 {
			widths[column] = 0
		}
	}
	for last := len(widths) - 1; last > 0; last-- {
		cut := slices.Clone(widths)
		for t.excess(cut) > 0 {
			widest := 0
			for i, w := range cut {
				if w > cut[widest] {
					widest = i
				}
			}
			if cut[widest] <= leastCell {
				break
			}
			cut[widest]--
		}
		if t.excess(cut) <= 0 {
			return cut
		}
		widths[last] = 0
	}
	widths[0] = min(widths[0], t.width)
	return widths
}

// excess returns by how many cells the columns are wider than the terminal.
func (t *table) excess(widths []int) int {
	total := -gap
	for _, w := range widths {
		if w > 0 {
			total += w + gap
		}
	}
	return total - t.width
}

func (t *table) line(row []string, widths []int, titles bool) string {
	var line strings.Builder
	at, reached := 0, 0
	for i, cell := range row {
		room := widths[i]
		if i == len(row)-1 && len(row) < len(widths) {
			room = max(0, t.width-at)
			if t.width == 0 {
				room = ansi.StringWidth(cell)
			}
		}
		if room == 0 {
			continue
		}
		style := look.Plain
		if titles {
			style = look.Title
		} else if t.style != nil {
			style = t.style(i, cell)
		}
		if ansi.StringWidth(cell) > room {
			cell = ansi.Truncate(cell, room, omission)
		}
		if cell != "" {
			line.WriteString(strings.Repeat(" ", at-reached) + t.paint.Text(style, cell))
			reached = at + ansi.StringWidth(cell)
		}
		at += room + gap
	}
	return line.String()
}

// states are the words that begin cells about a state.
var states = map[string]look.Style{
	"ok": look.Good, "working": look.Good, "starting": look.Good,
	"waiting": look.Warn, "warning": look.Warn, "changed": look.Warn, "never": look.Warn,
	"broken": look.Broken, "damaged": look.Broken, "failed": look.Broken, "refused": look.Broken,
	"missing": look.Broken, "gone": look.Broken,
	"optional": look.Dim,
}

// stateStyle is the style of the cells of lists: of states, and of the default, which has
// a star.
func stateStyle(column int, cell string) look.Style {
	if column > 0 {
		return states[strings.TrimRight(strings.SplitN(cell, " ", 2)[0], ":,")]
	}
	if strings.HasPrefix(cell, "* ") {
		return look.Chosen
	}
	return look.Plain
}
