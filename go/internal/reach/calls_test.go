package reach_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// coverings are rules as a tool and a pattern, and whether the first covers the second.
var coverings = []struct {
	wide, narrow string
	want         bool
}{
	// every call of a tool
	{"bash *", "bash git push", true}, {"bash *", "bash *", true}, {"* *", "bash git push", true}, {"* *", "* *", true}, {"bash *", "edit *", false},
	{"bash *", "* *", false}, {"* *", "mcp__a__b *", true}, {"mcp__* *", "mcp__a__* *", true}, {"mcp__a__* *", "mcp__a__b *", true}, {"mcp__a__b *", "mcp__a__* *", false},
	{"websearch *", "websearch *", true}, {"edit *", "write *", false}, {"read *", "grep **", false},
	// refused: only the same text
	{"bash ", "bash ", true}, {"bash *", "bash ", true}, {"bash git *", "bash ", false}, {"read **", "read ", false}, {"websearch a*", "websearch ab", false},
	{"* a*", "bash ab", false}, {"ba* a *", "bash a b", false}, {"mcp__a__b x*", "mcp__a__b xy", false}, {"mcp__a__b x", "mcp__a__b x", true}, {"zed a *", "zed a b", false},
	// commands
	{"bash git *", "bash git push", true}, {"bash git *", "bash git push*", true}, {"bash git *", "bash git * -f", true}, {"bash git push*", "bash git push *", true},
	{"bash git push *", "bash git push*", false}, {"bash git *", "bash git", false}, {"bash git*", "bash git push", false}, {"bash git*", "bash gitx", false},
	{"bash git *", `bash git \*`, true}, {"bash git *", "bash git log | less", false}, {"bash curl * | bash*", "bash curl * | bash*", true},
	{"bash curl *", "bash curl * | bash*", false}, {"bash curl * | *", "bash curl * | bash*", false}, {"bash * push", "bash git push", false},
	{"bash git * push*", "bash git a push", false}, {`bash ls \*`, `bash ls \b`, false}, {"bash git push", "bash git push*", false}, {"bash git *", "bash *", false},
	{"bash git *", "bash /usr/bin/git push", false}, {"bash /usr/bin/git *", "bash /usr/bin/git push", true}, {"bash *git *", "bash *git x", false},
	// paths
	{"edit src/**", "edit src/a/b", true}, {"edit src/**", "edit src/*", true}, {"edit src/**", "edit ./src", true}, {"edit ./src/**", "edit src/a", true},
	{"edit src/**", "edit src/**", true}, {"edit src/**", "edit src/a/**", true}, {"edit src/a/**", "edit src/**", false}, {"edit src/*", "edit src/a/b", false},
	{"edit src/*", "edit src/a", false}, {"edit src/*", "edit ./src/*", true}, {"edit src/**", "edit src2/a", false}, {"edit src/**", "edit /src/a", false},
	{"edit src/**", "edit ~/src/a", false}, {"edit src/**", "edit src/../a", false}, {"edit src/**", "write src/a", false}, {"read **", "read ./.env", true},
	{"read **", "read **/.env", true}, {"read **", "read .", true}, {"read **", "read *", false}, {"read **", "read /etc/passwd", false}, {"read **", "read ~/.env", false},
	{"read **", "read ~", false}, {"read **", "read ./~", true}, {"read /**", "read /etc/passwd", true}, {"read /**", "read /", true}, {"read /**", "read *", false},
	{"read /**", "read a/b", false}, {"read ~/**", "read ~", true}, {"read ~/**", "read ~/.ssh/**", true}, {"read a*/**", "read ab/c", false},
	{"read a*/**", "read a*/**", true}, {`read \*/**`, "read a/b", false}, {"grep **/b", "grep a/b", false}, {"glob ./*", "glob *", false}, {"read a/**/b", "read a/b", false},
	// addresses
	{"webfetch a.org", "webfetch a.org", true}, {"webfetch a.org", "webfetch https://a.org", true}, {"webfetch a.org", "webfetch a.org:8080", true},
	{"webfetch a.org", "webfetch http://a.org:80/x/*", true}, {"webfetch *.a.org", "webfetch b.a.org/x", true}, {"webfetch *.a.org", "webfetch *.b.a.org", true},
	{"webfetch *.a.org", "webfetch a.org", false}, {"webfetch a.org", "webfetch *.a.org", false}, {"webfetch https://a.org", "webfetch a.org", false},
	{"webfetch a.org:80", "webfetch a.org", false}, {"webfetch a.org/x/**", "webfetch a.org/x/y", true}, {"webfetch a.org/x/**", "webfetch a.org/xy", false},
	{"webfetch a.org/**", "webfetch a.org", false}, {"webfetch a.org/x/**", "webfetch a.org/x/../y", false}, {"webfetch a.org/x/*", "webfetch a.org/x/y/z", false},
	{"webfetch a.org", "webfetch a.org.evil.org", false}, {"webfetch *.a.org", "webfetch ba.org", false}, {"webfetch [::1]", "webfetch [::1]:80", false},
	{"webfetch a.org", "webfetch A.org", false}, {"webfetch *", "webfetch a.org", true},
	// names
	{"agent review*", "agent reviewer", true}, {"agent review*", "agent review*-fast", true}, {"agent review*", "agent re*", false}, {"agent *-fast", "agent a-fast", false},
	{"agent a", "agent a*", false}, {"skill a*", "agent ab", false},
}

