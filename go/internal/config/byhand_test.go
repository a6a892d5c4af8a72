package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"
)

// What an error tells to write by hand can be pasted into a file, and says there
// what the command would have written.
func TestByHandIsTOML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringN(0, 4, -1), rapid.SampledFrom([]string{"a b", "\x00", "\a\b\v\x7f", "\u200b", "\U0010ffff", "é", `"`, `\`, "\r\n"}))
		path := rapid.SliceOfN(text, 1, 3).Draw(t, "path")
		e := edit{path: path}
		want := any(nil)
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			value := text.Draw(t, "value")
			e.value, want = value, value
		case 1:
			list := rapid.SliceOfN(text, 1, 3).Draw(t, "list")
			e.value, want = list, decoded(list)
		default:
			value := text.Draw(t, "field")
			e.value, want = table{{"uri", value}, {"hosts", nil}}, map[string]any{"uri": value}
		}
		_, written, ok := strings.Cut(e.byHand(), ":")
		if !ok {
			t.Fatalf("nothing to write in %q", e.byHand())
		}
		var got any
		values := map[string]any{}
		if err := toml.Unmarshal([]byte(strings.TrimPrefix(written, " ")), &values); err != nil {
			t.Fatalf("%v in %q", err, written)
		}
		got = values
		for _, key := range path {
			inner, _ := got.(map[string]any)
			got = inner[key]
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q says %#v, not %#v", written, got, want)
		}
	})
}
