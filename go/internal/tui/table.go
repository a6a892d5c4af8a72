package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// column is a column of a table. On a narrow screen, columns first shrink to their
// minimum width. Then they are left out, highest rank first.
type column struct {
	title string
	least int
	rank  int
}

const gap = 2

// widths fits columns into a width; 0 leaves a column out.
func widths(columns []column, rows [][]string, width int) []int {
	out := make([]int, len(columns))
	for i, c := range columns {
		out[i] = ansi.StringWidth(c.title)
		for _, row := range rows {
			out[i] = max(out[i], ansi.StringWidth(row[i]))
		}
		out[i] = min(out[i], width)
	}
	for {
		total, widest, last := -gap, -1, -1
		for i, w := range out {
			if w == 0 {
				continue
			}
			total += w + gap
			if w > columns[i].least && (widest < 0 || w > out[widest]) {
				widest = i
			}
			if last < 0 || columns[i].rank > columns[last].rank {
				last = i
			}
		}
		switch {
		case total <= width:
			return out
		case widest >= 0:
			out[widest]--
		case columns[last].rank == 0:
			out[last] = max(1, out[last]-(total-width))
			return out
		default:
			out[last] = 0
		}
	}
}

// line returns one row.
func line(cells []string, widths []int) string {
	var parts []string
	for i, w := range widths {
		if w > 0 {
			parts = append(parts, fill(cells[i], w))
		}
	}
	return strings.TrimRight(strings.Join(parts, strings.Repeat(" ", gap)), " ")
}

// titles returns the titles of columns.
func titles(columns []column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.title
	}
	return out
}
