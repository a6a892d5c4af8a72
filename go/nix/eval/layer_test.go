package eval_test

import (
	"fmt"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// TestLayers holds what sets that lie on a large one do to what the same sets do that are flat.
func TestLayers(t *testing.T) {
	const prelude = `
		let
			inherit (builtins) attrNames attrValues catAttrs deepSeq elem filter foldl' functionArgs getAttr hasAttr intersectAttrs
				length listToAttrs mapAttrs removeAttrs seq toJSON toXML tryEval zipAttrsWith;
			of = p: n: listToAttrs (builtins.genList (i: { name = p + toString i; value = i; }) n);
			big = of "a" 300;
			other = of "b" 300;
			flat = s: removeAttrs (s // { "0" = 0; }) [ "0" ];
			over = { a5 = "five"; x = 1; };
			test = s: `
	for _, body := range []string{
		`attrNames s`, `attrValues s`, `s`, `toJSON s`, `toXML s`, `[ s.a5 s.a6 s.x (s.y or 2) ]`, `[ (s ? a5) (s ? x) (s ? y) (s ? a299.b) ]`,
		`map (n: getAttr n s) (attrNames s)`, `map (n: hasAttr n s) [ "a0" "x" "y" "a300" ]`, `mapAttrs (n: v: [ n v ]) s`,
		`removeAttrs s [ "a5" "x" "a7" "y" ]`, `intersectAttrs s over`, `intersectAttrs over s`, `intersectAttrs s s`, `intersectAttrs s big`,
		`s // { }`, `{ } // s`, `s // s`, `s // { x = 2; z = 3; }`, `{ x = 2; z = 3; } // s`, `s // big`, `big // s`, `s // other`, `other // s`,
		`(s // { x = 2; }) // { x = 3; a5 = 4; }`, `let t = s // { x = 2; }; u = t // { x = 3; }; in seq (attrNames u) [ t.x u.x s.x t.a5 ]`,
		`foldl' (a: i: a // { "a${toString (300 - i)}" = "n"; }) s (builtins.genList (i: i) 20)`,
		`[ (s == s) (s == big) (s == big // over) (big == s) (s == s // { x = 2; }) ]`, `deepSeq s 1`, `with s; [ a5 x a299 ]`,
		`let inherit (s) a5 x a299; in [ a5 x a299 ]`, `({ a5, x, y ? 3, ... }: [ a5 x y ]) s`, `({ a5, x, ... }@all: all) s`, `catAttrs "x" [ s big s ]`,
		`zipAttrsWith (n: v: v) [ s big over ]`, `let n = "a5"; in [ s.${n} (s.${n + "x"} or 7) ]`, `(tryEval (assert s == big; 1)).success`,
		`let t = s // { __functor = self: a: a + self.x; }; in t 4`, `let t = s // { outPath = "/o"; }; in [ "${t}" (toString t) t.a5 ]`,
		`let t = s // { __toString = self: "s" + toString self.x; }; in "${t}"`, `let t = s // { type = "derivation"; outPath = "o"; }; in t == { type = "derivation"; outPath = "o"; }`,
		`builtins.unsafeGetAttrPos "x" s == builtins.unsafeGetAttrPos "x" over`, `filter (n: elem n [ "x" "a5" ]) (attrNames s)`,
		`let d = derivation { name = "n"; system = "s"; builder = "b"; outputs = builtins.genList (i: "o${toString i}") 300; }; in
			[ d.o7.outPath d.o7.outputName d.o7.o8.outPath d.type (length d.all) (d.o9 == d.o9.o9) (length (attrNames d.o3)) "${d.o299}" d.drvAttrs.name ]`,
	} {
		value := func(set string) string {
			ev := eval.New(eval.Options{})
			v, err := ev.EvalExpr(prelude+"\n"+body+"; in test ("+set+")", "t", "/")
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			text, err := ev.Print(v)
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			return text
		}
		want := value(`flat (big // over)`)
		for _, set := range []string{`big // over`, `(big // { a5 = 4; }) // over`, `big // { x = 2; } // over`} {
			if got := value(set); got != want {
				t.Errorf("%s with %s:\n%.300s\nwant:\n%.300s", body, set, got, want)
			}
		}
	}
}

// Sets that differ in little from a large one take steps and memory for what they differ in.
func TestLayersGrowLinearly(t *testing.T) {
	for name, expr := range map[string]string{
		"updates": `let s = builtins.listToAttrs (builtins.genList (i: { name = "a${toString i}"; value = i; }) %d);
			in builtins.foldl' (a: i: a + (s // { a5 = i; }).a5 + (s // { x = i; }).a7) 0 (builtins.attrValues s)`,
		"outputs": `let d = derivation { name = "x"; system = "x"; builder = "b"; outputs = builtins.genList (i: "o${toString i}") %d; };
			in builtins.foldl' (a: o: a + builtins.stringLength "${d.${o}}") 0 d.drvAttrs.outputs`,
	} {
		cost := func(n int) (steps, memory int64) {
			ev := eval.New(eval.Options{})
			if _, err := ev.EvalExpr(fmt.Sprintf(expr, n), "t", "/"); err != nil {
				t.Fatal(name, err)
			}
			return ev.Steps(), ev.Charged()
		}
		few, little := cost(1000)
		many, much := cost(8000)
		if many > 12*few || much > 12*little {
			t.Errorf("%s: %d steps and %d bytes, and %d and %d for eight times as many", name, few, little, many, much)
		}
	}
}
