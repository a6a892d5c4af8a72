package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// table aligns cells by their width on the screen: wide characters count twice, combining
// marks do not count. Pass untrusted values through [diag.Cell] first, which also removes
// tabs.
type table struct {
	out  *bytes.Buffer
	rows [][]string
}

func newTable(out *bytes.Buffer) *table { return &table{out: out} }

// row adds a line.
func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// flush writes the lines without trailing spaces.
func (t *table) flush() {
	const gap = 2
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row[:max(0, len(row)-1)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+gap))
			}
		}
		fmt.Fprintln(t.out, strings.TrimRight(line.String(), " "))
	}
	t.rows = nil
}
