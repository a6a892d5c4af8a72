package eval

import (
	"math/rand/v2"
	"testing"
)

// TestKeySet adds keys in several orders: none twice, and no way down is long.
func TestKeySet(t *testing.T) {
	const n = 1 << 14
	random := rand.New(rand.NewPCG(1, 2))
	orders := map[string]func(i int) int{
		"ascending":  func(i int) int { return i },
		"descending": func(i int) int { return -i },
		"zigzag":     func(i int) int { return i * (1 - 2*(i%2)) },
		"random":     func(int) int { return random.IntN(n / 2) },
	}
	for name, order := range orders {
		k := keySet{ev: New(Options{})}
		seen := map[int]bool{}
		for i := range n {
			key := order(i)
			if added := k.add(Int(key)); added == seen[key] {
				t.Fatalf("%s: adding %d: %v", name, key, added)
			}
			seen[key] = true
		}
		count, deepest, last := 0, 0, Int(-n)
		var visit func(x *keyNode, depth int)
		visit = func(x *keyNode, depth int) {
			if x == nil {
				deepest = max(deepest, depth)
				return
			}
			visit(x.left, depth+1)
			if key := x.key.(Int); count > 0 && key <= last {
				t.Errorf("%s: %d after %d", name, key, last)
			}
			last = x.key.(Int)
			count++
			visit(x.right, depth+1)
		}
		visit(k.root, 0)
		if count != len(seen) || deepest > 30 {
			t.Errorf("%s: %d keys, want %d; %d levels", name, count, len(seen), deepest)
		}
	}
}
