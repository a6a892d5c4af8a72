package diag

import (
	"strings"
	"testing"
	"time"
)

// A value of a mebibyte is quoted in linear time, whatever it repeats: the ends
// that grew with the square took a minute.
func TestQuotesLongValues(t *testing.T) {
	for _, unit := range []string{"a", " ", "ab  ", "\n", "\\", "`", "\u3164", "e\u0301", "\u0301", "日", "\xff", "a\u200b"} {
		started := time.Now()
		value := "`" + strings.Repeat(unit, (1<<20)/len(unit))
		if Quote(value) == "" || Cell(value) == "" || Escape(value, false) == "" || QuoteProse(value) == "" {
			t.Errorf("%q: nothing is left", unit)
		}
		if took := time.Since(started); took > 10*time.Second {
			t.Errorf("%q: took %v", unit, took)
		}
	}
}
