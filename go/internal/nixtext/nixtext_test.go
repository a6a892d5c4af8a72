package nixtext

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Every text comes back from Nix as it was, however it is written.
func TestTextsComeBackFromNix(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b c", " ", "  ", "\t", "\n", "\n", "'", "''", "$", "${", "{", "}", "\\", `"`, "\r", "ö", "${x}", "# no comment", "/* nor this"})
	indented := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 20 { // a text is small, and most are harmless
			want := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
			var b strings.Builder
			Text(&b, "  ", want)
			if strings.HasPrefix(b.String(), "''") {
				indented++
			}
			ev := eval.New(eval.Options{Sources: &source.FS{}})
			v, err := ev.EvalExpr(b.String(), "text", "/")
			if err != nil {
				t.Fatalf("%v\n%s", err, b.String())
			}
			data, err := ev.ToJSON(v)
			var got string
			if err != nil || json.Unmarshal(data, &got) != nil || got != want {
				t.Fatalf("%v: %q became %q, written as\n%s", err, want, got, b.String())
			}
		}
	})
	if indented == 0 {
		t.Error("no text was written over several lines")
	}
}
