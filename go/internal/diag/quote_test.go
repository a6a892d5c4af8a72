package diag

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// What a hostile value tries, and what a reader sees of it.
func TestQuoteTricks(t *testing.T) {
	const cyrillicI = "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"
	for value, want := range map[string]string{
		// plain
		"":                             "``",
		"git status":                   "`git status`",
		"npm run build -- --watch":     "`npm run build -- --watch`",
		"a 'b' \"c\" $(d) {e} [f] <g>": "`a 'b' \"c\" $(d) {e} [f] <g>`",
		// closing the quotation
		"git diff` (read only); it may not run `x": "`git diff\\u{60} (read only); it may not run \\u{60}x`",
		"`":        "`\\u{60}`",
		"``":       "`\\u{60}\\u{60}`",
		`\`:        "`\\\\`",
		`a\`:       "`a\\\\`",
		"\\`":      "`\\\\\\u{60}`",
		`\u{60}`:   "`\\\\u{60}`",
		`\u{3164}`: "`\\\\u{3164}`",
		`\n`:       "`\\\\n`",
		`\{space}`: "`\\\\{space}`",
		"\u02cb":   "`\u02cb` (not `'`: U+02CB MODIFIER LETTER GRAVE ACCENT)",
		"\uff40":   "`\uff40` (not `\\u{60}`: U+FF40 FULLWIDTH GRAVE ACCENT)",
		// lines
		"a\nb":                           "`a\\nb`",
		"a\r\nb":                         "`a\\r\\nb`",
		"a\n\n\n\nb":                     "`a\\{4×U+000A}b`",
		"true\n  - may not run:\n  `rm`": "`true\\n\\{2×space}- may not run:\\n\\{2×space}\\u{60}rm\\u{60}`",
		"a\u2028b\u2029c":                "`a\\u{2028}b\\u{2029}c`",
		"a\u0085b":                       "`a\\u{0085}b`",
		"a\vb\fc":                        "`a\\x0bb\\x0cc`",
		"a\tb":                           "`a\\tb`",
		// spaces
		" ":                                     "`\\{space}`",
		"  ":                                    "`\\{2×space}`",
		"ls ":                                   "`ls\\{space}`",
		" ls":                                   "`\\{space}ls`",
		"a  b":                                  "`a\\{2×space}b`",
		"ls" + strings.Repeat(" ", 300) + "; x": "`ls\\{300×space}; x`",
		// blanks
		"ls" + strings.Repeat("\u3164", 60) + "*": "`ls\\{60×U+3164}*`",
		"a\u00a0b":                   "`a\\u{00a0}b`",
		"a\u3000b":                   "`a\\u{3000}b`",
		"a\u2800b":                   "`a\\u{2800}b`",
		"a\u115f\u1160b":             "`a\\u{115f}\\u{1160}b`",
		"a\uffa0b":                   "`a\\u{ffa0}b`",
		"a\u2000\u2001\u2002b":       "`a\\u{2000}\\u{2001}\\u{2002}b`",
		"a\u2003\u2004\u2005b":       "`a\\u{2003}\\u{2004}\\u{2005}b`",
		"a\u2006\u2007\u2008b":       "`a\\u{2006}\\u{2007}\\u{2008}b`",
		"a\u2009\u200a\u202f\u205fb": "`a\\u{2009}\\u{200a}\\u{202f}\\u{205f}b`",
		"a\u1680b":                   "`a\\u{1680}b`",
		"a\U0001d159b":               "`a\\u{1d159}b`",
		"a\ufffcb":                   "`a\\u{fffc}b`",
		// invisible
		"a\u200bb\u200cc\u200dd": "`a\\u{200b}b\\u{200c}c\\u{200d}d`",
		"a\u2060\u2061\u2064b":   "`a\\u{2060}\\u{2061}\\u{2064}b`",
		"a\ufeffb":               "`a\\u{feff}b`",
		"a\u00adb":               "`a\\u{00ad}b`",
		"\ufe0f\u20e3":           "`\\u{fe0f}\\u{20e3}`",
		"a\u034fb":               "`a\\u{034f}b`",
		"a\u180eb":               "`a\\u{180e}b`",
		"a\u17b4b":               "`a\\u{17b4}b`",
		"a\ufe0fb":               "`a\\u{fe0f}b`",
		"a\U000e0100b":           "`a\\u{e0100}b`",
		"a\U000e0041\U000e007fb": "`a\\u{e0041}\\u{e007f}b`",
		// order
		"a\u202eb\u202cc": "`a\\u{202e}b\\u{202c}c`",
		"a\u2066b\u2069c": "`a\\u{2066}b\\u{2069}c`",
		"a\u200eb\u200fc": "`a\\u{200e}b\\u{200f}c`",
		"a\u061cb":        "`a\\u{061c}b`",
		"אב rm *":         "`אב rm *` (`אב` is Hebrew; has letters written from right to left)",
		// the terminal
		"a\x1b[2Kb":          "`a\\x1b[2Kb`",
		"a\x1b]0;title\x07b": "`a\\x1b]0;title\\x07b`",
		"a\u009b2Kb":         "`a\\u{009b}2Kb`",
		"a\x08b\x7f":         "`a\\x08b\\x7f`",
		"a\x00b":             "`a\\x00b`",
		"a\xffb\xc0\x80":     "`a\\xffb\\xc0\\x80`",
		"\xed\xa0\x80":       "`\\xed\\xa0\\x80`",
		"a\ufffdb":           "`a\ufffdb`",
		// no characters
		"a\ue000b":     "`a\\u{e000}b`",
		"a\ufdd0b":     "`a\\u{fdd0}b`",
		"a\U0010ffffb": "`a\\u{10ffff}b`",
		"a\u0378b":     "`a\\u{0378}b`",
		// marks
		"cafe\u0301":       "`cafe\u0301`", // one letter, and shown as one
		"e\u0301\u0336t":   "`e\\u{0301}\\u{0336}t`",
		"\u0301a":          "`\\u{0301}a`",
		"a \u0301b":        "`a \\u{0301}b`",
		"a\u20ddb":         "`a\\u{20dd}b`",
		"x\u0338":          "`x\\u{0338}`",
		"กำลัง":            "`กำลัง`",
		"हिन्दी":           "`हिन्दी`",
		"中文 と 한국어":         "`中文 と 한국어`",
		"docs/übersicht":   "`docs/übersicht`",
		"документы/файл":   "`документы/файл`",
		"документы/файл.x": "`документы/файл.x` (`документы` is Cyrillic; `файл` is Cyrillic)",
		"сурл -o x":        "`сурл -o x` (`сурл` is Cyrillic)",
		// lookalikes
		"gіt log":          "`gіt log` (`gіt` is not `git`: " + cyrillicI + ")",
		"gіt":              "`gіt` (not `git`: " + cyrillicI + ")",
		"ls /etc∕x":        "`ls /etc∕x` (`etc∕x` is not `etc/x`: U+2215 DIVISION SLASH)",
		"жx":               "`жx` (not only Latin: U+0436 CYRILLIC SMALL LETTER ZHE)",
		"rm \u2010rf":      "`rm \u2010rf` (`\u2010rf` is not `-rf`: U+2010 HYPHEN)",
		"a\u037eb":         "`a\u037eb` (not `a;b`: U+037E GREEK QUESTION MARK)",
		"ｒｍ":               "`ｒｍ` (not `rm`: U+FF52 FULLWIDTH LATIN SMALL LETTER R, U+FF4D FULLWIDTH LATIN SMALL LETTER M)",
		"рурі руріі аса х": "`рурі руріі аса х` (`рурі` is not `pypi`: U+0440 CYRILLIC SMALL LETTER ER, U+0443 CYRILLIC SMALL LETTER U and 1 more; `руріі` is not `pypii`: U+0440 CYRILLIC SMALL LETTER ER, U+0443 CYRILLIC SMALL LETTER U and 1 more; and 2 more words)",
	} {
		if got := Quote(value); got != want {
			t.Errorf("%q is quoted\n%s, not\n%s", value, got, want)
		}
		if got := Escape(Quote(value), false); got != Quote(value) {
			t.Errorf("%q is escaped again: %s", value, got)
		}
	}
}

