package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Wide characters and marks that combine leave columns where they are.
func TestTable(t *testing.T) {
	var b bytes.Buffer
	w := newTable(&b)
	w.row("NAME", "MODEL", "SUMMARY")
	w.row("coder", "a/b", "plain")
	w.row("日本語", "c", "wide")
	w.row("cafe\u0301", "d", "")
	w.row("한국어 x", "e")
	w.flush()
	want := "NAME      MODEL  SUMMARY\ncoder     a/b    plain\n日本語    c      wide\ncafe\u0301      d\n한국어 x  e\n"
	if b.String() != want {
		t.Errorf("%q, not\n%q", b.String(), want)
	}
}

// A cell is on one line and begins where its column does, whatever it holds.
func TestTableOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		w := newTable(&b)
		rows := rapid.IntRange(1, 5).Draw(t, "rows")
		for range rows {
			w.row(diag.Cell(rapid.String().Draw(t, "first")), "|", "x")
		}
		w.flush()
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != rows {
			t.Fatalf("%d lines of %d rows: %q", len(lines), rows, b.String())
		}
		for _, line := range lines {
			before := strings.TrimSuffix(line, "|  x")
			if before == line || ansi.StringWidth(before) != ansi.StringWidth(strings.TrimSuffix(lines[0], "|  x")) {
				t.Fatalf("columns differ:\n%s", b.String())
			}
		}
	})
}
