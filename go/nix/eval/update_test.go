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

// TestUpdateOfAllNames copies nothing where the right operand has every name of the left one.
func TestUpdateOfAllNames(t *testing.T) {
	ev := New(Options{})
	set := func(names ...syntax.Symbol) *Attrs {
		attrs := ev.makeAttrs(len(names))
		for _, n := range names {
			attrs = append(attrs, Attr{Name: n, Value: ev.int(int64(n))})
		}
		return ev.newAttrs(attrs)
	}
	all := set(2, 3, 5, 7, 11, 13)
	for _, left := range []*Attrs{all, set(2, 3, 5, 7, 11, 13), set(2), set(7), set(13), set(3, 11), set(2, 13)} {
		if got := ev.update(left, all); got != all {
			t.Errorf("%v // %v is a copy", left.Attrs, all.Attrs)
		}
	}
	for _, left := range []*Attrs{set(1), set(14), set(4), set(2, 6), set(2, 14), set(1, 2, 3, 5, 7, 11, 13), set(3, 4, 5, 7)} {
		if got := ev.update(left, all); got == all {
			t.Errorf("%v // %v lost names", left.Attrs, all.Attrs)
		}
	}
}
