package permission_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// offering is a manifest with rules and the tools that are offered.
func offering(tools string, rules ...string) *manifest.Manifest {
	m := &manifest.Manifest{Permissions: permissions("ask", "ask", rules...)}
	m.Tools.Default = "deny"
	for _, tool := range strings.Fields(tools) {
		m.Tools.Allow = append(m.Tools.Allow, manifest.ToolName(tool))
	}
	return m
}

const everyTool = "read edit write bash grep glob webfetch websearch agent skill mcp__*"

// Each rule gets the warning behind it, and no other.
func TestWarnings(t *testing.T) {
	for name, rules := range map[string][]string{
		"behind a star": {
			"allow bash make test = rule-never-decides", "ask bash git push* = rule-never-decides", "deny bash rm * = rule-never-decides",
			"deny bash *", "allow edit src/**"},
		"behind every tool":   {"allow bash make test = rule-never-decides", "ask read ** = rule-never-decides", "allow mcp__linear__get * = rule-never-decides", "deny * *"},
		"behind a wider rule": {"allow bash git push origin = rule-never-decides", "ask bash git push*", "ask bash git push * -f* = rule-never-decides"},
		"stricter than wider": {"deny bash git push * -f*", "ask bash git push*", "allow bash git*push", "allow bash git status"},
		"paths":               {"allow edit src/a/** = rule-never-decides", "deny edit src/**", "allow edit ./src/x = rule-never-decides", "allow edit lib/**", "allow edit /src/x"},
		"edit and write":      {"allow write src/x/** = rule-never-decides", "deny edit src/**", "ask write src/y/** = rule-never-decides"},
		"read and searches":   {"allow grep secrets/a/** = rule-never-decides", "deny read secrets/**", "ask grep secrets/b/** = rule-never-decides", "deny grep secrets/**", "allow read secrets/** = rule-duplicate"},
		"searches from above": {"deny grep secrets/a/**", "ask glob secrets/b/**", "deny read secrets/**"},
		"allow and allow":     {"allow bash *", "allow bash sudo ls", "allow edit **", "allow edit src/** = rule-never-decides"},
		"addresses":           {"allow webfetch example.com/docs/** = rule-never-decides", "deny webfetch example.com", "allow webfetch *.example.com"},
		"MCP tools":           {"allow mcp__linear__get_issue * = rule-never-decides", "deny mcp__linear__get_* *", "allow mcp__github__get *"},
		"names":               {"allow agent reviewer = rule-never-decides", "deny agent review*", "allow agent coder"},
		"pipelines":           {"deny bash curl * | bash*", "deny bash curl * | sh*", "allow bash curl * | bash*/x"},
		"twice":               {"deny bash rm *", "deny bash rm * = rule-duplicate", "ask bash rm * = rule-duplicate", "allow bash rm * = rule-duplicate"},
		"the same in other words": {
			"deny edit src/**", "deny edit ./src/** = rule-never-decides", "allow edit src/** = rule-duplicate"},
		"not certain": {"allow bash git status", "deny bash /usr/bin/git*", "allow bash make te*", "deny bash make *st", "deny read **/.env", "allow read a/.env.example"},
	} {
		check(t, name, offering(everyTool, strip(rules)...), rules)
	}
	for name, c := range map[string]struct {
		tools, without string
		rules          []string
	}{
		"not offered": {"read grep", "", []string{"deny bash rm * = rule-tool-not-offered", "allow skill x = rule-tool-not-offered", "deny edit ** = rule-tool-not-offered",
			"deny read **/.env = rule-never-decides", "allow mcp__linear__get * = rule-tool-not-offered", "deny * *"}},
		"sudo":               {"bash", "", []string{"allow bash sudo make", "allow bash make", "allow bash sudo apt* = rule-allows-less"}},
		"redirections":       {"bash", "", []string{"deny edit secrets/**", "allow write out/**", "deny read **/.env", "deny grep x/** = rule-tool-not-offered"}},
		"searches":           {"grep", "", []string{"deny read **/.env", "allow read src/** = rule-tool-not-offered"}},
		"writes":             {"write", "", []string{"deny edit secrets/**", "allow edit src/** = rule-tool-not-offered"}},
		"every MCP tool":     {"mcp__*", "", []string{"deny mcp__linear__delete_* *", "allow bash make = rule-tool-not-offered"}},
		"one MCP tool":       {"mcp__linear__get", "", []string{"deny mcp__linear__* *", "deny mcp__github__* * = rule-tool-not-offered", "ask mcp__linear__delete * = rule-tool-not-offered"}},
		"denied, all":        {everyTool, "mcp__linear__*", []string{"deny mcp__linear__get * = rule-tool-not-offered", "ask mcp__github__* *"}},
		"denied, what there": {"mcp__linear__get", "mcp__linear__*", []string{"deny mcp__* * = rule-tool-not-offered"}},
	} {
		m := offering(c.tools, strip(c.rules)...)
		if c.without != "" {
			m.Tools.Deny = []manifest.ToolName{manifest.ToolName(c.without)}
		}
		check(t, name, m, c.rules)
	}
}

