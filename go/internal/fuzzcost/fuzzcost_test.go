package fuzzcost

import "testing"

func TestUsedGrows(t *testing.T) {
	before, sum := used(), 0
	for i := range 500_000_000 {
		sum += i
	}
	if used() <= before {
		t.Error("no time was used", sum)
	}
}
