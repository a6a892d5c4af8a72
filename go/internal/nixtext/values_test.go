package nixtext

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// anyText is a string that Nix can have.
var anyText = rapid.Custom(func(t *rapid.T) string {
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"''", "$", "${", "}", "\\", `"`, "\n", "\r", "\t", " ", "a", "''$", "''\\", "/*", "#", "\u202e", "\u2028", "é"}), 0, 8), func(s []string) string { return strings.Join(s, "") })).Draw(t, "text")
	return strings.ReplaceAll(text, "\x00", "")
})

// values are sets with strings as names and at every place.
var values = rapid.Custom(func(t *rapid.T) map[string]any {
	out := map[string]any{}
	for range rapid.IntRange(1, 6).Draw(t, "fields") {
		name := rapid.OneOf(anyText, rapid.SampledFrom([]string{"if", "rec", "inherit", "or", "a-b", "_", "a'b", "a.b", "1a", ""})).Draw(t, "name")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			out[name] = anyText.Draw(t, "value")
		case 1:
			list := []any{}
			for range rapid.IntRange(0, 3).Draw(t, "items") {
				list = append(list, anyText.Draw(t, "item"))
			}
			out[name] = list
		case 2:
			out[name] = rapid.Bool().Draw(t, "flag")
		default:
			out[name] = map[string]any{anyText.Draw(t, "inner"): anyText.Draw(t, "value")}
		}
	}
	return out
})

// written is the Nix text of such values.
func written(all map[string]any) string {
	root := &Set{}
	for name, v := range all {
		if inner, ok := v.(map[string]any); ok {
			for key, value := range inner {
				root.Put(value, name, key)
			}
			continue
		}
		root.Put(v, name)
	}
	var b strings.Builder
	Value(&b, "", root)
	return b.String()
}

func compare(t interface{ Fatalf(string, ...any) }, text string, data []byte, want map[string]any) {
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v: %#v became %#v, written as\n%s", err, want, got, text)
	}
}

// Whatever strings are written, as values and as names, both evaluators read them.
func TestValuesComeBackFromNix(t *testing.T) {
	var all []map[string]any
	rapid.Check(t, func(t *rapid.T) {
		want := values.Draw(t, "values")
		text := written(want)
		ev := eval.New(eval.Options{Sources: &source.FS{}})
		v, err := ev.EvalExpr(text, "text", "/")
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		data, err := ev.ToJSON(v)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		compare(t, text, data, want)
		all = append(all, want)
	})
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix is not installed, and in CI it must be")
		}
		t.Skip("nix is not installed")
	}
	// The installed Nix reads all of them at once.
	var list strings.Builder
	list.WriteString("[\n")
	for _, want := range all {
		list.WriteString(written(want) + "\n")
	}
	list.WriteString("]\n")
	file := filepath.Join(t.TempDir(), "values.nix")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(nix, "--eval", "--json", "--strict", file).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, err.(*exec.ExitError).Stderr)
	}
	var got []map[string]any
	if err := json.Unmarshal(out, &got); err != nil || !reflect.DeepEqual(got, all) {
		t.Fatalf("%v: the installed Nix reads something else", err)
	}
}