func TestRulesCover(t *testing.T) {
	for _, c := range coverings {
		if got := Covers(Rule, c.wide, c.narrow); got != c.want {
			t.Errorf("%q over %q: %v", c.wide, c.narrow, got)
		}
	}
}

// meetings are rules, and whether a call may be of both; it is the same the other way round.
var meetings = []struct {
	a, b string
	want bool
}{
	{"bash git *", "bash rm *", true}, {"bash git *", "edit *", false}, {"* *", "edit a", true}, {"mcp__a__* *", "mcp__b__c *", false}, {"mcp__* *", "mcp__b__c *", true},
	// a rule about one binds the other
	{"edit src/**", "write docs/**", true}, {"read **/.env", "grep src/**", true}, {"read **/.env", "glob src/**", true}, {"grep a/b", "glob a/b", false},
	{"edit a/b", "read a/b", false}, {"read a/b", "bash cat a/b", false},
	{"read a/b", "read c/d", true}, {"webfetch a.org", "webfetch b.org", false}, {"webfetch a.org/x", "webfetch https://a.org:80", true},
	{"webfetch *.a.org", "webfetch b.org", true}, {"webfetch [::1]", "webfetch b.org", true}, {"agent a*", "agent b", false}, {"agent *-a", "agent b*", true}, {"skill a", "agent a", false},
}

func TestRulesMeet(t *testing.T) {
	for _, c := range meetings {
		if Meets(Rule, c.a, c.b) != c.want || Meets(Rule, c.b, c.a) != c.want {
			t.Errorf("%q and %q do not answer %v", c.a, c.b, c.want)
		}
	}
}

type rule struct {
	Tool    string `json:"tool"`
	Pattern string `json:"pattern"`
}

func ruleOf(text string) rule {
	c := CallsOf(text)
	return rule{c.Tool, c.Pattern}
}

// The Nix library answers as Calls.Cover does: for the table, for patterns of the
// grammar, and for any text.
func TestNixCoversRules(t *testing.T) {
	var asked [][2]rule
	for _, c := range coverings {
		asked = append(asked, [2]rule{ruleOf(c.wide), ruleOf(c.narrow)})
	}
	random := rand.New(rand.NewPCG(5, 12))
	pick := func(parts []string) string { return parts[random.IntN(len(parts))] }
	draw := func(tool string) string {
		var b strings.Builder
		for range random.IntN(7) {
			b.WriteString(pick(partsOf(tool)))
		}
		return b.String()
	}
	names := append(grammar.Tools(), "*", "mcp__a__*", "mcp__a__b", "b*", "zed", "")
	for range 6000 {
		tool := pick(names)
		wide, narrow := rule{tool, draw(tool)}, rule{tool, draw(tool)}
		switch random.IntN(4) {
		case 0:
			narrow.Pattern = strings.TrimRight(wide.Pattern, "*") + narrow.Pattern
		case 1:
			narrow.Tool = pick(names)
		case 2:
			wide.Pattern += pick([]string{"*", "/**"})
			narrow.Pattern = strings.TrimRight(wide.Pattern, "*") + narrow.Pattern
		}
		asked = append(asked, [2]rule{wide, narrow})
	}
	covered := 0
	for i, got := range inNix(t, "coversRule.nix", asked) {
		want := Calls(asked[i][0]).Cover(Calls(asked[i][1]))
		if got != want {
			t.Errorf("%q: %v in Nix", asked[i], got)
		}
		if want {
			covered++
		}
	}
	if covered < 500 {
		t.Errorf("only %d were covered: this shows little", covered)
	}
}