// A text for people stays as it is, of whatever language.
func TestProse(t *testing.T) {
	for _, text := range []string{
		"Prüft Änderungen – gründlich, „ohne“ Eile.", "コードを書きます。", "Пишет код и проверяет его.", "می‌خواهم", "👩‍💻 writes code ⚠️",
		"ẹ́kọ́", "हिन्दी में", "1️⃣ first", "שלום",
	} {
		if got := Escape(text, false); got != text {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
	for text, want := range map[string]string{
		"a\u200bb":                  `a\u{200b}b`,
		"x\ufe0f":                   `x\u{fe0f}`,
		"z\u0335\u0336\u0337":       `z\u{0335}\u{0336}\u{0337}`,
		"e\u0301\u0302\u0303\u0304": `e\u{0301}\u{0302}\u{0303}\u{0304}`,
	} {
		if got := Escape(text, false); got != want {
			t.Errorf("%q is shown as %s", text, got)
		}
	}
	if got, want := QuoteProse("а – b"), "`а – b`"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestCell(t *testing.T) {
	for value, want := range map[string]string{
		"coder":                 "coder",
		"  coder  ":             "coder",
		"safe        builtin:x": `safe\{8×space}builtin:x`,
		"a\nb\tc":               `a\nb\tc`,
		"a\u3164b":              `a\u{3164}b`,
		"日本":                    "日本",
	} {
		if got := Cell(value); got != want {
			t.Errorf("%q: %s, not %s", value, got, want)
		}
	}
}

func TestSprintf(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Sprintf("no value"), "no value"},
		{Sprintf("the source `%s` is at %s", "a`b", "c"), "the source `a\\u{60}b` is at c"},
		{Sprintf("run `insomnia show %s` %d%% `%v`", "a`b", 3, "gіt"), "run `insomnia show a\\u{60}b` 3% `gіt` (not `git`: U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I)"},
		{Sprintf("%q and `%q`", "a`", "b"), "\"a`\" and `\"b\"`"},
		{Sprintf("`%d`, `%s`", 1, fmt.Errorf("x  y")), "`1`, `x\\{2×space}y`"},
		{Errorf(ExitUsage, "x", "no `%s`", "a\nb").Hintf("`%s`", "`").Diagnostics[0].Hint, "`\\u{60}`"},
	} {
		if test.got != test.want {
			t.Errorf("%s, not %s", test.got, test.want)
		}
	}
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("\u3164x", 200)
	short := Shorten("runs "+Quote(long)+" at `Stop`", 40)
	if want := `\{360 left out}`; !strings.Contains(short, want) || !strings.HasSuffix(short, "` at `Stop`") || strings.Count(short, `\u{3164}`) != 20 {
		t.Error(short)
	}
	if short := Shorten("runs `x`", 40); short != "runs `x`" {
		t.Error(short)
	}
}

// nasty generates values of someone who wants to deceive.
func nasty() *rapid.Generator[string] {
	runes := rapid.OneOf(
		rapid.SampledFrom([]rune("aZ0 `\\{}u×\n\t\r\x1b\x7f;|é日а\u0301\u0336\u00a0\u3164\u2800\u200b\u200d\u202e\u2066\ufe0f\ufeff\U000e0041\U000e0100אｘ👩🏽💻")),
		rapid.Rune(), rapid.RuneFrom(nil, unicode.M, unicode.Cf, unicode.Zs))
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "parts") {
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				b.WriteByte(rapid.Byte().Draw(t, "byte"))
			case 1:
				b.WriteString(strings.Repeat(string(runes.Draw(t, "rune")), rapid.IntRange(1, 9).Draw(t, "times")))
			case 2:
				b.WriteString(rapid.SampledFrom([]string{`\u{60}`, `\{space}`, `\{2×space}`, `\n`, `\x1b`, "  ", "` (", `\{4×U+000A}`}).Draw(t, "imitation"))
			default:
				b.WriteRune(runes.Draw(t, "rune"))
			}
		}
		return b.String()
	})
}

