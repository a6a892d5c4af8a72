package langtag

import (
	"testing"

	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct{ tag, problem, instead string }{
		{"ja", "", ""}, {"en-GB", "", ""}, {"EN-gb", "", ""}, {"pt-BR", "", ""}, {"zh-Hant-TW", "", ""}, {"es-419", "", ""},
		{"haw", "", ""}, {"zh-yue", "", ""}, {"de-CH-1996", "", ""}, {"en-x-uk", "", ""}, {"de-u-co-phonebk", "", ""},
		{"Japanese", "`japanese` is not a registered language", "ja"},
		{"eng-US", "`eng` is not a registered language", "en-US"},
		{"en-UK", "`UK` is not a registered region", "en-GB"},
		{"xx", "`xx` is not a registered language", ""},
		{"de-JJ", "`JJ` is not a registered region", ""},
		{"klingonish", "`klingonish` is not a registered language", ""},
	} {
		if problem, instead := Check(c.tag); problem != c.problem || instead != c.instead {
			t.Errorf("%s: %q, %q", c.tag, problem, instead)
		}
	}
}

func TestNear(t *testing.T) {
	for text, want := range map[string]string{
		"en_US": "en-US", "pt_BR.UTF-8": "pt-BR", "日本語": "ja", "Norwegian Bokmål": "no", "français": "fr", "Brazil": "", "a=b": "", "\n": "", "": "",
		"xx_US": "", "en_XX_YY": "",
	} {
		if got := Near(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What is known here is known to the registry, too.
func TestAgreesWithTheRegistry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.StringMatching(`[a-z]{2,3}(-[A-Z]{2})?`).Draw(t, "tag")
		if problem, _ := Check(tag); problem == "" {
			if _, err := language.Parse(tag); err != nil {
				t.Fatalf("%s: %v", tag, err)
			}
		}
	})
}
