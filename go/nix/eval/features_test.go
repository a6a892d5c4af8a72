package eval_test

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// TestFeatures is about what Nix has behind settings: off until it is asked for, and
// then as in Nix 2.34.
func TestFeatures(t *testing.T) {
	off := func(name string) string {
		return "error: experimental Nix feature '" + name + "' is disabled; add '--extra-experimental-features " + name + "' to enable it"
	}
	const warned = "error: aborting to reveal stack trace of warning, as abort-on-warn is set"
	for _, c := range []struct {
		expr, off, on string
	}{
		{`1 |> (x: x + 1) |> (x: x * 2)`, off("pipe-operators"), "4"},
		{`(x: x + 1) <| (x: x * 2) <| 3`, off("pipe-operators"), "7"},
		{`import (builtins.toFile "x" "[ 1 2 ] |> map (x: x + 1)")`, off("pipe-operators"), "[ 2 3 ]"},
		{`1 |> 2`, off("pipe-operators"), "error: attempt to call something which is not a function but an integer: 2"},
		{`builtins.hashString "blake3" ""`, off("blake3-hashes"), `"af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"`},
		{`builtins.hashString "blake3" 1`, off("blake3-hashes"), "error: expected a string but found an integer: 1"},
		{`builtins.hashFile "blake3" (builtins.toFile "x" "")`, off("blake3-hashes"), `"af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"`},
		{`builtins.convertHash { hash = "blake3-rxNJufX5oaagQE3qNtzJSZvLJcmtwRK3zJqTyuQfMmI="; toHashFormat = "nix32"; }`, off("blake3-hashes"),
			`"0qij3zjcm4wsrjvi5hddr4jwp6s9r7f3dsjd82had8grynwlj4xg"`},
		{`(derivation { name = "x"; builder = "b"; system = "s"; outputHashAlgo = "blake3"; outputHash = "rxNJufX5oaagQE3qNtzJSZvLJcmtwRK3zJqTyuQfMmI="; }).outPath`,
			off("blake3-hashes"), `"/nix/store/hl9cr2xvg4piv4vvni7w8bv168rdivjc-x"`},
		{`builtins.warn "x" 1`, "1", warned},
		{`builtins.tryEval (builtins.warn "x" 1)`, "{ success = true; value = 1; }", warned},
	} {
		if got := printIn(inDir(t, t.TempDir(), eval.Options{}), "/", c.expr); got != c.off {
			t.Errorf("%s\n got: %s\nwant: %s", c.expr, got, c.off)
		}
		on := eval.Options{PipeOperators: true, BLAKE3: true, AbortOnWarn: true}
		if got := printIn(inDir(t, t.TempDir(), on), "/", c.expr); got != c.on {
			t.Errorf("%s\n got: %s\nwant: %s", c.expr, got, c.on)
		}
	}
}