// partsOf are pieces of patterns of a tool, right and wrong.
func partsOf(tool string) []string {
	switch grammar.KindOf(tool) {
	case grammar.KindCommand:
		return []string{"git", "git ", "git ", "push", " ", "*", " *", "|", " | sh", `\*`, "/", "ä", ".", "?", "[", "]", `\`}
	case grammar.KindPath:
		return []string{"a", "a/", "b/", "/", "./", "~/", "~", "*", "**", "/**", "..", ".", "?", `\*`, "ä", "[", "a b"}
	case grammar.KindAddress:
		return []string{"a.org", "b.", "*.", "https://", "http://", ":80", ":", "/", "/x", "/**", "*", "**", "..", "A", "[::1]", "ä", "-"}
	}
	return []string{"a", "b", "*", "-", ".", "**", "?", "ä", "A", " "}
}

// wholes are patterns that the grammar accepts; drawRule makes more of them.
var wholes = map[grammar.Kind][]string{
	grammar.KindCommand: {"git *", "git push*", "git push *", "git", "git*", "* push", "git * -f", `git \*`, "git log | sh", "/bin/git *", "rm *"},
	grammar.KindPath:    {"**", "/**", "~/**", "src/**", "./src/**", "src/a/**", "src/*", "./a", "~", ".", "/", "src/*/b", "**/b", `src/\*`, "./~", "s*/**", "src/?/**"},
	grammar.KindAddress: {"a.org", "*.a.org", "b.a.org", "*.b.a.org", "https://a.org", "a.org:80", "a.org/x/**", "a.org/**", "https://a.org/x/**", "a.org/*", "[::1]", "c.org"},
	grammar.KindName:    {"a*", "a", "ab*", "*a", "a*b", "b"},
}

// drawRule draws a rule that the grammar accepts, often one that is below another.
func drawRule(t *rapid.T, label string, above *Calls) (Calls, grammar.Pattern) {
	tool := rapid.SampledFrom(append(grammar.Tools(), "*", "mcp__*", "mcp__a__*", "mcp__a__b")).Draw(t, label+" tool")
	begin := ""
	if above != nil && rapid.IntRange(0, 3).Draw(t, label+" below") > 0 {
		tool, begin = above.Tool, strings.TrimRight(above.Pattern, "*")
	} else if some := wholes[grammar.KindOf(tool)]; some != nil {
		begin = rapid.SampledFrom(some).Draw(t, label+" begin")
	}
	for range 10 {
		pattern := begin + strings.Join(rapid.SliceOfN(rapid.SampledFrom(partsOf(tool)), 0, 3).Draw(t, label+" rest"), "")
		if parsed, err := grammar.ParsePattern(tool, pattern); err == nil {
			return Calls{tool, pattern}, parsed
		}
	}
	parsed, _ := grammar.ParsePattern(tool, "*")
	return Calls{tool, "*"}, parsed
}

// What is certain here is certain in the grammar, and both are orders.
func TestRulesAreBounds(t *testing.T) {
	certain := map[grammar.Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 30 {
			a, wide := drawRule(t, "a", nil)
			b, narrow := drawRule(t, "b", &a)
			c, _ := drawRule(t, "c", &b)
			holdBounds(t, a, b, c)
			if !a.Cover(b) {
				continue
			}
			if !grammar.CoversTool(a.Tool, b.Tool) || a.Tool == b.Tool && !wide.Covers(narrow) || a.Tool != b.Tool && !wide.Every() {
				t.Fatalf("%q covers %q, but not in the grammar", a, b)
			}
			if a != b && !wide.Every() {
				certain[wide.Kind()]++
			}
		}
	})
	if len(certain) < 4 {
		t.Errorf("few were covered: %v", certain)
	}
}

// holdBounds: package grant needs the second.
func holdBounds(t *rapid.T, a, b, c Calls) {
	if a.Cover(b) && b.Cover(c) && !a.Cover(c) {
		t.Fatalf("%q covers %q covers %q", a, b, c)
	}
	if a.Cover(b) && b.Meet(c) && !a.Meet(c) {
		t.Fatalf("%q covers %q, which meets %q", a, b, c)
	}
	if a.Meet(b) != b.Meet(a) {
		t.Fatalf("%q meets %q in one direction", a, b)
	}
	if (a.Cover(b) || b.Cover(a)) && !a.Meet(b) {
		t.Fatalf("%q and %q cover each other and do not meet", a, b)
	}
}
