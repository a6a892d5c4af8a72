package regex_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/regex"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{"a(b*)c", "abbc", "[bb]"},
		{"(a|ab)(c|bcd)(d*)", "abcd", "[a bcd ]"},
		{"(a)|(b)", "b", "[- b]"},
		{"[]a-c-]+", "]-b", "[]"},
		{"[^]a]*", "bc", "[]"},
		{`\(\.\*`, "(.*", "[]"},
		{"[[:alpha:]_]+", "aZ_", "[]"},
		{"a{2,3}", "aaaa", "no"},
		{".", "é", "no"},
		{"(.)(.)", "é", "[\xc3 \xa9]"},
		{"a.c", "a\nc", "[]"},
		{"x$", "x\n", "no"},
		{`[\w]+`, `\w`, "[]"},
		{"a]}", "a]}", "[]"},
		// A repetition that took nothing is tried once more, and that is what its group has.
		{"(a*)*b?", "aab", "[]"},
		{"(a*)+", "aa", "[]"},
		{"(a*){1,}", "aa", "[]"},
		{"(a|b*)*", "ab", "[]"},
		{"((a)|b)*", "ab", "[b a]"},
		{"((a*)(b|c){1,2})*", "aabcb", "[b  b]"},
		{"(a?){3}", "a", "[]"},
		{"a{1001}", strings.Repeat("a", 1001), "[]"},
	} {
		re, err := regex.Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		got := "no"
		if groups, ok := re.Match(c.text, regex.Unmetered); ok {
			list := make([]string, len(groups))
			for i, g := range groups {
				if list[i] = g.Text; !g.OK {
					list[i] = "-"
				}
			}
			got = "[" + strings.Join(list, " ") + "]"
		}
		if got != c.want {
			t.Errorf("%s on %q: got %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, pattern := range []string{"(", ")", "a)", "[", "[a", "[]", "*", "a|*", "^*", "{", "a{", "a{,2}", "a{2,1}",
		`\d`, `a\`, `\]`, "[z-a]", "[a-z-9]", "[[:nope:]]", "[[.ab.]]", "(?:a)"} {
		if _, err := regex.Compile(pattern); err == nil || errors.Is(err, regex.ErrTooLarge) {
			t.Errorf("%s: got %v, want a syntax error", pattern, err)
		}
	}
	for _, pattern := range []string{"a{100001}", "((a{100}){100}){100}", strings.Repeat("(", 2000) + strings.Repeat(")", 2000)} {
		if _, err := regex.Compile(pattern); !errors.Is(err, regex.ErrTooLarge) {
			t.Errorf("%.20s: got %v, want ErrTooLarge", pattern, err)
		}
	}
}

// The rest of an expression that is already too large is not read.
func TestLargeExpressionStops(t *testing.T) {
	pattern := strings.Repeat("a.", 1<<20)
	allocations := testing.AllocsPerRun(1, func() {
		if _, err := regex.Compile(pattern); !errors.Is(err, regex.ErrTooLarge) {
			t.Errorf("got %v, want ErrTooLarge", err)
		}
	})
	if allocations > 1<<19 {
		t.Errorf("%.0f allocations for an expression of %d bytes", allocations, len(pattern))
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{",", "a,,b", `["a" ["" ["b"`},
		{"", "ab", `["" ["a" ["b" [""`},
		{"x*", "axxb", `["" ["a" ["" ["b" [""`},
		{"^a", "aa", `["" ["a"`},
		{"a$", "aa", `["a" [""`},
		// The longest of alternatives, but a repetition goes on where it can.
		{"a?(ab)?", "ab", `["" ["" ["b" [""`},
		{"a|ab", "abab", `["" ["" [""`},
		{"(|a)b?", "ab", `["" ["" [""`},
		{"c([ab]?)+", "cabcab", `["" ["" [""`},
	} {
		re, err := regex.Compile(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		rest := re.Split(c.text, regex.Unmetered, func(before string, _ []regex.Group) {
			got = append(got, fmt.Sprintf("[%q", before))
		})
		got = append(got, fmt.Sprintf("[%q", rest))
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s on %q: got %s, want %s", c.pattern, c.text, s, c.want)
		}
	}
}

// TestLinear makes sure that what takes a backtracking matcher for ever does not.
func TestLinear(t *testing.T) {
	re, err := regex.Compile("((a*)*)*b")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, ok := re.Match(strings.Repeat("a", 20000), regex.Unmetered); ok {
		t.Error("it matches")
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestSplitLinear splits long texts by what explores far ahead of each match.
func TestSplitLinear(t *testing.T) {
	for _, c := range [][2]string{
		{"(a|b)", strings.Repeat("ab", 1<<19)}, {"(a|b)*c", strings.Repeat("ab", 1<<17)}, {"(a*)*b", strings.Repeat("a", 1<<18)},
		{"(a|ab|b)*", strings.Repeat("ab", 1<<16)}, {"(a*|b)*", strings.Repeat("ab", 1<<15)},
	} {
		re, err := regex.Compile(c[0])
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		re.Split(c[1], regex.Unmetered, func(string, []regex.Group) {})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", c[0], took)
		} else {
			t.Log(c[0], took)
		}
	}
}

// TestQuick holds the quick matcher to the thorough one on all short texts.
func TestQuick(t *testing.T) {
	texts := []string{""}
	for from, length := 0, 0; length < 4; length++ {
		end := len(texts)
		for _, text := range texts[from:end] {
			for _, c := range []string{"a", "b", "1", "-", "\n", "\xe9"} {
				texts = append(texts, text+c)
			}
		}
		from = end
	}
	for _, pattern := range []string{
		"", ".", "..", ".*", "a*b", "a+b?", "a{2,3}", "a{0,2}b", "a{2}", "(ab){1,2}", "((a)|b){2,3}", "[^a]*", "[^a-b1-]", "[a-b]{2,4}",
		"[a1-]+", "(|a)b", "(a|)(b|)1", "(a*)*", "(a*b*)+-?", "a|b|1-", "^a*", "a*$", "^(a|b)?$", "(a|b$)", "^a|b", "(.a|b.)*", "a?b?1?", "(a?){3}", "((a?b)*1)?",
		"(^a)", "a{1,2}{2}", "[[:alpha:]]+", "é", "[é]",
	} {
		quick, thorough := regex.Both(pattern)
		if quick == nil {
			continue
		}
		if thorough == nil {
			t.Errorf("%q is valid for the quick matcher alone", pattern)
			continue
		}
		for _, text := range texts {
			groups, ok := thorough.Match(text, regex.Unmetered)
			if quick.Matches(text, regex.Unmetered) != ok {
				t.Errorf("%q on %q: quick %v, thorough %v", pattern, text, !ok, ok)
				break
			}
			if n, _ := quick.Groups(); ok && n != len(groups) {
				t.Errorf("%q has %d groups, quick says %d", pattern, len(groups), n)
				break
			}
		}
	}
}

// FuzzQuick holds the quick matcher to the thorough one.
func FuzzQuick(f *testing.F) {
	for _, c := range [][2]string{
		{"^[a-z0-9][a-z0-9-]*$", "ab-1"}, {"^([.]|[.]?[A-Za-z0-9_]+(/[a-z. ]*)*)$", "./a/b c"}, {"(a|ab)(c|bcd)?(d*)", "abcd"},
		{"a{2,3}b{0,2}(cd){2}", "aabcdcd"}, {"x(|y)+z?$", "xyy"}, {"[^a-c]*.", "\xff\x00"}, {"^a|b$", "b"}, {"((a*)(b|c){1,2})*", "aabcb"},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 100 || len(text) > 100 {
			return
		}
		quick, thorough := regex.Both(pattern)
		if quick == nil {
			return
		}
		if thorough == nil {
			t.Fatalf("%q is valid for the quick matcher alone", pattern)
		}
		groups, ok := thorough.Match(text, regex.Unmetered)
		if quick.Matches(text, regex.Unmetered) != ok {
			t.Errorf("%q on %q: quick %v, thorough %v", pattern, text, !ok, ok)
		}
		if n, _ := quick.Groups(); ok && n != len(groups) {
			t.Errorf("%q has %d groups, quick says %d", pattern, len(groups), n)
		}
	})
}
