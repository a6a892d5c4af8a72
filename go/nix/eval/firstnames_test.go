package eval_test

import (
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// The names that Nix knows before it reads a text come first, whatever the order of
// the text: seen with the messages of Nix 2.34.8.
func TestOrderOfAttributes(t *testing.T) {
	var traces []string
	ev := eval.New(eval.Options{Trace: func(s string) { traces = append(traces, strings.TrimPrefix(s, "trace: ")) }})
	names := strings.Fields("own x derivation head map or drvPath success value outPath also allOutputs name with")
	var left, right strings.Builder
	for _, n := range names {
		left.WriteString(`"` + n + `" = builtins.trace "` + n + `" 1; `)
		right.WriteString(`"` + n + `" = 1; `)
	}
	if _, err := ev.EvalExpr("{ "+left.String()+"} == { "+right.String()+"}", "t", "/"); err != nil {
		t.Fatal(err)
	}
	const want = "outPath drvPath name value or head map derivation x own success also allOutputs with"
	if got := strings.Join(traces, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for expr, want := range map[string]string{
		`builtins.deepSeq (builtins.listToAttrs [ { name = "k"; value = throw "k"; } { name = ""; value = throw "empty"; } ]) null`:                            "empty",
		`builtins.deepSeq { k = throw "k"; "<with>" = throw "with"; "" = throw "empty"; } null`:                                                                "with",
		`assert { y = 2; x = 3; } == { a = "a"; b = null; }; 1`:                                                                                                "attribute name 'x' is contained in '{ x = 3; y = 2; }', but not in '{ a = \"a\"; b = null; }'",
		`builtins.toFile "n" "${derivation { name = "l"; system = "s"; builder = "b"; }}${(derivation { name = "e"; system = "s"; builder = "b"; }).drvPath}"`: "files created by builtins.toFile may not reference derivations, but n references =mvq13k8zm6zxicj5j2b01pg1n4n3rqks-e.drv",
	} {
		_, err := eval.New(eval.Options{}).EvalExpr(expr, "t", "/")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", expr, err, want)
		}
	}
}
