package eval

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"
)

// TestTOMLTables holds the rules for which tables and keys may follow which to
// go-toml's own, which takes a time quadratic in their number.
func TestTOMLTables(t *testing.T) {
	key := rapid.StringMatching(`[ab](\.[abc]){0,2}`)
	line := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return "[" + key.Draw(t, "table") + "]"
		case 1:
			return "[[" + key.Draw(t, "tables") + "]]"
		case 2:
			return key.Draw(t, "key") + " = {" + key.Draw(t, "first") + " = 1, " + key.Draw(t, "second") + " = [{a = 1.5}, true]}"
		}
		return key.Draw(t, "key") + " = '" + key.Draw(t, "value") + "'"
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(line, 0, 8).Draw(t, "lines"), "\n")
		want := make(map[string]any)
		bad := toml.Unmarshal([]byte(text), &want)
		ev := New(Options{})
		v, err := ev.Call(ev.base[ev.globals["fromTOML"]], Str(text))
		if (bad == nil) != (err == nil) {
			t.Fatalf("%s\ngo-toml says %v, we %v", text, bad, err)
		}
		if err != nil {
			return
		}
		got, err := ev.ToJSON(v)
		if err != nil {
			t.Fatal(err)
		}
		if expected, _ := json.Marshal(want); string(got) != string(expected) {
			t.Fatalf("%s\ngot %s, want %s", text, got, expected)
		}
	})
}

// TestManyTOMLKeys reads what a search through all keys for each would take minutes for.
func TestManyTOMLKeys(t *testing.T) {
	begun := time.Now()
	ev := New(Options{})
	_, err := ev.EvalExpr(`fromTOML (builtins.concatStringsSep "" (builtins.genList (i: "k${toString i} = 1\n") 300000))`, "«test»", "/")
	if took := time.Since(begun); err != nil || took > time.Minute {
		t.Errorf("took %s: %v", took, err)
	}
}