func strip(rules []string) []string {
	var out []string
	for _, rule := range rules {
		rule, _, _ = strings.Cut(rule, " = ")
		out = append(out, rule)
	}
	return out
}

func check(t *testing.T, name string, m *manifest.Manifest, rules []string) {
	t.Helper()
	codes := map[string]string{}
	for _, w := range permission.Warnings(m) {
		if codes[w.Pointer] != "" || w.Message == "" || w.Hint == "" {
			t.Errorf("%s: %+v", name, w)
		}
		codes[w.Pointer] = w.Code
	}
	for i, rule := range rules {
		rule, want, _ := strings.Cut(rule, " = ")
		if got := codes[fmt.Sprintf("/permissions/rules/%d", i)]; got != want {
			t.Errorf("%s: %s: %q, must be %q", name, rule, got, want)
		}
	}
}

// A program that runs others is warned of where the star lets it, and only there.
func TestAllowsMore(t *testing.T) {
	for pattern, want := range map[string]string{
		"npm *": "rule-allows-more", "npm*": "rule-allows-more", "npm run *": "", "npm run build*": "", "npm exec *": "", "npm test": "",
		"make *": "rule-allows-more", "make test": "", "make test*": "", "make": "", "python3 *": "rule-allows-more", "python3 manage.py *": "", "python3 -m pytest*": "",
		"node *": "rule-allows-more", "bash *": "rule-allows-more", "docker *": "rule-allows-more", "docker compose *": "", "docker ps*": "", "git *": "rule-allows-more",
		"git log*": "", "git*": "rule-allows-more", "go *": "rule-allows-more", "go test *": "", "go run *": "", "/usr/bin/python3 *": "rule-allows-more", "./make *": "rule-allows-more",
		"* --version": "rule-allows-more", "*": "", "*/python3 x": "rule-allows-more", "ls *": "", "cat *": "", "find *": "", `py\*thon *`: "", `ls \*`: "",
		"npx *": "rule-allows-less", "npx prettier --check .": "rule-allows-less", "env *": "rule-allows-less", "xargs *": "rule-allows-less", "timeout 60 *": "rule-allows-less",
		"timeout 60 make": "rule-allows-less", "sudo *": "rule-allows-less", "nohup *": "rule-allows-less", "git -c a.b=c status": "rule-allows-less", "command -v *": "",
		"git status": "", "kubectl *": "rule-allows-more", "kubectl get *": "", "ssh *": "rule-allows-more", "docker run alpine": "",
	} {
		check(t, "", offering(everyTool, "allow bash "+pattern), []string{"allow bash " + pattern + " = " + want})
		for _, action := range []string{"ask", "deny"} {
			check(t, "", offering(everyTool, action+" bash "+pattern), []string{action + " bash " + pattern})
		}
	}
}

