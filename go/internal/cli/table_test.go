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

// On a narrow terminal, columns are left out in the order that is set, then cells are cut,
// and then columns are left out from the right. The first column always stays.
func TestNarrowTable(t *testing.T) {
	for _, test := range []struct {
		width int
		want  string
	}{
		{0, `
NAME      SOURCE   MODEL                          COST
coder     builtin  anthropic/claude-sonnet-large  medium
reviewer  user     openai/gpt                     low
bad       -        broken: 日本語 does not parse here at all
`},
		{50, `
NAME      MODEL                          COST …
coder     anthropic/claude-sonnet-large  medium
reviewer  openai/gpt                     low
bad       broken: 日本語 does not parse here at a…
`},
		{40, `
NAME      MODEL                   COST …
coder     anthropic/claude-sonn…  medium
reviewer  openai/gpt              low
bad       broken: 日本語 does not parse…
`},
		{25, `
NAME      MODEL …
coder     anthropic/clau…
reviewer  openai/gpt
bad       broken: 日本語…
`},
		{6, `
NAME …
coder
revie…
bad
`},
	} {
		var b bytes.Buffer
		w := newTable(&b)
		w.width = test.width
		w.row("NAME", "SOURCE", "MODEL", "COST")
		w.row("coder", "builtin", "anthropic/claude-sonnet-large", "medium")
		w.row("reviewer", "user", "openai/gpt", "low")
		w.row("bad", "-", "broken: 日本語 does not parse here at all")
		w.leaveOut(1)
		w.flush()
		if "\n"+b.String() != test.want {
			t.Errorf("%d:\n%s", test.width, b.String())
		}
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

// No line is wider than the terminal, whatever the cells are, and each row is there.
func TestNarrowTableOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		w := newTable(&b)
		w.width = rapid.IntRange(2, 60).Draw(t, "width")
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		rows := rapid.IntRange(1, 5).Draw(t, "rows")
		for range rows {
			w.row(rapid.SliceOfN(rapid.Map(rapid.String(), diag.Cell), 1, columns).Draw(t, "row")...)
		}
		w.leaveOut(rapid.SliceOfNDistinct(rapid.IntRange(1, 5), 0, 3, rapid.ID).Draw(t, "left out")...)
		w.flush()
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != rows {
			t.Fatalf("%d lines of %d rows: %q", len(lines), rows, b.String())
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > w.width {
				t.Fatalf("wider than %d: %q", w.width, line)
			}
		}
	})
}
