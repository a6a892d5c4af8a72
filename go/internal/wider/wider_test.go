package wider

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/manifest"
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
		{"ask", "new", true}, {"new", "ask", true}, {"", "", true},
	} {
		if got := Beyond(Modes, test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %v", test.a, test.b, got)
		}
	}
}

func TestHostCovers(t *testing.T) {
	for _, test := range []struct {
		wide, narrow string
		want         bool
	}{
		{"a.org", "a.org", true}, {"*.a.org", "b.a.org", true}, {"*.a.org", "*.b.a.org", true}, {"*.a.org", "*.a.org", true},
		{"*.a.org", "a.org", false}, {"a.org", "*.a.org", false}, {"*.a.org", "ba.org", false}, {"a.org", "b.org", false},
	} {
		if got := HostCovers(test.wide, test.narrow); got != test.want {
			t.Errorf("%s over %s: %v", test.wide, test.narrow, got)
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

func (a Call) has(tool, argument string) bool {
	return ToolCovers(a.Tool, tool) && matches(a.Pattern, argument)
}

func drawCall(t *rapid.T, label string) Call {
	return Call{
		rapid.SampledFrom([]string{"*", "b*", "ba*", "ba", "b", "c"}).Draw(t, label+" tool"),
		rapid.StringOfN(rapid.SampledFrom([]rune("ab*?")), 0, 4, -1).Draw(t, label+" pattern"),
	}
}

// What is said of two calls for certain holds for every call; and the package
// trust leans on the last two.
func TestCallsAreBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawCall(t, "a"), drawCall(t, "b"), drawCall(t, "c")
		tool := rapid.SampledFrom([]string{"b", "ba", "bab", "c"}).Draw(t, "tool")
		argument := rapid.StringOfN(rapid.SampledFrom([]rune("ab")), 0, 5, -1).Draw(t, "argument")
		if a.Covers(b) && b.has(tool, argument) && !a.has(tool, argument) {
			t.Fatalf("%v covers %v, but not %s %q", a, b, tool, argument)
		}
		if !a.Meets(b) && a.has(tool, argument) && b.has(tool, argument) {
			t.Fatalf("%v does not meet %v, but for %s %q", a, b, tool, argument)
		}
		if a.Covers(b) && b.Covers(c) && !a.Covers(c) {
			t.Fatalf("%v covers %v covers %v", a, b, c)
		}
		if a.Covers(b) && b.Meets(c) && !a.Meets(c) {
			t.Fatalf("%v covers %v, which meets %v", a, b, c)
		}
	})
}

func FuzzHostCovers(f *testing.F) {
	f.Add("*.a.org", "*.b.a.org", "c.b.a.org")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if HostCovers(a, b) && HostCovers(b, c) && !HostCovers(a, c) && !strings.Contains(a+b, "**") {
			t.Errorf("%q covers %q covers %q", a, b, c)
		}
	})
}
