package reach_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

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

	{Argument, "*", "", true}, {Argument, "*", "rm -rf /", true}, {Argument, "git *", "git push", true}, {Argument, "git *", "git push*", true},
	{Argument, "git *", "git", false}, {Argument, "git push", "git push*", false}, {Argument, "git push*", "git *", false},
	{Argument, "*", "**", true}, {Argument, "**", "*", false}, {Argument, "**", "**", true}, {Argument, "*.env", "*.env", true}, {Argument, "*.env", "a.env", false},
	{Argument, "a?*", "a?b", false}, {Argument, "a[b]*", "a[b]c", false}, {Argument, "a]*", "a]b", false},
	{Argument, "a{b,c}*", "a{b,c}d", false}, {Argument, "{a,b}*", "{a,b}", false}, {Argument, `a\*`, `a\b`, false}, {Argument, `a\*`, `a\*`, true},
	{Argument, "a*", "a?", true}, {Argument, "a*", `a\*`, true}, {Argument, "a*", "a{b,c}", true}, {Argument, "a*", "A", false}, {Argument, "ä*", "äö", true},
	{Argument, "", "", true}, {Argument, "", "a", false},

	{Host, "a.org", "a.org", true}, {Host, "*.a.org", "b.a.org", true}, {Host, "*.a.org", "*.b.a.org", true}, {Host, "*.a.org", "*.a.org", true},
	{Host, "*.a.org", "a.org", false}, {Host, "a.org", "*.a.org", false}, {Host, "*.a.org", "ba.org", false}, {Host, "a.org", "b.org", false},
	{Host, "*", "a.org", false}, {Host, "*a.org", "b.a.org", false}, {Host, "*.*.org", "x.*.org", false}, {Host, "**.a.org", "b.a.org", false}, {Host, "*.", "a.", true},

	{Folder, "./*", "./src/*", true}, {Folder, "./src/*", "./src/a/*", true}, {Folder, "./src/*", "./srcs/*", false}, {Folder, "./src/*", "./*", false},
	{Path, "a/*", "a/b", false}, {Path, "a/*", "a/*", true}, {Path, "**", "a", false},
	{Rule, "bash *", "bash git push", true}, {Rule, "* git *", "bash git push", true}, {Rule, "bash git *", "edit git push", false},
	{Rule, "bash git *", "bash git", false}, {Rule, "ba* *", "bash ", true},
}

func TestCovers(t *testing.T) {
	for _, pair := range pairs {
		if got := Covers(pair.kind, pair.wide, pair.narrow); got != pair.want {
			t.Errorf("kind %d: %q over %q: %v", pair.kind, pair.wide, pair.narrow, got)
		}
	}
}

// nixKinds are the kinds that lib/reach/covers.nix knows.
var nixKinds = map[Kind]string{Tool: "tool", Name: "name", Argument: "argument", Host: "host"}

// inNix returns what lib/reach/covers.nix says of every pair of its kinds.
func inNix(t testing.TB, asked [][3]string) []bool {
	t.Helper()
	data, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalExpr(`map (p: import /insomnia/lib/reach/covers.nix (builtins.elemAt p 0) (builtins.elemAt p 1) (builtins.elemAt p 2))
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
	// And what nobody thought of.
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
	for i, got := range inNix(t, asked) {
		if got != want[i] {
			t.Errorf("%q: %v in Nix", asked[i], got)
		}
	}
}

// matches is what a glob means, for a call that is written out.
func matches(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return matches(pattern[1:], s) || s != "" && matches(pattern, s[1:])
	case s == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == s[0]) && matches(pattern[1:], s[1:])
}

// has reports whether a rule is about a call.
func has(rule, tool, argument string) bool {
	name, pattern, _ := strings.Cut(rule, " ")
	return Covers(Tool, name, tool) && matches(pattern, argument)
}

func drawRule(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"*", "b*", "ba*", "ba", "b", "c", ""}).Draw(t, label+" tool") + " " +
		rapid.StringOfN(rapid.SampledFrom([]rune("ab*?")), 0, 4, -1).Draw(t, label+" pattern")
}

// What is said of two rules for certain holds for every call; and package grant
// needs the last two.
func TestRulesAreBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawRule(t, "a"), drawRule(t, "b"), drawRule(t, "c")
		tool := rapid.SampledFrom([]string{"b", "ba", "bab", "c"}).Draw(t, "tool")
		argument := rapid.StringOfN(rapid.SampledFrom([]rune("ab")), 0, 5, -1).Draw(t, "argument")
		if Covers(Rule, a, b) && has(b, tool, argument) && !has(a, tool, argument) {
			t.Fatalf("%q covers %q, but not %s %q", a, b, tool, argument)
		}
		if !Meets(Rule, a, b) && has(a, tool, argument) && has(b, tool, argument) {
			t.Fatalf("%q does not meet %q, but for %s %q", a, b, tool, argument)
		}
		if Covers(Rule, a, b) && Covers(Rule, b, c) && !Covers(Rule, a, c) {
			t.Fatalf("%q covers %q covers %q", a, b, c)
		}
		if Covers(Rule, a, b) && Meets(Rule, b, c) && !Meets(Rule, a, c) {
			t.Fatalf("%q covers %q, which meets %q", a, b, c)
		}
	})
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
