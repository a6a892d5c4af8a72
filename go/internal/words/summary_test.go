package words

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestCostLevel(t *testing.T) {
	for output, want := range map[int64]string{0: "low", 5_000_000: "low", 5_000_001: "medium", 14_999_999: "medium", 15_000_000: "high"} {
		if got := costLevel(&manifest.Prices{Output: output}); got != want {
			t.Errorf("%d: %s, not %s", output, got, want)
		}
	}
	if got := costLevel(nil); got != "" {
		t.Errorf("without prices: %s", got)
	}
}

func TestShortTools(t *testing.T) {
	for _, test := range []struct {
		summary Summary
		want    string
	}{
		{Summary{Tools: 7}, "7"},
		{Summary{}, "0"},
		{Summary{Tools: -1}, "all"},
		{Summary{Tools: -1, Denied: 2}, "all but 2"},
	} {
		if got := test.summary.ShortTools(); got != test.want {
			t.Errorf("%s, not %s", got, test.want)
		}
	}
}

// Each mode has words of its own.
func TestShortMode(t *testing.T) {
	seen := map[string]bool{}
	for _, mode := range []string{"plan", "ask", "acceptEdits", "auto", "bypass"} {
		text := Summary{Mode: mode}.ShortMode()
		if text == mode || len(text) > len("acts by rules") || seen[text] {
			t.Errorf("%s: %q", mode, text)
		}
		seen[text] = true
	}
}
