package grammar

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// kinds are a tool of each kind of pattern.
var kinds = []string{ToolBash, ToolRead, ToolWebFetch, ToolAgent, ToolSkill, ToolWebSearch, ToolAny, "mcp__linear__get"}

// matchText parses a pattern for each kind and matches a value with it.
func matchText(t testing.TB, pattern, value string, at Places) {
	path, errPath := ParsePath(value)
	address, errAddress := ParseAddress(value)
	CheckTool(pattern, []string{value})
	for _, tool := range kinds {
		p, problem := parsePattern(tool, pattern)
		if problem != nil {
			if problem.Code == "" || problem.Message == "" || problem.Hint == "" || !printable(problem.Message+problem.Hint) {
				t.Errorf("%s %q: %+v", tool, pattern, problem)
			}
			continue
		}
		if len(pattern) > MaxPattern || !utf8.ValidString(pattern) || strings.TrimSpace(pattern) == "" {
			t.Errorf("%s %q is accepted", tool, pattern)
		}
		if !p.Covers(p) {
			t.Errorf("%s %q does not cover itself", tool, pattern)
		}
		if errPath == nil && p.MatchPath(path, at) && !p.MatchBelow(path, at) {
			t.Errorf("%s %q, %q: matches, and not with what is below", tool, pattern, value)
		}
		if errAddress == nil {
			p.MatchAddress(address)
		}
		p.MatchName(value)
	}
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, unseen.Hidden) && utf8.ValidString(text)
}

// A pattern, a line break and a value.
func FuzzCost(f *testing.F) {
	for _, seed := range append(hostile(), [2]string{"Bash(git push:*)", "git push"}, [2]string{"~/a/**/?*\\*", "/home/ada/a/b/*"},
		[2]string{"https://*.example.com:80/a/**", "http://a.example.com/a%2e/../b"}, [2]string{"domain:x", "http://[::1]:80/"},
		[2]string{"mcp__a__b*", "a"}, [2]string{"coder-*", "coder-fast"}, [2]string{"./\xff", "/\xff"}, [2]string{"a && b > \\c", "/proc/self/root"}) {
		f.Add([]byte(seed[0] + "\n" + seed[1]))
	}
	sensitive, err := NewPlaces("/srv/app", "/home/ada", false)
	if err != nil {
		f.Fatal(err)
	}
	insensitive, err := NewPlaces("/srv/app", "/home/ada", true)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			pattern, value, _ := bytes.Cut(data, []byte("\n"))
			matchText(t, string(pattern), string(value), sensitive)
			matchText(t, string(pattern), string(value), insensitive)
		})
	})
}

// hostile are pairs that take a matcher which tries everything for ever.
func hostile() [][2]string {
	pad := func(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }
	longPath := "/srv/app/" + pad("a", MaxPath-20)
	deepPath := "/srv/app/" + pad("a/", MaxPath-20) + "a"
	return [][2]string{
		{pad("*", MaxPattern), longPath},
		{"./" + pad("a*", MaxPattern-4) + "b", longPath},
		{"./" + pad("?*", MaxPattern-4), longPath},
		{"./" + pad("*?", MaxPattern-4) + "b", longPath},
		{pad("**/", MaxPattern-4) + "b", deepPath},
		{pad("**/a/", MaxPattern-4) + "b", deepPath},
		{pad("**/*a*/", MaxPattern-8) + "b", deepPath},
		{"/" + pad("**/", MaxPattern-4) + "*" + pad("a*", 1) + "b", deepPath},
		{"a.example/" + pad("a*", MaxPattern-12) + "b", "http://a.example/" + pad("a", MaxAddress-20)},
		{"a.example/" + pad("**/*/", MaxPattern-12) + "b", "http://a.example/" + pad("a/", MaxAddress-20)},
		{"a.example/**", "http://a.example/" + pad("../", MaxAddress-20)},
		{"a.example/**", "http://a.example/" + pad("%2e", MaxAddress-20)},
		{pad("a*", MaxPattern-2) + "b", pad("a", 250)},
		{pad(`\*`, MaxPattern), "x"},
		{pad(`\`, MaxPattern), "x"},
		{pad("(", 60), pad(")", 60)},
		{pad("*.", MaxPattern), "http://" + pad("a.", 252)},
		{pad("A(", 60) + pad(")", 60), "x"},
	}
}

func TestHostilePatterns(t *testing.T) {
	for _, fold := range []bool{false, true} {
		at := places(t, fold)
		for _, pair := range hostile() {
			fuzzcost.Bound(t, []byte(pair[0]), func([]byte) { matchText(t, pair[0], pair[1], at) })
		}
	}
}

func BenchmarkMatchPath(b *testing.B) {
	at := places(b, false)
	p, err := ParsePattern("read", "**/.env*")
	if err != nil {
		b.Fatal(err)
	}
	path, err := ParsePath("/srv/app/src/module/deep/in/the/tree/file.go")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.MatchPath(path, at)
	}
}
