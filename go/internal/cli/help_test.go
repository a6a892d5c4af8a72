package cli

import (
	"strings"
	"testing"
)

func TestHelpFitsTheTerminal(t *testing.T) {
	const text = `NAME:
   insomnia x - do it

DESCRIPTION:
   The first line of a paragraph that was broken for a terminal of a hundred columns, and
   its second line.
   Another paragraph.

       insomnia x an-example-that-is-longer-than-the-terminal-and-is-pasted-whole --with a-flag

OPTIONS:
   --flag VALUE  what the flag does, in more words than the terminal has columns for
   --b           short
`
	const want = `NAME:
   insomnia x - do it

DESCRIPTION:
   The first line of a paragraph that was broken for a
   terminal of a hundred columns, and its second line.
   Another paragraph.

       insomnia x an-example-that-is-longer-than-the-terminal-and-is-pasted-whole --with a-flag

OPTIONS:
   --flag VALUE  what the flag does, in more words than the
                 terminal has columns for
   --b           short
`
	var out strings.Builder
	for _, line := range paragraphs(text, 60) {
		out.WriteString(folded(line, 60) + "\n")
	}
	if out.String() != want {
		t.Error(out.String())
	}
	if got := strings.Join(paragraphs(text, 0), "\n") + "\n"; got != text {
		t.Errorf("without a terminal: %s", got)
	}
}
