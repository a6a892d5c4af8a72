package legacy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// translatedFrom converts a rule written as "ACTION TOOL PATTERN", and returns what
// is reported about it.
func translatedFrom(text string) (rules []rule, reports []diag.Diagnostic) {
	parts := strings.SplitN(text, " ", 3)
	c := &converter{
		p:     &Profile{},
		place: func(string) (diag.Position, bool) { return diag.Position{}, false },
		doc: map[string]any{"permissions": map[string]any{"rule": []any{
			map[string]any{"action": parts[0], "tool": parts[1], "pattern": parts[2]},
		}}},
	}
	rules = c.translated(rule{action: parts[0], tool: parts[1], pattern: parts[2], origin: "/permissions/rule/0"})
	return rules, c.p.Losses
}

func TestTranslated(t *testing.T) {
	for _, test := range []struct{ legacy, want, report string }{
		{"allow bash git *", "bash git *", ""},
		{"deny * *", "* *", ""},
		{"allow read **", "read *", "is kept as `read *`"},
		{"deny edit secrets/*", "edit secrets/**", "is kept as `edit secrets/**`"},
		{"allow edit src/*", "edit src/**", "is kept as `edit src/**`"},
		{"deny read .env", "read ./.env", "is kept as `read ./.env`"},
		{"deny read *.env", "read **/*.env", "is kept as `read **/*.env`"},
		{"allow read *.md", "read ./*.md", "is kept as `read ./*.md`"},
		{"deny read a*b", "read ./a*b, read a*/**/*b", "is kept as `read ./a*b`, `read a*/**/*b`"},
		{"deny read */keys/*", "read **/keys/**", "is kept as `read **/keys/**`"},
		{"deny read key?.pem", "read ./key*.pem, read key*/**/*.pem", "is kept as `read ./key*.pem`, `read key*/**/*.pem`"},
		{"deny read /etc/*", "read /etc/**", "is kept as `read /etc/**`"},
		{"deny web* *", "webfetch *, websearch *", "is kept as `webfetch *`, `websearch *`"},
		{"deny webfetch https://a.org/*", "webfetch https://a.org", "is kept as `webfetch https://a.org`"},
		{"allow webfetch a.org/x/*", "webfetch a.org/x/**", "is kept as `webfetch a.org/x/**`"},
		{"deny Bash rm *", "bash rm *", "is kept as `bash rm *`"},
		{"deny shell rm [a-c]?", "bash rm *", "is kept as `bash rm *`"},
		{"ask bash npm run build:*", `bash npm run build\:*`, `is kept as ` + "`bash npm run build\\\\:*`"},
		{"deny bash git stash drop stash@{0}", `bash git stash drop stash@\{0\}`, "is kept as `bash git stash drop stash@\\\\{0\\\\}`"},
		{"ask websearch secret*", "websearch *", "is kept as `websearch *`"},
		{"allow websearch weather*", "", "pattern: the rule is left out: pattern `weather*`: must be `*` for the tool `websearch`"},
		{"allow Bash ls *", "", "tool: the rule is left out: unknown tool: `Bash`"},
		{"deny zzz x", "", "tool: the rule is left out: unknown tool: `zzz`"},
		{"allow mcp__git__log *", "", "tool: the rule is left out: MCP server `git` not found in this manifest"},
		{"deny mcp__* *", "mcp__* *", ""},
		{"deny bash a; b", "", "pattern: the rule is left out: pattern `a; b`: `;` is not part of a command"},
		{"allow bash ls [ab]", "", "pattern: the rule is left out"},
		{"deny read ../x", "", "pattern: the rule is left out: pattern `../x`: `..` is not resolved"},
		{"deny webfetch *evil*", "", "pattern: the rule is left out"},
	} {
		rules, reports := translatedFrom(test.legacy)
		var got []string
		for _, r := range rules {
			got = append(got, r.tool+" "+r.pattern)
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %s, not %s", test.legacy, strings.Join(got, ", "), test.want)
		}
		report := ""
		for _, d := range reports {
			report += strings.TrimPrefix(d.Path, "permissions.rule[0]") + ": " + d.Message
		}
		if report = strings.TrimLeft(report, ".: "); !strings.HasPrefix(report, test.report) || (test.report == "") != (report == "") {
			t.Errorf("%s: reports %q, not %q", test.legacy, report, test.report)
		}
	}
}

// A rule that denies or asks has at least the paths that it had, one that allows at
// most.
func TestTranslatedPathsAreBounds(t *testing.T) {
	at, err := grammar.NewPlaces("/w", "/h", false)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 30 {
			pattern := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "/", "*", "?", ".a", "*/", "/*"}), 1, 6).Draw(t, "pattern"), "")
			value := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", ".a", "aab"}), 1, 4).Draw(t, "value"), "/")
			path, err := grammar.ParsePath("/w/" + value)
			if err != nil || strings.HasPrefix(pattern, "/") {
				continue
			}
			for _, action := range []string{"deny", "allow"} {
				rules, _ := translatedFrom(action + " read " + pattern)
				if len(rules) == 0 {
					continue
				}
				compared++
				now := false
				for _, r := range rules {
					p, err := grammar.ParsePattern(r.tool, r.pattern)
					if err != nil {
						t.Fatal(err)
					}
					// A directory itself is among what is below it.
					if directory, ok := strings.CutSuffix(r.pattern, "/**"); ok && action == "allow" && directory != "**" {
						if d, err := grammar.ParsePattern(r.tool, "./"+strings.TrimPrefix(directory, "./")); err == nil && d.MatchPath(path, at) {
							continue
						}
					}
					now = now || p.MatchPath(path, at)
				}
				was := matches(pattern, value)
				if action == "deny" && was && !now || action == "allow" && now && !was {
					t.Fatalf("%s %s, now %v, differs for %s", action, pattern, rules, value)
				}
			}
		}
	})
	if compared < 500 {
		t.Errorf("only %d were compared", compared)
	}
}