// unquote reads a quotation back; it is the proof that no two values are quoted alike.
func unquote(t interface{ Fatalf(string, ...any) }, quoted string) (value, rest string) {
	inner, rest, ok := strings.Cut(strings.TrimPrefix(quoted, "`"), "`")
	if !ok {
		t.Fatalf("not quoted: %s", quoted)
	}
	var b strings.Builder
	for inner != "" {
		unit := inner[:Unit(inner)]
		inner = inner[len(unit):]
		switch {
		case unit[0] != '\\':
			b.WriteString(unit)
		case unit == `\{space}`:
			b.WriteByte(' ')
		case unit[1] == '{':
			times, what, _ := strings.Cut(unit[2:len(unit)-1], "×")
			n, err := strconv.Atoi(times)
			if err != nil {
				t.Fatalf("%s: %v", unit, err)
			}
			r := int64(' ')
			if what != "space" {
				r, err = strconv.ParseInt(strings.TrimPrefix(what, "U+"), 16, 32)
			}
			if err != nil {
				t.Fatalf("%s: %v", unit, err)
			}
			b.WriteString(strings.Repeat(string(rune(r)), n))
		case unit[1] == 'u':
			r, err := strconv.ParseInt(unit[3:len(unit)-1], 16, 32)
			if err != nil {
				t.Fatalf("%s: %v", unit, err)
			}
			b.WriteRune(rune(r))
		case unit[1] == 'x':
			c, err := strconv.ParseUint(unit[2:], 16, 8)
			if err != nil {
				t.Fatalf("%s: %v", unit, err)
			}
			b.WriteByte(byte(c))
		default:
			b.WriteByte(map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '\\': '\\'}[unit[1]])
		}
	}
	return b.String(), rest
}

