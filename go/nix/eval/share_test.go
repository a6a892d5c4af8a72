package eval

import "testing"

// TestSharedScopes calls functions of several arguments one by one and at once:
// they share a scope, which no call may see changed by another, nor one that was
// given back.
func TestSharedScopes(t *testing.T) {
	for expr, want := range map[string]string{
		`let f = a: b: c: [ a b c ]; g = f 1; h = g 2; in [ (h 3) (g 4 5) (h 6) (f 7 8 9) (h 3) ]`:                                                            "[ [ 1 2 3 ] [ 1 4 5 ] [ 1 2 6 ] [ 7 8 9 ] [ 1 2 3 ] ]",
		`let f = a: b: { inherit a b; c = a + b; }; l = map (f 1) [ 2 3 ]; in map (x: [ x.c x.a x.b ]) l`:                                                     "[ [ 3 1 2 ] [ 4 1 3 ] ]",
		`let f = a: a: b: a - b; in [ (f 1 2 3) (map (f 1 5) [ 1 2 ]) ]`:                                                                                      "[ -1 [ 4 3 ] ]",
		`let f = a: b: c: d: e: f: g: h: i: j: k: [ a b c d e f g h i j k ]; in (f 1 2 3 4 5 6 7 8) 9 10 11`:                                                  "[ 1 2 3 4 5 6 7 8 9 10 11 ]",
		`let f = a: b: c: d: e: f: g: h: i: j: k: [ a b c d e f g h i j k ]; p = f 1 2 3 4 5 6 7 8; in map (p 9 10) [ 11 12 ] == [ (p 9 10 11) (p 9 10 12) ]`: "true",
		`let f = a: { b, c ? a }: d: [ a b c d ]; in [ (f 1 { b = 2; } 3) (f 1 { b = 2; c = 4; } 5) ]`:                                                        "[ [ 1 2 1 3 ] [ 1 2 4 5 ] ]",
		`let sum = a: b: a + b; all = n: foldl' sum 0 (g n); in [ (all 100) (foldl' (s: n: s + all n) 0 (g 50)) ]`:                                            "[ 4950 19600 ]",
		// A body that calls others while its scope is in use, many times over.
		`let less = a: b: a < b; depth = n: if n == 0 then 0 else 1 + depth (n - 1); in [ (elemAt (sort less (g 1000)) 500) (depth 200) (map depth (g 30) == g 30) ]`: "[ 500 200 true ]",
		`let pick = a: b: if a == b then b else a; f = a: b: pick (pick a b) (pick b a); in foldl' (s: n: s + f n 1 + pick n s) 0 (g 200)`:                            "39800",
		// What comes out of such a body outlives its scope.
		`let pair = a: b: [ a b ]; set = a: b: { inherit a; c = b; }; l = map (n: pair n (n + 1)) (g 60); s = map (n: set n (n + 1)) (g 60); in [ (elemAt l 3) (elemAt s 5).c (elemAt s 59).a (elemAt l 40) ]`: "[ [ 3 4 ] 6 59 [ 40 41 ] ]",
		`let f = a: b: tryEval (if a == b then throw "x" else a); l = map (n: (f n 7).success) (g 40); in [ (elemAt l 6) (elemAt l 7) (elemAt l 39) ]`:                                                         "[ true false true ]",
	} {
		ev := New(Options{})
		v, err := ev.EvalExpr(`let inherit (builtins) elemAt sort foldl' tryEval; g = builtins.genList (x: x); in `+expr, "«test»", "/")
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		if text, err := ev.Print(v); err != nil || text != want {
			t.Errorf("%s: got %s, %v", expr, text, err)
		}
	}
}
