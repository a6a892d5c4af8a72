package catalog

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

func TestCheckName(t *testing.T) {
	for name, why := range map[string]string{
		"coder": "", "Coder_2.x-y": "", "0": "", strings.Repeat("a", 100): "",
		"":                       "it is empty",
		strings.Repeat("a", 101): "it has 101 bytes",
		"a b":                    "it has U+0020 SPACE",
		"a  builtin:coder":       "it has U+0020 SPACE",
		"a\nb":                   "it has U+000A LINE FEED",
		"a\u200bb":               "it has U+200B ZERO WIDTH SPACE",
		"c\u043eder":             "it has U+043E CYRILLIC SMALL LETTER O",
		"\u202ea":                "it has U+202E RIGHT-TO-LEFT OVERRIDE",
		"日本":                     "it has U+65E5 CJK IDEOGRAPH",
		"a\xff":                  "it is not UTF-8",
		"-a":                     "it begins with `-`",
		"_a":                     "it begins with `_`",
		".a":                     "it begins with `.`",
		"a:b":                    "it has U+003A COLON",
		"a/b":                    "it has U+002F SOLIDUS",
		"a`b":                    "it has U+0060 GRAVE ACCENT",
	} {
		e := CheckName(name, "")
		if why == "" && e != nil || why != "" && (e == nil || !strings.HasSuffix(e.Error(), why)) {
			t.Errorf("%q: %v, not %s", name, e, why)
		}
	}
}

// What is accepted is plain, and what is said of the rest is safe to read.
func TestCheckNameProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9._-]{1,110}`)).Draw(t, "name")
		e := CheckName(name, "")
		if e == nil && (len(name) > maxName || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "") {
			t.Fatalf("%q is accepted", name)
		}
		if e != nil && strings.ContainsFunc(e.Error(), unseen.Hidden) {
			t.Fatalf("%q: something hidden in %q", name, e.Error())
		}
	})
}
