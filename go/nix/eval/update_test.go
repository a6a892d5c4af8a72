package eval

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// TestUpdateProperty merges sets of any names, in chains too, and looks that
// none of the operands is changed.
func TestUpdateProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := New(Options{})
		want := []map[syntax.Symbol]int64{{}}
		sets := []*Attrs{emptyAttrs}
		for range rapid.IntRange(1, 12).Draw(t, "merges") {
			names := rapid.SliceOfNDistinct(rapid.Uint32Range(1, 150), 0, 60, rapid.ID[uint32]).Draw(t, "names")
			slices.Sort(names)
			right, is := ev.makeAttrs(len(names)), map[syntax.Symbol]int64{}
			for _, n := range names {
				v := rapid.Int64().Draw(t, "value")
				right = append(right, Attr{Name: syntax.Symbol(n), Value: ev.int(v)})
				is[syntax.Symbol(n)] = v
			}
			left := rapid.IntRange(0, len(sets)-1).Draw(t, "left")
			for n, v := range want[left] {
				if _, ok := is[n]; !ok {
					is[n] = v
				}
			}
			sets, want = append(sets, ev.update(sets[left], ev.newAttrs(right))), append(want, is)
		}
		for i, set := range sets {
			got := map[syntax.Symbol]int64{}
			for k, a := range set.Attrs {
				if k > 0 && set.Attrs[k-1].Name >= a.Name {
					t.Fatalf("set %d is not in order", i)
				}
				got[a.Name] = int64(a.Value.(Int))
			}
			if fmt.Sprint(got) != fmt.Sprint(want[i]) {
				t.Errorf("set %d: got %v, want %v", i, got, want[i])
			}
		}
	})
}

// TestLongChainOfUpdates takes steps in proportion to the merges, as long as each adds new names.
func TestLongChainOfUpdates(t *testing.T) {
	steps := func(n int) int64 {
		ev := New(Options{})
		if _, err := ev.EvalExpr(fmt.Sprintf(`let all = builtins.foldl' (s: n: s // { "a${toString n}" = n; }) { } (builtins.genList (n: n) %d); in all.a100 + all.a7`, n), "t", "/"); err != nil {
			t.Fatal(err)
		}
		return ev.Steps()
	}
	if few, many := steps(4000), steps(32000); many > 12*few {
		t.Errorf("%d steps, and %d for eight times as many", few, many)
	}
}
