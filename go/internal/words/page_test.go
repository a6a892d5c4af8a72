package words

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Whatever a value is, each line of an entry is one of ours: it begins with the
// mark, the indent, or the bar of a value that goes on, and fits. Put together,
// the lines are the sentence.
func TestTextIsOurs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.StringOf(rapid.SampledFrom([]rune("ab c!-+│`\\\n日\u3164"))),
			rapid.StringN(0, 400, -1),
			rapid.Custom(func(t *rapid.T) string {
				return strings.Repeat(rapid.SampledFrom([]string{"x", "x ", "日", "\u200b", "a\nb ", `\`}).Draw(t, "unit"), rapid.IntRange(1, 300).Draw(t, "times"))
			}),
		).Draw(t, "value")
		width := rapid.IntRange(leastWidth, 120).Draw(t, "width")
		sentence := "runs " + diag.Quote(value) + " at its start"
		page := Page{Full: true, Width: width}.Text([]Entry{{Group: Hooks, Effect: Wider, Text: sentence}})
		lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
		if lines[0] != "Hooks" || !strings.HasPrefix(lines[1], "  ! ") {
			t.Fatalf("%q", page)
		}
		var whole strings.Builder
		for i, line := range lines[1:] {
			if w := ansi.StringWidth(line); w > width+24 || w > width && !strings.Contains(line, `\`) {
				t.Fatalf("%d cells in %d: %q", w, width, line)
			}
			within := strings.Count(whole.String(), "`")%2 == 1
			switch {
			case i == 0:
				whole.WriteString(strings.TrimPrefix(line, "  ! "))
			case within && strings.HasPrefix(line, "    "+continued):
				whole.WriteString(strings.TrimPrefix(line, "    "+continued))
			case !within && strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "    "+continued):
				whole.WriteString(" " + strings.TrimPrefix(line, "    "))
			default:
				t.Fatalf("a line that is not ours: %q of\n%s", line, page)
			}
		}
		if whole.String() != sentence {
			t.Fatalf("%q became %q", sentence, whole.String())
		}
	})
}

// A long list is cut, with a note, if there is a way to see the rest.
func TestLongLists(t *testing.T) {
	var items []string
	for range 60 {
		items = append(items, "`x`")
	}
	for _, test := range []struct {
		page   Page
		effect Effect
		want   string
	}{
		{Page{More: "--full"}, Wider, "and 20 more (--full)"}, {Page{More: "--full"}, Fresh, "and 48 more (--full)"},
		{Page{}, Neutral, "and 48 more"}, {Page{}, Wider, ""}, {Page{Full: true, More: "--full"}, Neutral, ""},
	} {
		text := strings.Join(strings.Fields(test.page.Text([]Entry{{Group: Tools, Effect: test.effect, Text: "may use", Items: items}})), " ")
		if !strings.Contains(text, test.want) || test.want == "" && (strings.Contains(text, "more") || strings.Count(text, "`x`") != len(items)) {
			t.Errorf("%+v %s: %s", test.page, test.effect, text)
		}
	}
}

// Each line of a text has its number, and what belongs to it a bar.
func TestPassage(t *testing.T) {
	got := Page{}.Passage("one\n\n  ! injected\x1b[2K\n" + strings.Repeat("word ", 20) + "\n" + strings.Repeat("x", 90) + `\{ }` + "\n")
	want := `    1 │ one
    2 │
    3 │   ! injected\x1b[2K
    4 │ word word word word word word word word word word word word word word
      │ word word word word word word ` + `
    5 │ ` + strings.Repeat("x", 72) + `
      │` + strings.Repeat("x", 18) + `\{ }
`
	if got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
}
