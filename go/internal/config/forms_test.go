package config

import (
	"reflect"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// The checks by hand agree with the pattern in the schema, on texts that are generated
// from the pattern and damaged a little.
func TestFormsAreThoseOfTheSchema(t *testing.T) {
	for _, kind := range []constrained{Name(""), Reference(""), FlakeReference(""), SecretName(""), BindingURI(""), Host(""), Command("")} {
		c := kind.constraint()
		t.Run(reflect.TypeOf(kind).Name(), func(t *testing.T) {
			pattern, fits := regexp.MustCompile(c.pattern), rapid.StringMatching(c.pattern)
			odd := rapid.SampledFrom([]string{"", "a", "A", "0", "-", ".", "_", "#", " ", ":", ":1", ":123456", "http://", "age:", "é", "\n", "\x00", "\x7f", "\xff"})
			rapid.Check(t, func(t *rapid.T) {
				text := fits.Draw(t, "fits")
				from := rapid.IntRange(0, len(text)).Draw(t, "from")
				to := rapid.IntRange(from, min(len(text), from+2)).Draw(t, "to")
				for _, candidate := range []string{text, text[:from] + odd.Draw(t, "odd") + text[to:]} {
					if len(candidate) > c.longest() {
						continue
					}
					if got, want := c.fits(candidate), pattern.MatchString(candidate); got != want {
						t.Errorf("%q: decided %v, by the pattern %s %v", candidate, got, c.pattern, want)
					}
				}
			})
		})
	}
}
