package lookalike

import (
	"strings"
	"testing"
	"unicode"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"
)

// The table has what Unicode calls confusable with one character of ASCII, and nothing else.
func TestTable(t *testing.T) {
	count := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		like, ok := ASCII(r)
		if !ok {
			continue
		}
		count++
		if s := string(like); confusables.Skeleton(string(r)) != s && norm.NFKC.String(string(r)) != s &&
			confusables.Skeleton(string(r)) != confusables.Skeleton(s) {
			t.Errorf("%U is not like %s", r, s)
		}
	}
	if count < 1500 {
		t.Errorf("the table has %d characters", count)
	}
	for r, want := range map[rune]byte{'і': 'i', 'а': 'a', 'ο': 'o', '∕': '/', 'ｇ': 'g', '𝗹': 'l', 'ⅼ': 'l', '∗': '*', '‐': '-', '’': '\'', '\u037e': ';', 'ꓡ': 'L'} {
		if got, ok := ASCII(r); !ok || got != want {
			t.Errorf("%q looks like %q, not %q", r, got, want)
		}
	}
	for _, r := range "aZ/üßéжя日本ゴא" {
		if got, ok := ASCII(r); ok {
			t.Errorf("%q looks like %q", r, got)
		}
	}
}

func TestFind(t *testing.T) {
	for value, want := range map[string]string{
		"":                      "",
		"git log":               "",
		"straße übung café":     "",
		"документы/файл":        "", // of one script
		"документы/файл.txt":    "документы is Cyrillic; файл is Cyrillic",
		"сурл -o παρά":          "сурл is Cyrillic; παρά is Greek",
		"файл жизнь":            "",
		"日本語 の ファイル.txt":        "",
		"設定config":              "", // Han and Latin are written together
		"παράδειγμα":            "",
		"gіt log":               "gіt=git і",
		"сору file":             "сору=copy сору", // all of it is Cyrillic
		"ls /etc∕passwd":        "etc∕passwd=etc/passwd ∕",
		"𝗹𝘀":                    "𝗹𝘀=ls 𝗹𝘀",
		"ｃｕｒｌ x":                "ｃｕｒｌ=curl ｃｕｒｌ",
		"rm \u2010rf":           "‐rf=-rf ‐",
		"жgit":                  "жgit= ж", // mixed, and like nothing
		"éxаmple":               "éxаmple= а",
		"naïve–x":               "naïve–x= –",
		"api.аnthropic.com":     "аnthropic=anthropic а",
		"https://gооgle.com/аб": "gооgle=google о; аб=a6 аб",
		"אבgit":                 "אבgit= אב",
	} {
		var got []string
		for _, w := range Find(value) {
			if w.Script != "" {
				got = append(got, w.Text+" is "+w.Script)
				continue
			}
			got = append(got, w.Text+"="+w.Reads+" "+string(w.Strange))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%s: %s, not %s", value, s, want)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		Find("bash npm run build -- --watch")
		Find("gіt log")
	}
}
