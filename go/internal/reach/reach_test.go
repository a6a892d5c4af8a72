package reach_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	. "github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Each order holds just the words that the manifest has.
func TestOrdersAreComplete(t *testing.T) {
	for _, test := range []struct {
		order []string
		words manifest.Constraint
	}{
		{Modes, manifest.PermissionMode("").Constraint()},
		{Actions, manifest.Action("").Constraint()},
		{Filesystems, manifest.Filesystem("").Constraint()},
		{Networks, manifest.Network("").Constraint()},
		{Searches, manifest.SearchMode("").Constraint()},
		{Memories, manifest.MemoryScope("").Constraint()},
	} {
		have, want := slices.Sorted(slices.Values(test.order)), slices.Sorted(slices.Values(test.words.Enum))
		if !slices.Equal(have, want) {
			t.Errorf("%v, and the manifest has %v", have, want)
		}
	}
}

func TestBeyond(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"ask", "auto", true}, {"auto", "ask", false}, {"ask", "ask", false},
		{"ask", "new", true}, {"new", "ask", true}, {"new", "newer", true}, {"new", "new", false},
	} {
		if got := Beyond(Modes, test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %v", test.a, test.b, got)
		}
	}
}

// pairs are patterns, and whether the first covers the second.
var pairs = []struct {
	kind         Kind
	wide, narrow string
	want         bool
}{
	{Tool, "bash", "bash", true}, {Tool, "*", "bash", true}, {Tool, "mcp__a__*", "mcp__a__b", true}, {Tool, "mcp__*", "mcp__a__*", true},
	{Tool, "bash", "*", false}, {Tool, "bash", "bash*", false}, {Tool, "bash*", "bash", true}, {Tool, "mcp__a__b", "mcp__a__*", false},
	{Tool, "mcp__a__*", "mcp__a_", false}, {Tool, "mcp__*__*", "mcp__*__x", false}, {Tool, "", "", true}, {Tool, "*", "", false}, {Tool, "", "bash", false},
	{Name, "anthropic/*", "anthropic/claude", true}, {Name, "anthropic/*", "openai/x", false}, {Name, "*", "", false},

	{Host, "a.org", "a.org", true}, {Host, "*.a.org", "b.a.org", true}, {Host, "*.a.org", "*.b.a.org", true}, {Host, "*.a.org", "*.a.org", true},
	{Host, "*.a.org", "a.org", false}, {Host, "a.org", "*.a.org", false}, {Host, "*.a.org", "ba.org", false}, {Host, "a.org", "b.org", false},
	{Host, "*", "a.org", false}, {Host, "*a.org", "b.a.org", false}, {Host, "*.*.org", "x.*.org", false}, {Host, "**.a.org", "b.a.org", false}, {Host, "*.", "a.", true},

	{Folder, "./*", "./src/*", true}, {Folder, "./src/*", "./src/a/*", true}, {Folder, "./src/*", "./srcs/*", false}, {Folder, "./src/*", "./*", false},
	{Path, "a/*", "a/b", false}, {Path, "a/*", "a/*", true}, {Path, "**", "a", true}, {Path, "a/**", "a/b/*.[ab]", true}, {Path, "a/**", "b/c", false},
	{Path, "**", "{~/x,a}/b", false}, {Path, "{a,b}/**", "a/c", false}, {Path, "**", "~/a", false}, {Path, "**", "/a", false}, {Path, "~/a/**", "~/a", true},
	{Path, "[a]/**", "[a]/b", false}, {Path, "a/**", "a/../b", false}, {Path, "**/*.{a,b}", "**/*.a", false}, {Path, "**/*.{a,b}", "**/*.{a,b}", true},
	{Name, "a*", "a?", true}, {Name, "a?*", "a?b", false}, {Name, `a\*`, `a\b`, false}, {Name, `a\*`, `a\*`, true}, {Name, "ä*", "äö", true}, {Name, "**", "*", false},
	{Tool, "a[b]*", "a[b]c", false}, {Tool, "a]*", "a]b", false}, {Tool, "{a,b}*", "{a,b}", false},
}

func TestCovers(t *testing.T) {
	for _, pair := range pairs {
		if got := Covers(pair.kind, pair.wide, pair.narrow); got != pair.want {
			t.Errorf("kind %d: %q over %q: %v", pair.kind, pair.wide, pair.narrow, got)
		}
	}
}

// nixKinds are the kinds that lib/reach/covers.nix knows.
var nixKinds = map[Kind]string{Tool: "tool", Name: "name", Host: "host"}

// inNix returns what a function of lib/reach says of each of some arguments.
func inNix[T any](t testing.TB, function string, asked []T) []bool {
	t.Helper()
	data, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalExpr(`map (p: builtins.foldl' (f: f) (import /insomnia/lib/reach/`+function+`) p)
		(builtins.fromJSON "`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(string(data))+`")`, "test", "/insomnia")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ev.ToJSON(v)
	var answers []bool
	if err != nil || json.Unmarshal(out, &answers) != nil || len(answers) != len(asked) {
		t.Fatalf("%v: %s", err, out)
	}
	return answers
}

// The Nix library answers as package reach does.
func TestNixCovers(t *testing.T) {
	var asked [][3]string
	var want []bool
	for _, pair := range pairs {
		if kind, known := nixKinds[pair.kind]; known {
			asked, want = append(asked, [3]string{kind, pair.wide, pair.narrow}), append(want, pair.want)
		}
	}
	// And random inputs.
	random := rand.New(rand.NewPCG(11, 3))
	draw := func() string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString([]string{"a", "b", ".", "*", "?", "[", "]", "{", "}", `\`, " ", "ä", "$", "*."}[random.IntN(14)])
		}
		return b.String()
	}
	for kind, name := range nixKinds {
		for range 500 {
			wide, narrow := draw(), draw()
			if random.IntN(2) == 0 {
				narrow = strings.TrimRight(wide, "*") + narrow
			}
			asked, want = append(asked, [3]string{name, wide, narrow}), append(want, Covers(kind, wide, narrow))
		}
	}
	for i, got := range inNix(t, "covers.nix", asked) {
		if got != want[i] {
			t.Errorf("%q: %v in Nix", asked[i], got)
		}
	}
}

// Covering carries over, whatever the texts are.
func FuzzCovers(f *testing.F) {
	f.Add(uint8(Host), "*.a.org", "*.b.a.org", "c.b.a.org")
	f.Add(uint8(Rule), "* *", "b* a*", "ba ab")
	f.Fuzz(func(t *testing.T, kind uint8, a, b, c string) {
		k := Kind(kind) % (Path + 1)
		if !Covers(k, a, a) {
			t.Errorf("%q does not cover itself", a)
		}
		if Covers(k, a, b) && Covers(k, b, c) && !Covers(k, a, c) {
			t.Errorf("%q covers %q covers %q", a, b, c)
		}
		if Covers(k, a, b) && Meets(k, b, c) && !Meets(k, a, c) {
			t.Errorf("%q covers %q, which meets %q", a, b, c)
		}
	})
}