// What a warning says is allowed is allowed, and with the rule alone.
func TestAllowsMoreIsTrue(t *testing.T) {
	for _, program := range strings.Fields(`npm pnpm yarn bun uv poetry pipx cargo go nix pip make gmake ninja task just cmake rake gradle mvn ant python python3 Rscript node ruby
		perl php deno tsx java awk sed psql mysql sh bash zsh fish docker podman docker-compose kubectl vagrant ssh ansible git gh bundle dotnet sqlite3 lua`) {
		m := offering(everyTool, "allow bash "+program+" *")
		warnings := permission.Warnings(m)
		if len(warnings) != 1 || warnings[0].Code != permission.WarnAllowsMore {
			t.Errorf("%s: %+v", program, warnings)
			continue
		}
		example := strings.Split(warnings[0].Message, "`")[3]
		guard, err := permission.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		quoted := strings.NewReplacer("!", `'!'`, `\`, `'\'`).Replace(example)
		if d := guard.Decide(call("bash", quoted)); d.Action != "allow" {
			t.Errorf("%s is not allowed: %s (%s)", quoted, d.Action, d.Reason)
		}
	}
}

// The rules of a Pod hold for its subagents.
func TestWarningsOfSubagents(t *testing.T) {
	m := offering("agent", "deny bash rm *", "ask bash git push*", "allow webfetch example.com")
	own := manifest.Subagent{Permissions: permissions("ask", "ask", "allow bash rm -r x", "allow bash git push origin", "ask bash git push*", "deny bash rm *", "deny skill x")}
	own.Tools.Default, own.Tools.Allow = "deny", []manifest.ToolName{"bash"}
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"builder": own}
	var got []string
	for _, w := range permission.Warnings(m) {
		got = append(got, w.Code+" "+w.Pointer)
	}
	want := []string{"rule-tool-not-offered /permissions/rules/2", "rule-never-decides /subagents/builder/permissions/rules/0",
		"rule-never-decides /subagents/builder/permissions/rules/1", "rule-tool-not-offered /subagents/builder/permissions/rules/4"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nmust be\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Under a ceiling with permissions, its rules hold for subagents and those of the Pod do not.
func TestWarningsOfCeiling(t *testing.T) {
	m := offering("agent", "deny bash *", "deny agent x")
	above := permissions("ask", "ask", "ask bash git push*", "allow bash git push origin", "deny webfetch *", "allow edit a")
	m.Delegation = &manifest.Delegation{Ceiling: &manifest.Ceiling{Permissions: &above, Tools: &manifest.SubagentTools{Default: "deny", Allow: []manifest.ToolName{"bash", "edit"}}}}
	own := manifest.Subagent{Permissions: permissions("ask", "ask", "allow bash git push origin", "allow bash make test")}
	own.Tools.Default, own.Tools.Allow = "deny", []manifest.ToolName{"bash"}
	m.Subagents = map[manifest.SkillName]manifest.Subagent{"builder": own}
	var got []string
	for _, w := range permission.Warnings(m) {
		got = append(got, w.Code+" "+w.Pointer)
	}
	want := []string{"rule-tool-not-offered /permissions/rules/0", "rule-never-decides /delegation/ceiling/permissions/rules/1",
		"rule-tool-not-offered /delegation/ceiling/permissions/rules/2", "rule-never-decides /subagents/builder/permissions/rules/0"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nmust be\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A rule that never decides can be left out: every call is decided as before.
func TestNeverDecidesIsTrue(t *testing.T) {
	patterns := map[string][]string{
		"bash": {"*", "rm *", "rm -r *", "rm -r x", "git push*", "git push origin", "git *", "sudo rm x", "env *"},
		"edit": {"*", "**", "src/**", "src/a", "./src/**"}, "write": {"*", "src/**", "src/a"}, "read": {"*", "**", "src/**", "src/a"},
		"grep": {"*", "src/**", "src/a"}, "glob": {"*", "src/**"}, "*": {"*"}, "skill": {"*", "a*", "ab"}, "mcp__x__*": {"*"}, "mcp__x__get": {"*"},
	}
	tools := []string{"bash", "edit", "write", "read", "grep", "glob", "*", "skill", "mcp__x__*", "mcp__x__get"}
	values := map[string][]string{
		"bash": {"rm x", "rm -r x", "rm -r y", "/bin/rm -r x", "git push", "git push origin", "git -C . push origin", "sudo rm x", "env rm x", "eval \"$x\" rm", "rm $x", "if",
			"true > src/a", "true < src/a", "rm x > src/a", "make", "echo rm | sh", ""},
		"edit": {"/srv/app/src/a", "/srv/app/b", "/srv/app/src"}, "write": {"/srv/app/src/a", "/srv/app/b"}, "read": {"/srv/app/src/a", "/srv/app/b"},
		"grep": {"/srv/app/src/a", "/srv/app/src", "/srv/app", "/"}, "glob": {"/srv/app/src/a", "/srv/app/src", "/srv/app"}, "skill": {"a", "ab", "b"}, "mcp__x__get": {""}, "mcp__x__set": {""},
	}
	rapid.Check(t, func(rt *rapid.T) {
		var rules []string
		for range rapid.IntRange(2, 6).Draw(rt, "rules") {
			tool := rapid.SampledFrom(tools).Draw(rt, "tool")
			rules = append(rules, rapid.SampledFrom([]string{"allow", "ask", "deny"}).Draw(rt, "action")+" "+tool+" "+rapid.SampledFrom(patterns[tool]).Draw(rt, "pattern"))
		}
		m := offering(everyTool, rules...)
		m.Permissions.Mode = manifest.PermissionMode(rapid.SampledFrom([]string{"ask", "acceptEdits", "bypass", "plan"}).Draw(rt, "mode"))
		m.Permissions.Default = manifest.Action(rapid.SampledFrom([]string{"ask", "allow", "deny"}).Draw(rt, "default"))
		if rapid.Bool().Draw(rt, "kept") {
			m.Sandbox.DenyRead = []manifest.PathGlob{"src/**"}
		}
		before, err := permission.Parse(m)
		if err != nil {
			rt.Fatal(err)
		}
		for _, w := range permission.Warnings(m) {
			if w.Code != permission.WarnNeverDecides && w.Code != permission.WarnDuplicate {
				continue
			}
			var index int
			fmt.Sscanf(w.Pointer, "/permissions/rules/%d", &index)
			without := *m
			without.Permissions.Rules = append(append([]manifest.Rule(nil), m.Permissions.Rules[:index]...), m.Permissions.Rules[index+1:]...)
			after, err := permission.Parse(&without)
			if err != nil {
				rt.Fatal(err)
			}
			for tool, list := range values {
				for _, value := range list {
					if a, b := before.Decide(call(tool, value)), after.Decide(call(tool, value)); a.Action != b.Action {
						rt.Fatalf("%s\n%v: %s %q is decided by it: %s (%s), without it %s (%s)", w.Message, rules, tool, value, a.Action, a.Reason, b.Action, b.Reason)
					}
				}
			}
		}
	})
}

// Many rules are compared within a bound.
func TestManyRules(t *testing.T) {
	var rules []string
	for i := range 512 {
		rules = append(rules, fmt.Sprintf("%s bash git push origin b%d* x%d", []string{"allow", "ask", "deny"}[i%3], i%7, i))
	}
	m := offering(everyTool, rules...)
	start := time.Now()
	permission.Warnings(m)
	if spent := time.Since(start); spent > 5*time.Second {
		t.Errorf("took %s", spent)
	}
}

func BenchmarkWarnings(b *testing.B) {
	var rules []string
	for i := range 60 {
		rules = append(rules, fmt.Sprintf("%s bash program%d sub%d *", []string{"ask", "deny", "deny"}[i%3], i%20, i))
	}
	m := offering(everyTool, append(rules, "allow bash git status", "allow bash git diff", "allow bash make test")...)
	for b.Loop() {
		permission.Warnings(m)
	}
}
