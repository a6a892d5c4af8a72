package eval

import "testing"

// TestChains appends to lists in chains, which share what is in front, and to
// one list twice, which must not.
func TestChains(t *testing.T) {
	text := func(expr string) string {
		return `let s = concatStringsSep "" (map toString (g 200)); ends = map (s: substring (stringLength s - 4) 9 s); in ` + expr
	}
	for expr, want := range map[string]string{
		`let l = g 40; c = l ++ [ 1 ]; d = c ++ [ 2 ]; e = c ++ [ 3 ]; in map (l: elemAt l 41) [ d e d ]`:                                "[ 2 3 2 ]",
		`let l = g 40; c = l ++ [ 1 ]; d = c ++ [ 2 ]; e = d ++ [ 4 ]; f = d ++ [ 5 ] ; in map (l: elemAt l (length l - 1)) [ e f d e ]`: "[ 4 5 2 4 ]",
		`let l = g 40; c = tail (l ++ [ 1 ]); d = c ++ [ 2 ]; e = c ++ [ 3 ]; in map (l: elemAt l 40) [ d e d ]`:                         "[ 2 3 2 ]",
		`foldl' (a: b: a + b) 0 (foldl' (a: x: a ++ [ x ]) [ ] (g 5000)) == foldl' (a: b: a + b) 0 (g 5000)`:                             "true",
		`let l = foldl' (a: x: a ++ [ x ]) [ ] (g 5000); in l == g 5000 && l ++ l == g 5000 ++ l`:                                        "true",

		text(`let c = s + "-"; d = c + "1"; e = d + "2"; f = d + "3"; h = c + "4"; i = e + "5"; in ends [ i f h e d i ]`):                             `[ "-125" "9-13" "99-4" "9-12" "99-1" "-125" ]`,
		text(`let c = s + "-"; d = c + "1"; e = d + d; f = e + e; h = "${d}2"; in ends [ e d f h d ] ++ [ (f == d + d + d + d) ]`):                    `[ "99-1" "99-1" "99-1" "9-12" "99-1" true ]`,
		text(`let c = s + "-"; d = c + "1"; e = substring 1 999 d + "2"; f = d + "3"; h = f + "4"; in ends [ e f h d ]`):                              `[ "9-12" "9-13" "-134" "99-1" ]`,
		text(`foldl' (a: x: a + toString x) s (g 5000) == s + concatStringsSep "" (map toString (g 5000))`):                                           "true",
		text(`let l = foldl' (a: x: [ ((head a) + "y") ] ++ a) [ s ] (g 200); in all (x: x) (genList (i: elemAt l (i + 1) + "y" == elemAt l i) 200)`): "true",
	} {
		ev := New(Options{})
		v, err := ev.EvalExpr(`let inherit (builtins) all concatStringsSep elemAt foldl' genList head length stringLength substring tail; g = builtins.genList (x: x); in `+expr, "«test»", "/")
		if err != nil {
			t.Error(err)
			continue
		}
		if text, err := ev.Print(v); err != nil || text != want {
			t.Errorf("%s: got %s, %v", expr, text, err)
		}
	}
}
