package terminal

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUndoAndRedo(t *testing.T) {
	for name, c := range map[string]struct{ written, undo, redo string }{
		"nothing":            {"plain text\r\n\x1b[2J\x1b[31mred\x1b[0m", "", ""},
		"alternate screen":   {"\x1b[?1049h", "\x1b[?1049l", "\x1b[?1049h\x1b[2J\x1b[H"},
		"left again":         {"\x1b[?1049h\x1b[?1049l", "", ""},
		"several in one":     {"\x1b[?1000;1006;2004h", "\x1b[?2004l\x1b[?1006l\x1b[?1000l", "\x1b[?1000h\x1b[?1006h\x1b[?2004h"},
		"cursor":             {"\x1b[?25l", "\x1b[?25h", "\x1b[?25l"},
		"set what is set":    {"\x1b[?25h\x1b[?7h", "", ""},
		"unknown mode":       {"\x1b[?31337h", "\x1b[?31337l", "\x1b[?31337h"},
		"kitty keys":         {"\x1b[>1u\x1b[>3u", "\x1b[<2u", "\x1b[>1u\x1b[>3u"},
		"kitty popped":       {"\x1b[>1u\x1b[<1u", "", ""},
		"kitty keys set":     {"\x1b[=5u", "\x1b[<1u", "\x1b[>5u"},
		"more keys set":      {"\x1b[=1;1u\x1b[=4;2u", "\x1b[<1u", "\x1b[>5u"},
		"fewer keys set":     {"\x1b[>7u\x1b[=2;3u", "\x1b[<1u", "\x1b[>5u"},
		"keys set, odd":      {"\x1b[=-9999;?u", "\x1b[<1u", "\x1b[>17u"},
		"popped too often":   {"\x1b[<9u\x1b[>1u", "\x1b[<1u", "\x1b[>1u"},
		"stack of each":      {"\x1b[>1u\x1b[?1049h\x1b[>5u", "\x1b[<1u\x1b[?1049l\x1b[<1u", "\x1b[>1u\x1b[?1049h\x1b[>5u\x1b[2J\x1b[H"},
		"modifyOtherKeys":    {"\x1b[>4;2m", "\x1b[>4m", "\x1b[>4;2m"},
		"and off":            {"\x1b[>4;2m\x1b[>4;0m", "", ""},
		"cursor shape":       {"\x1b[5 q", "\x1b[0 q", "\x1b[5 q"},
		"keypad":             {"\x1b=", "\x1b>", "\x1b="},
		"line drawing":       {"\x1b(0", "\x0f\x1b(B", ""},
		"margins":            {"\x1b[2;10r", "\x1b7\x1b[r\x1b8", ""},
		"color":              {"\x1b[1;31m", "\x1b[0m", ""},
		"reset":              {"\x1b[?1049h\x1b[>1u\x1b[?25l\x1bc", "", ""},
		"half a sequence":    {"\x1b[?10", "\x18", ""},
		"half a title":       {"\x1b]0;title", "\x18\x1b\\", ""},
		"title":              {"\x1b]0;?1049h\x07", "", ""},
		"ESC ends a title":   {"\x1b]0;\x1b[?25l", "\x1b[?25h", "\x1b[?25l"},
		"title with ST":      {"\x1b]0;title\x1b\\\x1b[?25l", "\x1b[?25h", "\x1b[?25l"},
		"image":              {"\x1bP+q\x1b\\", "", ""},
		"cancelled":          {"\x1b[?1049\x18h", "", ""},
		"number too large":   {"\x1b[?99999999999999999999h", "", ""},
		"sequence too long":  {"\x1b[" + strings.Repeat("1", 1000) + "m", "\x1b[0m", ""},
		"stack too high":     {strings.Repeat("\x1b[>1u", 100), "\x1b[<16u", strings.Repeat("\x1b[>1u", 16)},
		"screens by turns":   {"\x1b[?47h\x1b[?47l\x1b[?1047h", "\x1b[?1047l", "\x1b[?1047h\x1b[2J\x1b[H"},
		"text in two halves": {"a\x0e", "\x0f\x1b(B", ""},
	} {
		for size := 1; size <= len(c.written); size++ {
			var m Modes
			for rest := c.written; rest != ""; {
				n := min(size, len(rest))
				m.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			if undo, redo := string(m.Undo()), string(m.Redo()); undo != c.undo || redo != c.redo {
				t.Fatalf("%s in pieces of %d: undo %q, not %q; redo %q, not %q", name, size, undo, c.undo, redo, c.redo)
			}
		}
	}
}

// Whatever a program writes: after Undo nothing is on, and Redo brings back what was.
func TestUndoUndoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"\x1b[?1049h", "\x1b[?1049l", "\x1b[?25l", "\x1b[?25h", "\x1b[?1006h", "\x1b[>1u", "\x1b[<1u", "\x1b[>4;2m",
			"\x1b]0;x\x07", "\x1b]0;", "\x1b[", "\x1b", "text", "\x1b[5 q", "\x1b=", "\x1b>", "\x1bc", "\x1b[1m", "\x1b(0", "\x18", "\x1b\\", "\x1b[=5;1u"})
		var m Modes
		for _, p := range rapid.SliceOfN(piece, 0, 40).Draw(t, "output") {
			m.Write([]byte(p))
		}
		after := Modes{state: m.state, private: append([]int(nil), m.private...), reset: append([]int(nil), m.reset...), kitty: [2][]string{append([]string(nil), m.kitty[0]...), append([]string(nil), m.kitty[1]...)},
			keys: m.keys, cursor: m.cursor, keypad: m.keypad, charset: m.charset, margins: m.margins, rendered: m.rendered}
		after.Write(m.Undo())
		if left := after.Undo(); len(left) > 0 {
			t.Fatalf("%q undoes not all: %q", m.Undo(), left)
		}
		var again Modes
		again.Write(m.Redo())
		if again.screen() != m.screen() || len(again.private) != len(m.private) || len(again.reset) != len(m.reset) {
			t.Fatalf("%q does not bring back %v %v", m.Redo(), m.private, m.reset)
		}
	})
}

func FuzzModes(f *testing.F) {
	f.Add([]byte("\x1b[?1049h\x1b]0;x\x1b\\"))
	f.Fuzz(func(t *testing.T, p []byte) {
		var whole, pieces Modes
		whole.Write(p)
		for i := range p {
			pieces.Write(p[i : i+1])
		}
		if string(whole.Undo()) != string(pieces.Undo()) || string(whole.Redo()) != string(pieces.Redo()) {
			t.Fatalf("%q: %q %q", p, whole.Undo(), pieces.Undo())
		}
		if len(whole.Undo()) > 4096 || len(whole.params) > mostParams {
			t.Fatal("it grows")
		}
	})
}

func BenchmarkModes(b *testing.B) {
	text := []byte(strings.Repeat("\x1b[31msome text of a program\x1b[0m and more of it\r\n", 700))
	b.SetBytes(int64(len(text)))
	var m Modes
	for b.Loop() {
		m.Write(text)
	}
}
