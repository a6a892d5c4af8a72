package resolve

import (
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	b := newBudget(20 * time.Second)
	for i := range wholeLimits {
		if limit, _ := b.next(); limit != 20*time.Second {
			t.Errorf("profile %d may take %s", i, limit)
		}
		b.left -= 20 * time.Second
	}
	if limit, spent := b.next(); limit != time.Second {
		t.Errorf("after the whole budget: %s", limit)
	} else {
		spent()
	}
	small := newBudget(100 * time.Millisecond)
	small.left = 0
	if limit, _ := small.next(); limit != 100*time.Millisecond {
		t.Errorf("more than the limit: %s", limit)
	}
}
