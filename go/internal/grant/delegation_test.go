package grant

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// What is not marked as freer is freer for no call of a subagent that the guard decides,
// whether a ceiling, a list of servers or of skills comes, goes or is changed.
func TestSubagentsAreBounded(t *testing.T) {
	rules := []string{"bash *", "bash a *", "bash a b", "edit **", "edit d/**", "skill *", "skill s", "mcp__x__* *", "mcp__x__get *", "* *"}
	names := []string{"bash", "edit", "read", "skill", "mcp__x__*", "mcp__y__*", "mcp__*", "*"}
	sample := func(t *rapid.T, label string, from []string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(from), 0, 3).Draw(t, label)
	}
	permissions := func(t *rapid.T, label string) manifest.Permissions {
		p := manifest.Permissions{
			Mode:    manifest.PermissionMode(rapid.SampledFrom([]string{"plan", "ask", "acceptEdits", "bypass"}).Draw(t, label+" mode")),
			Default: manifest.Action(rapid.SampledFrom(reach.Actions).Draw(t, label+" default")),
		}
		for i, rule := range sample(t, label, rules) {
			calls := reach.CallsOf(rule)
			p.Rules = append(p.Rules, manifest.Rule{Tool: manifest.ToolName(calls.Tool), Pattern: manifest.Pattern(calls.Pattern),
				Action: manifest.Action(rapid.SampledFrom(reach.Actions).Draw(t, fmt.Sprint(label, " action ", i)))})
		}
		return p
	}
	tools := func(t *rapid.T, label string) manifest.SubagentTools {
		out := manifest.SubagentTools{Default: manifest.ToolDefault(rapid.SampledFrom([]string{"allow", "deny"}).Draw(t, label+" default"))}
		for _, name := range sample(t, label+" allow", names) {
			out.Allow = append(out.Allow, manifest.ToolName(name))
		}
		for _, name := range sample(t, label+" deny", names) {
			out.Deny = append(out.Deny, manifest.ToolName(name))
		}
		return out
	}
	sometimes := func(t *rapid.T, label string) bool { return rapid.Bool().Draw(t, label) }
	draw := func(t *rapid.T, label string, like *manifest.Manifest) *manifest.Manifest {
		m, own := &manifest.Manifest{Permissions: permissions(t, label)}, manifest.Subagent{}
		m.Tools.Default = "deny"
		own.Permissions, own.Tools = permissions(t, label+" own"), tools(t, label+" own")
		if like != nil { // pairs of which one covers the other are rare among any two
			if sometimes(t, label+" same rules") {
				m.Permissions = like.Permissions
			}
			own = like.Subagents["d"]
			if sometimes(t, label+" all servers and skills") {
				own.MCPServers, own.Skills = nil, nil
			}
		}
		if sometimes(t, label+" servers") {
			own.MCPServers = []manifest.ServerName{}
			for _, name := range sample(t, label+" servers", []string{"x", "y"}) {
				own.MCPServers = append(own.MCPServers, manifest.ServerName(name))
			}
		}
		if sometimes(t, label+" skills") {
			own.Skills = []manifest.SkillName{}
			for _, name := range sample(t, label+" skills", []string{"s", "t"}) {
				own.Skills = append(own.Skills, manifest.SkillName(name))
			}
		}
		m.Subagents = map[manifest.SkillName]manifest.Subagent{"d": own}
		if sometimes(t, label+" ceiling") {
			ceiling := &manifest.Ceiling{}
			if sometimes(t, label+" ceiling permissions") {
				p := permissions(t, label+" ceiling")
				if sometimes(t, label+" as the Pod's") {
					p = m.Permissions
				}
				ceiling.Permissions = &p
			}
			m.Delegation = &manifest.Delegation{Ceiling: ceiling}
		}
		return m
	}
	var calls []permission.Call
	for _, command := range []string{"a", "a b", "a b c", "b"} {
		calls = append(calls, permission.Call{Tool: "bash", Command: command})
	}
	for _, path := range []string{"/w/d", "/w/d/a", "/w/a"} {
		calls = append(calls, permission.Call{Tool: "edit", Paths: []string{path}}, permission.Call{Tool: "read", Paths: []string{path}})
	}
	calls = append(calls, permission.Call{Tool: "skill", Argument: "s"}, permission.Call{Tool: "skill", Argument: "t"},
		permission.Call{Tool: "mcp__x__get"}, permission.Call{Tool: "mcp__x__put"}, permission.Call{Tool: "mcp__y__get"})
	covered, ceilings := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		first := draw(t, "a", nil)
		second := draw(t, "b", first)
		if len(Compare(Of(first), Of(second))) > 0 {
			return
		}
		covered++
		if (first.Delegation == nil) != (second.Delegation == nil) {
			ceilings++
		}
		before, err := permission.Parse(first)
		if err != nil {
			t.Fatal(err)
		}
		after, err := permission.Parse(second)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range calls {
			call.Workspace, call.Home, call.Subagent = "/w", "/h", "d"
			if was, is := before.Decide(call), after.Decide(call); rank(string(is.Action)) > rank(string(was.Action)) {
				t.Fatalf("%+v is freer: %s (%s), not %s (%s)", call, is.Action, is.Reason, was.Action, was.Reason)
			}
		}
	})
	if covered < 5 || ceilings == 0 {
		t.Errorf("only %d pairs were covered, %d with a ceiling that came or went: this shows little", covered, ceilings)
	}
}
