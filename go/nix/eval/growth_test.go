package eval_test

import (
	"fmt"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// Writing a text, and appending to one, takes steps in proportion to its length, whatever has to be escaped in it.
func TestTextsGrowLinearly(t *testing.T) {
	for name, expr := range map[string]string{
		"JSON of quotes":         `builtins.stringLength (builtins.toJSON (builtins.concatStringsSep "" (builtins.genList (_: "\"") %d)))`,
		"JSON of quotes, first":  `builtins.stringLength (builtins.toJSON (builtins.concatStringsSep "" (builtins.genList (_: "\"") %[1]d ++ builtins.genList (_: "abcdefgh") %[1]d)))`,
		"JSON of control bytes":  `builtins.stringLength (builtins.toJSON (builtins.concatStringsSep "" (builtins.genList (_: "\t") %d)))`,
		"XML of quotes":          `builtins.stringLength (builtins.toXML (builtins.concatStringsSep "" (builtins.genList (_: "\"") %d)))`,
		"JSON read with escapes": `builtins.stringLength (builtins.fromJSON (builtins.toJSON (builtins.concatStringsSep "" (builtins.genList (_: "\n") %d))))`,
		"appended":               `builtins.stringLength (builtins.foldl' (a: x: a + "x") "" (builtins.genList (_: 0) %d))`,
		"appended, interpolated": `builtins.stringLength (builtins.foldl' (a: x: "${a}${toString x}") "" (builtins.genList (x: x) %d))`,
		"replaced":               `builtins.stringLength (builtins.replaceStrings [ "a" ] [ "bcd" ] (builtins.concatStringsSep "" (builtins.genList (_: "a") %d)))`,
	} {
		steps := func(n int) int64 {
			ev := eval.New(eval.Options{})
			if _, err := ev.EvalExpr(fmt.Sprintf(expr, n), "t", "/"); err != nil {
				t.Fatal(name, err)
			}
			return ev.Steps()
		}
		if few, many := steps(20_000), steps(160_000); many > 12*few {
			t.Errorf("%s: %d steps, and %d for eight times as much", name, few, many)
		}
	}
}
