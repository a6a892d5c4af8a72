package eval

import "testing"

// TestChains appends to lists in chains, which share what is in front, and to
// one list twice, which must not.
func TestChains(t *testing.T) {
	for expr, want := range map[string]string{
		`let l = g 40; c = l ++ [ 1 ]; d = c ++ [ 2 ]; e = c ++ [ 3 ]; in map (l: elemAt l 41) [ d e d ]`:                                "[ 2 3 2 ]",
		`let l = g 40; c = l ++ [ 1 ]; d = c ++ [ 2 ]; e = d ++ [ 4 ]; f = d ++ [ 5 ] ; in map (l: elemAt l (length l - 1)) [ e f d e ]`: "[ 4 5 2 4 ]",
		`let l = g 40; c = tail (l ++ [ 1 ]); d = c ++ [ 2 ]; e = c ++ [ 3 ]; in map (l: elemAt l 40) [ d e d ]`:                         "[ 2 3 2 ]",
		`foldl' (a: b: a + b) 0 (foldl' (a: x: a ++ [ x ]) [ ] (g 5000)) == foldl' (a: b: a + b) 0 (g 5000)`:                             "true",
		`let l = foldl' (a: x: a ++ [ x ]) [ ] (g 5000); in l == g 5000 && l ++ l == g 5000 ++ l`:                                        "true",
	} {
		ev := New(Options{})
		v, err := ev.EvalExpr(`let inherit (builtins) elemAt length tail foldl'; g = builtins.genList (x: x); in `+expr, "«test»", "/")
		if err != nil {
			t.Error(err)
			continue
		}
		if text, err := ev.Print(v); err != nil || text != want {
			t.Errorf("%s: got %s, %v", expr, text, err)
		}
	}
}
