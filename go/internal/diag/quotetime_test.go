package diag

import (
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

// A value of a mebibyte is quoted in linear time, whatever it repeats: the ends
// that grew with the square took a minute.
func TestQuotesLongValues(t *testing.T) {
	for _, unit := range []string{"a", " ", "ab  ", "\n", "\\", "`", "\u3164", "e\u0301", "\u0301", "日", "\xff", "a\u200b"} {
		value := "`" + strings.Repeat(unit, (1<<20)/len(unit))
		took := fuzzcost.Of(func() {
			if Quote(value) == "" || Cell(value) == "" || Escape(value, false) == "" || QuoteProse(value) == "" {
				t.Errorf("%q: nothing is left", unit)
			}
		})
		if took > 10*time.Second {
			t.Errorf("%q: took %v", unit, took)
		}
	}
}
