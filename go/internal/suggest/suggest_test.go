package suggest

import (
	"strings"
	"testing"
	"time"
)

func TestClosest(t *testing.T) {
	for _, c := range []struct{ wanted, want string }{
		{"codr", "coder"}, {"CODER", "coder"}, {"xyz", ""}, {"", ""}, {strings.Repeat("coder", 20), ""},
	} {
		if got := Closest(c.wanted, []string{"reviewer", "coder", strings.Repeat("coder", 20)}, 0.8); got != c.want {
			t.Errorf("%.20q: got %q, not %q", c.wanted, got, c.want)
		}
	}
}

func TestLongWords(t *testing.T) {
	began := time.Now()
	long := strings.Repeat("ab", 1<<19)
	many := make([]string, 1<<20)
	for i := range many {
		many[i] = "name"
	}
	Closest(long, []string{long, "x"}, 0.8)
	Closest("x", []string{long, "x"}, 0.8)
	Closest("nmae", many, 0.8)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
