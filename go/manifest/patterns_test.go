package manifest

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Tables and checks by hand must agree with the pattern of the schema, on texts that
// are generated from the pattern and damaged a little.
func TestPatternsDecideAsRegularExpressions(t *testing.T) {
	setChecks(t, 300)
	seen := map[string]bool{}
	for _, root := range []*schema{manifestSchema, profileSchema} {
		walk(root, func(s *schema) {
			p := s.pattern
			if p == nil || seen[p.text] {
				return
			}
			seen[p.text] = true
			if p.byHand() == (p.classes != "") {
				t.Errorf("%s is not decided in one way", p.text)
			}
			compiled := regexp.MustCompile(p.text)
			fits := rapid.StringMatching(p.text)
			odd := rapid.SampledFrom([]string{"", "a", "0", "-", ".", "*", "*.", "/", ":", "A", "_", "~", " ", "é", "\n", "\x00", "\x7f", "d",
				strings.Repeat("a", 61), strings.Repeat("a", 62), strings.Repeat("-", 61), strings.Repeat(".a", 8)})
			rapid.Check(t, func(t *rapid.T) {
				text := fits.Draw(t, "fits")
				from := rapid.IntRange(0, len(text)).Draw(t, "from")
				to := rapid.IntRange(from, min(len(text), from+2)).Draw(t, "to")
				for _, candidate := range []string{text, text[:from] + odd.Draw(t, "odd") + text[to:]} {
					if got, want := p.match(candidate), compiled.MatchString(candidate); got != want {
						t.Errorf("%q: decided %v, by the pattern %s %v", candidate, got, p.text, want)
					}
				}
			})
		})
	}
	if len(seen) < 10 {
		t.Errorf("only %d patterns were seen", len(seen))
	}
}