// Whatever a value is: it can be read back from its quotation, which is one
// line without anything hidden, and the same when it is escaped again.
func TestQuoteProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := nasty().Draw(t, "value")
		quoted := Quote(value)
		if back, rest := unquote(t, quoted); back != value || rest != "" && !strings.HasPrefix(rest, " (") {
			t.Fatalf("%q is quoted %s, read back %q", value, quoted, back)
		}
		if strings.Count(quoted, "`")%2 != 0 {
			t.Fatalf("a quotation is left open: %s", quoted)
		}
		for _, text := range []string{quoted, QuoteProse(value), Cell(value), Sprintf("a `%s` b", value), Sprintf("a `b %s` c", value)} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, unseen.Hidden) {
				t.Fatalf("%q has something hidden in %q", value, text)
			}
			if again := Escape(text, false); again != text {
				t.Fatalf("%q is escaped again: %q", text, again)
			}
			if lone := loneMark(text); lone != 0 {
				t.Fatalf("%q has the mark %U on nothing in %q", value, lone, text)
			}
		}
	})
}

// Escape leaves nothing hidden but what an emoji or a script needs, and what it
// writes it leaves alone.
func TestEscapeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := nasty().Draw(t, "value")
		once := Escape(value, true)
		if twice := Escape(once, true); twice != once {
			t.Fatalf("%q: %q, then %q", value, once, twice)
		}
		for _, r := range once {
			if unseen.Hidden(r) && !strings.ContainsRune("\n\u00ad\u180e\u200c\u200d", r) && !unicode.Is(unicode.Variation_Selector, r) && !(r >= 0xE0020 && r <= 0xE007F) {
				t.Fatalf("%q has %U in %q", value, r, once)
			}
		}
		if len(unseen.Scan(once)) > 0 {
			t.Fatalf("%q still hides something: %q", value, once)
		}
	})
}

// loneMark is a mark that stands on no letter.
func loneMark(text string) rune {
	graphemes := uniseg.NewGraphemes(text)
	for graphemes.Next() {
		runes := graphemes.Runes()
		if unicode.Is(unicode.M, runes[0]) {
			return runes[0]
		}
		if len(runes) > 1 && (runes[0] == '`' || runes[0] == ' ') && unicode.Is(unicode.M, runes[1]) {
			return runes[1]
		}
	}
	return 0
}

func BenchmarkQuote(b *testing.B) {
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			Quote("npm run build -- --watch")
		}
	})
	b.Run("hostile", func(b *testing.B) {
		for b.Loop() {
			Quote("gіt log\u3164\u3164 `x`")
		}
	})
}
