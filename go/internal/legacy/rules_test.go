package legacy

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// matches is the plainest way to match a glob of letters, * and ?.
func matches(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return matches(pattern[1:], text) || text != "" && matches(pattern, text[1:])
	case text == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == text[0]) && matches(pattern[1:], text[1:])
}

func (r rule) about(tool, argument string) bool {
	return matches(r.tool, tool) && matches(r.pattern, argument)
}

// firstOf is the index of the first rule that matches, strictestOf what the set decides.
func firstOf(rules []rule, tool, argument string) int {
	return slices.IndexFunc(rules, func(r rule) bool { return r.about(tool, argument) })
}

func strictestOf(rules []rule, tool, argument string) (action string) {
	for _, r := range rules {
		if r.about(tool, argument) && (action == "" || strictness(r.action) > strictness(action)) {
			action = r.action
		}
	}
	return action
}

func texts5(letters string) []string {
	out, last := []string{""}, []string{""}
	for range 4 {
		var next []string
		for _, t := range last {
			for _, c := range letters {
				next = append(next, t+string(c))
			}
		}
		out, last = append(out, next...), next
	}
	return out
}

// Every call that a list in order and the same rules as a set decide
// differently is told of, and nothing else is.
func TestTurnsAreWhereTheMeaningsPart(t *testing.T) {
	arguments := texts5("abx")
	tools := []string{"a", "b", "ab", "x"}
	rapid.Check(t, func(t *rapid.T) {
		var rules []rule
		for range rapid.IntRange(1, 5).Draw(t, "rules") {
			rules = append(rules, rule{
				tool:    rapid.SampledFrom([]string{"a", "b", "ab", "a*", "*"}).Draw(t, "tool"),
				pattern: rapid.StringOfN(rapid.RuneFrom([]rune("ab*?")), 0, 4, -1).Draw(t, "pattern"),
				action:  rapid.SampledFrom([]string{"allow", "ask", "deny"}).Draw(t, "action"),
			})
		}
		found, _ := turns(rules)
		told := map[[2]int]bool{}
		for _, f := range found {
			first := firstOf(rules, f.tool, f.argument)
			if !f.sure || first != f.first || !rules[f.other].about(f.tool, f.argument) {
				t.Fatalf("%+v shows no difference of %+v", f, rules)
			}
			if strictestOf(rules, f.tool, f.argument) == rules[first].action {
				t.Fatalf("%+v is decided alike by %+v", f, rules)
			}
			told[[2]int{f.first, f.other}] = true
		}
		for _, tool := range tools {
			for _, argument := range arguments {
				first := firstOf(rules, tool, argument)
				if first < 0 || strictestOf(rules, tool, argument) == rules[first].action {
					continue
				}
				for other := range rules {
					if rules[other].about(tool, argument) && strictness(rules[other].action) > strictness(rules[first].action) && !told[[2]int{first, other}] {
						t.Fatalf("%s %q is decided differently by %d and %d of %+v, and nothing says so", tool, argument, first, other, rules)
					}
				}
			}
		}
	})
}

func TestTurns(t *testing.T) {
	for name, c := range map[string]struct {
		rules []rule
		want  string // first>other: an example
	}{
		"the narrow one first, as one writes exceptions": {[]rule{{tool: "bash", pattern: "git status", action: "allow"}, {tool: "bash", pattern: "git *", action: "deny"}},
			"0>1: bash git status"},
		"the strict one first":    {[]rule{{tool: "bash", pattern: "rm *", action: "deny"}, {tool: "bash", pattern: "*", action: "allow"}}, ""},
		"apart":                   {[]rule{{tool: "bash", pattern: "ls*", action: "allow"}, {tool: "bash", pattern: "rm*", action: "deny"}}, ""},
		"other tools":             {[]rule{{tool: "read", pattern: "*", action: "allow"}, {tool: "bash", pattern: "*", action: "deny"}}, ""},
		"a third decides first":   {[]rule{{tool: "bash", pattern: "rm*", action: "deny"}, {tool: "bash", pattern: "*", action: "allow"}, {tool: "bash", pattern: "rm -r*", action: "deny"}}, ""},
		"classes":                 {[]rule{{tool: "bash", pattern: "[a-m]x", action: "allow"}, {tool: "bash", pattern: "[!a-l]x", action: "ask"}}, "0>1: bash mx"},
		"classes apart":           {[]rule{{tool: "bash", pattern: "[a-m]x", action: "allow"}, {tool: "bash", pattern: "[!a-m]x", action: "ask"}}, ""},
		"a bracket without end":   {[]rule{{tool: "bash", pattern: "[a", action: "allow"}, {tool: "bash", pattern: "[a", action: "ask"}}, "0>1: bash [a"},
		"families of tools":       {[]rule{{tool: "mcp__*", pattern: "*", action: "allow"}, {tool: "mcp__git__*", pattern: "push", action: "ask"}}, "0>1: mcp__git__ push"},
		"both ends":               {[]rule{{tool: "bash", pattern: "*.sh", action: "allow"}, {tool: "bash", pattern: "rm*", action: "deny"}}, "0>1: bash rm.sh"},
		"letters beyond ASCII":    {[]rule{{tool: "bash", pattern: "größe", action: "allow"}, {tool: "bash", pattern: "gr?ße", action: "deny"}}, "0>1: bash größe"},
		"only what is left of it": {[]rule{{tool: "bash", pattern: "a*", action: "ask"}, {tool: "bash", pattern: "?b", action: "allow"}, {tool: "bash", pattern: "*b", action: "deny"}}, "0>2: bash ab, 1>2: bash bb"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			found, _ := turns(c.rules)
			for _, f := range found {
				got = append(got, strings.Join([]string{string(rune('0'+f.first)) + ">" + string(rune('0'+f.other)) + ":", f.tool, f.argument}, " "))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// As many rules as a manifest holds are compared in bounded time.
func TestManyRules(t *testing.T) {
	var rules []rule
	for i := range mostRules {
		rules = append(rules, rule{tool: "bash", pattern: "*" + strings.Repeat("a?", i%40) + "*", action: []string{"allow", "deny"}[i%2]})
	}
	if found, complete := turns(rules); len(found) == 0 || complete {
		t.Errorf("%d found, complete %v", len(found), complete)
	}
}
