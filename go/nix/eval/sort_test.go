package eval

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSortKeysProperty sorts names that have much and little in common as their bytes are.
func TestSortKeysProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := New(Options{})
		name := rapid.OneOf(
			rapid.StringMatching(`[a-c]{0,12}`),
			rapid.StringMatching(`commonstart[a-c]{0,6}`),
			rapid.StringN(0, 12, 12),
		)
		names := rapid.SliceOfNDistinct(name, 0, 600, rapid.ID[string]).Draw(t, "names")
		keys := make([]nameKey, len(names))
		for i, n := range names {
			sym := ev.symbols.Intern(n)
			keys[i] = nameKey{ev.symbols.Beginning(sym), sym, uint32(i)}
		}
		var got []string
		for _, k := range ev.sortKeys(keys) {
			got = append(got, names[k.at])
		}
		slices.Sort(names)
		if !slices.Equal(got, names) {
			t.Errorf("got %q, want %q", got, names)
		}
	})
}
