package manifest

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is matched by hand must be what the schema says, on texts near the border.
func TestPatternsByHand(t *testing.T) {
	setChecks(t, 2000)
	for _, text := range []string{domainPattern, secretPattern} {
		p, compiled := pattern{text: text}, regexp.MustCompile(text)
		if !p.byHand() {
			t.Errorf("%s is not matched by hand", text)
		}
		rapid.Check(t, func(t *rapid.T) {
			parts := rapid.SliceOfN(rapid.SampledFrom([]string{
				"a", "0", "-", ".", "*", "*.", "A", "_", "é", "\n", "a-b", strings.Repeat("a", 61), strings.Repeat("a", 62), strings.Repeat("-", 61),
			}), 0, 20).Draw(t, "parts")
			candidate := strings.Join(parts, "")
			if got, want := p.match(candidate), compiled.MatchString(candidate); got != want {
				t.Errorf("%q: by hand %v, by the pattern %s %v", candidate, got, text, want)
			}
		})
	}
}
