package grant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// words that mutations put in the place of texts, so that enumerations, globs and
// names meet their like.
var words = []string{"deny", "ask", "allow", "plan", "bypass", "full", "none", "read-only", "live", "user", "*", "a*", "ab", "bash", "p/m", "q/m", "x", ""}

// mutate changes, removes or doubles some member of an object or a list.
func mutate(t *rapid.T, label string, at any) any {
	switch at := at.(type) {
	case map[string]any:
		names := sorted(at)
		if len(names) == 0 {
			return at
		}
		name := rapid.SampledFrom(names).Draw(t, label)
		if rapid.IntRange(0, 12).Draw(t, label+" how") == 0 {
			delete(at, name)
			return at
		}
		at[name] = mutate(t, label+"/"+name, at[name])
		return at
	case []any:
		n := rapid.IntRange(0, len(at)).Draw(t, label+" at")
		how := rapid.IntRange(0, 3).Draw(t, label+" how")
		switch {
		case n == len(at) && len(at) > 0 && how > 1: // an entry like another, changed
			data, _ := json.Marshal(at[0])
			var twin any
			_ = json.Unmarshal(data, &twin)
			return append(slices.Clone(at), mutate(t, label+" twin", twin))
		case n == len(at):
			return at
		case how == 0:
			return slices.Delete(slices.Clone(at), n, n+1)
		}
		at[n] = mutate(t, label+"/"+strconv.Itoa(n), at[n])
		return at
	case string:
		return rapid.SampledFrom(words).Draw(t, label+" word")
	case bool:
		return !at
	case float64:
		return float64(rapid.IntRange(0, 300000).Draw(t, label+" number"))
	}
	return at
}

// drawn is rich with some changes; nearer to another drawn one when it begins there.
func drawn(t *rapid.T, label string, from map[string]any) map[string]any {
	data, _ := json.Marshal(from)
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, label) {
		mutate(t, fmt.Sprint(label, i), doc)
	}
	return doc
}

func granted(t *rapid.T, doc map[string]any) (Set, *manifest.Manifest) {
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	m := new(manifest.Manifest)
	if json.Unmarshal(data, m) != nil {
		t.Skip("the Go types cannot hold it")
	}
	return Of(m), m
}

func TestCoveringIsAPartialOrder(t *testing.T) {
	chains := 0
	rapid.Check(t, func(t *rapid.T) {
		var start map[string]any
		if err := json.Unmarshal([]byte(granttest.Rich), &start); err != nil {
			t.Fatal(err)
		}
		docA := drawn(t, "a", start)
		docB := drawn(t, "b", docA)
		docC := drawn(t, "c", docB)
		a, m := granted(t, docA)
		b, _ := granted(t, docB)
		c, _ := granted(t, docC)
		for _, s := range []Set{a, b, c} {
			if changes := Compare(s, s); len(changes) > 0 {
				t.Fatalf("a set does not cover itself: %+v", changes)
			}
		}
		before, _ := json.Marshal(docA)
		after, _ := json.Marshal(docB)
		Marked(t, "two manifests", before, after, Compare(a, b))
		// Covering goes from the last to the first, and the other way round.
		for _, chain := range [][3]Set{{a, b, c}, {c, b, a}} {
			if len(Compare(chain[0], chain[1])) == 0 && len(Compare(chain[1], chain[2])) == 0 {
				chains++
				if changes := Compare(chain[0], chain[2]); len(changes) > 0 {
					t.Fatalf("each covers the next, but not the first the last: %+v", changes)
				}
			}
		}
		if (a.Digest() == b.Digest()) != (string(a.Canonical()) == string(b.Canonical())) || slices.Equal(a, b) != (a.Digest() == b.Digest()) {
			t.Fatal("the digest does not stand for the set")
		}
		shuffle(t, m)
		if again := Of(m); again.Digest() != a.Digest() {
			t.Fatalf("the order of a list that is a set changes the digest")
		}
		var back struct{ Grants Set }
		if err := json.Unmarshal(a.Canonical(), &back); err != nil || !slices.Equal(back.Grants, a) {
			t.Fatalf("what is written is not read again: %v", err)
		}
	})
	if chains < 10 {
		t.Errorf("only %d chains were covered: this shows nothing", chains)
	}
}

// shuffle puts the lists of a manifest that are sets in another order.
func shuffle(t *rapid.T, m *manifest.Manifest) {
	m.Tools.Allow = shuffled(t, m.Tools.Allow)
	m.Tools.Deny = shuffled(t, m.Tools.Deny)
	m.Permissions.Rules = shuffled(t, m.Permissions.Rules)
	m.Sandbox.WritableRoots = shuffled(t, m.Sandbox.WritableRoots)
	m.Sandbox.DenyRead = shuffled(t, m.Sandbox.DenyRead)
	m.Sandbox.AllowedDomains = shuffled(t, m.Sandbox.AllowedDomains)
	m.Sandbox.InheritEnv = shuffled(t, m.Sandbox.InheritEnv)
	m.Web.Search.AllowedDomains = shuffled(t, m.Web.Search.AllowedDomains)
	m.Profile.Tags = shuffled(t, m.Profile.Tags)
	for name, s := range m.MCPServers {
		s.EnabledTools, s.DisabledTools = shuffled(t, s.EnabledTools), shuffled(t, s.DisabledTools)
		m.MCPServers[name] = s
	}
	for name, s := range m.Skills {
		s.AllowedTools = shuffled(t, s.AllowedTools)
		m.Skills[name] = s
	}
	for name, s := range m.Subagents {
		s.Tools.Allow, s.Tools.Deny, s.Permissions.Rules = shuffled(t, s.Tools.Allow), shuffled(t, s.Tools.Deny), shuffled(t, s.Permissions.Rules)
		m.Subagents[name] = s
	}
}

func shuffled[T any](t *rapid.T, list []T) []T {
	if len(list) < 2 {
		return list
	}
	return rapid.Permutation(list).Draw(t, "order")
}

// What is not marked as freer is freer for no call that the guard decides, and
// freer carries over.
func TestDecisionsAreBounds(t *testing.T) {
	tools := map[string][]string{
		"*": {"*"}, "mcp__x__*": {"*"}, "mcp__x__get": {"*"},
		"bash":     {"*", "a *", "a b*", "a b *", "a b", "a*", "* b", "a * c", "b *", "a | b"},
		"edit":     {"*", "**", "d/**", "d/*", "./d", "d/a", "/**", "**/a"},
		"write":    {"*", "**", "d/**", "d/a", "d/*/a"},
		"read":     {"*", "**", "d/**", "d/a"},
		"grep":     {"*", "d/**", "d/a"},
		"webfetch": {"*", "a.org", "*.a.org", "a.org/x/**", "a.org/*", "https://a.org"},
		"agent":    {"*", "a*", "ab", "*b"},
	}
	names := slices.Sorted(maps.Keys(tools))
	draw := func(t *rapid.T, label, mode string) Set {
		grants := []Grant{{Kind: Mode, Pointer: "/mode", Value: mode}}
		if action := rapid.SampledFrom(reach.Actions).Draw(t, label+" default"); action != "deny" {
			grants = append(grants, Grant{Kind: Rule, Action: action})
		}
		for i := range rapid.IntRange(0, 4).Draw(t, label) {
			l := fmt.Sprint(label, i)
			tool := rapid.SampledFrom(names).Draw(t, l+" tool")
			grants = append(grants, Grant{Kind: Rule, Action: rapid.SampledFrom(reach.Actions).Draw(t, l+" action"),
				Value: tool + " " + rapid.SampledFrom(tools[tool]).Draw(t, l+" pattern")})
		}
		return SetOf(grants)
	}
	calls := []permission.Call{{Tool: "websearch", Argument: "q"}, {Tool: "mcp__x__get"}, {Tool: "mcp__x__put"}, {Tool: "mcp__y__get"},
		{Tool: "agent", Argument: "ab"}, {Tool: "agent", Argument: "a"}, {Tool: "agent", Argument: "b"}}
	for _, command := range []string{"a", "a b", "a b c", "a x c", "b", "b b", "c b", "ax", "/bin/a b", "a b; b x", "a b | b", "a b > d/a", "b x < d/a", "x $(a b)"} {
		calls = append(calls, permission.Call{Tool: "bash", Command: command})
	}
	for _, path := range []string{"/w/d", "/w/d/a", "/w/d/b/a", "/w/a", "/a"} {
		for _, tool := range []string{"edit", "write", "read", "grep", "glob"} {
			calls = append(calls, permission.Call{Tool: tool, Paths: []string{path}})
		}
	}
	for _, address := range []string{"https://a.org", "http://a.org/x/y", "https://b.a.org/x", "https://b.org"} {
		calls = append(calls, permission.Call{Tool: "webfetch", URL: address})
	}
	covered := 0
	rapid.Check(t, func(t *rapid.T) {
		// The guard takes `auto` for `ask`; what it allows more is not compared here.
		modes := []string{"plan", "ask", "acceptEdits", "bypass"}
		mode := rapid.SampledFrom(modes)
		same := mode.Draw(t, "mode")
		if rapid.Bool().Draw(t, "one mode") {
			mode = rapid.Just(same)
		}
		a, b, c := draw(t, "a", mode.Draw(t, "a mode")), draw(t, "b", mode.Draw(t, "b mode")), draw(t, "c", mode.Draw(t, "c mode"))
		ab, bc := len(Compare(a, b)) == 0, len(Compare(b, c)) == 0
		if ab && bc && len(Compare(a, c)) > 0 {
			t.Fatalf("%v covers %v covers %v: %+v", a, b, c, Compare(a, c))
		}
		if !ab {
			return
		}
		covered++
		before, after := guardOf(t, a), guardOf(t, b)
		for _, call := range calls {
			call.Workspace, call.Home = "/w", "/h"
			if was, is := before(call), after(call); rank(is) > rank(was) {
				t.Fatalf("%+v is freer in %v than in %v: %s, not %s", call, b, a, is, was)
			}
		}
	})
	if covered < 5 {
		t.Errorf("only %d pairs were covered: this shows nothing", covered)
	}
}

// guardOf decides calls by a set of rules.
func guardOf(t *rapid.T, s Set) func(permission.Call) string {
	m := &manifest.Manifest{Permissions: manifest.Permissions{Default: "deny"}}
	m.Tools.Default = "allow"
	for _, g := range s {
		if g.Kind == Mode {
			m.Permissions.Mode = manifest.PermissionMode(g.Value)
			continue
		}
		if g.Value == "" {
			m.Permissions.Default = manifest.Action(g.Action)
			continue
		}
		tool, pattern, _ := strings.Cut(g.Value, " ")
		m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Tool: manifest.ToolName(tool), Pattern: manifest.Pattern(pattern), Action: manifest.Action(g.Action)})
	}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return func(call permission.Call) string { return string(guard.Decide(call).Action) }
}

func rules(fallback string, lines ...string) Set {
	grants := []Grant{}
	if fallback != "deny" {
		grants = append(grants, Grant{Kind: Rule, Pointer: "/permissions", Action: fallback})
	}
	for _, line := range lines {
		action, value, _ := strings.Cut(line, " ")
		grants = append(grants, Grant{Kind: Rule, Pointer: "/permissions", Action: action, Value: value})
	}
	return SetOf(grants)
}

func TestRulesByExample(t *testing.T) {
	for _, test := range []struct {
		name           string
		consented, now Set
		asks           bool
	}{
		{"the same", rules("ask", "allow bash ls*"), rules("ask", "allow bash ls*"), false},
		{"a narrower pattern", rules("ask", "allow bash ls *"), rules("ask", "allow bash ls -l"), false},
		{"a wider pattern", rules("ask", "allow bash ls -l"), rules("ask", "allow bash ls *"), true},
		{"a deny more", rules("ask", "allow bash *"), rules("ask", "allow bash *", "deny bash rm *"), false},
		{"a deny less", rules("ask", "deny bash rm *"), rules("ask"), true},
		{"a deny less, that the default makes up for", rules("deny", "deny bash rm *", "allow edit *"), rules("deny", "allow edit *"), false},
		{"a wider deny", rules("ask", "deny bash rm *"), rules("ask", "deny bash *"), false},
		{"an ask less, that the default makes up for", rules("ask", "ask bash git push*"), rules("ask"), false},
		{"an ask less, under an allow", rules("ask", "ask bash git push*", "allow bash git *"), rules("ask", "allow bash git *"), true},
		{"ask becomes deny", rules("ask", "ask bash a"), rules("ask", "deny bash a"), false},
		{"allow becomes ask", rules("deny", "allow bash a"), rules("deny", "ask bash a"), false},
		{"ask becomes allow", rules("deny", "ask bash a"), rules("deny", "allow bash a"), true},
		{"the default is stricter, and rules allow what it allowed", rules("allow"), rules("deny", "allow bash a"), false},
		{"an allow more, under a deny", rules("ask", "deny bash a *"), rules("ask", "deny bash a *", "allow bash a b"), false},
		{"an allow more, over an ask", rules("deny", "ask bash a b"), rules("deny", "ask bash a b", "allow bash a *"), true},
		{"globs that cannot be compared", rules("ask", "allow bash *b"), rules("ask", "allow bash ab"), true},
		{"a star that only matches names", rules("ask", "allow edit src/*"), rules("ask", "allow edit src/a/b"), true},
		{"a directory and what is in it", rules("ask", "allow edit src/**"), rules("ask", "allow edit src/a/b"), false},
		{"a deny of a directory, kept for a file in it", rules("ask", "deny read src/**"), rules("ask", "deny read src/a"), true},
		{"a program whose name begins so", rules("ask", "allow bash git*"), rules("ask", "allow bash git push"), true},
		{"a deny less, that binds another tool too", rules("deny", "allow write src/**", "deny edit src/a"), rules("deny", "allow write src/**"), true},
		{"a deny less of a command, that may run within another", rules("deny", "allow bash git *", "deny bash sudo *"), rules("deny", "allow bash git *"), true},
		{"a deny less, that no rule of its tool undoes", rules("deny", "allow bash git *", "deny edit src/a"), rules("deny", "allow bash git *"), false},
		{"a server's tools for one of them", rules("ask", "allow mcp__x__* *"), rules("ask", "allow mcp__x__get *"), false},
		{"one tool of a server for all", rules("ask", "allow mcp__x__get *"), rules("ask", "allow mcp__x__* *"), true},
		{"every tool for one server's", rules("ask", "deny * *"), rules("ask", "deny mcp__x__* *"), true},
		{"hosts below a domain", rules("ask", "allow webfetch *.a.org"), rules("ask", "allow webfetch b.a.org/x"), false},
		{"another host", rules("ask", "allow webfetch a.org"), rules("ask", "allow webfetch b.org"), true},
	} {
		if changes := Compare(test.consented, test.now); (len(changes) > 0) != test.asks {
			t.Errorf("%s: %+v", test.name, changes)
		}
	}
}

// What the default leaves open, the mode may allow or deny.
func TestModesByExample(t *testing.T) {
	for _, test := range []struct {
		name, mode     string
		consented, now Set
		asks           bool
	}{
		{"an ask less, that the default makes up for", "ask", rules("ask", "ask bash git push*"), rules("ask"), false},
		{"an ask less, where the default does not ask", "bypass", rules("ask", "ask bash git push*"), rules("ask"), true},
		{"an ask less about edits, which are accepted", "acceptEdits", rules("ask", "ask edit src/**"), rules("ask"), true},
		{"an ask less about reads", "acceptEdits", rules("ask", "ask read src/**"), rules("ask"), false},
		{"a deny less, where nothing is accepted", "acceptEdits", rules("deny", "deny edit src/**"), rules("deny"), false},
		{"an ask less about edits, which are denied", "plan", rules("allow", "ask edit src/**"), rules("allow"), false},
		{"an allow more, where edits are denied", "plan", rules("allow"), rules("allow", "allow edit src/**"), true},
		{"an allow more, where commands are asked about", "plan", rules("allow"), rules("allow", "allow bash git *"), true},
		{"an allow more, where reads are allowed", "plan", rules("allow"), rules("allow", "allow read src/**"), false},
		{"an allow more, where nothing is asked", "bypass", rules("ask"), rules("ask", "allow bash git *"), false},
	} {
		mode := Grant{Kind: Mode, Pointer: "/permissions/mode", Value: test.mode}
		changes := Compare(SetOf(append(test.consented, mode)), SetOf(append(test.now, mode)))
		if (len(changes) > 0) != test.asks {
			t.Errorf("%s, in %s: %+v", test.name, test.mode, changes)
		}
	}
}

// What is freer is shown by itself, beside what held it back.
func TestBothSidesAreNamed(t *testing.T) {
	changes := Compare(rules("ask", "deny bash a", "ask bash b"), rules("ask", "ask bash a", "allow bash b"))
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.Grant.Action, " ", c.Grant.Value, " ", c.Gone))
	}
	if want := "allow bash b false, deny bash a true, ask bash b true"; strings.Join(got, ", ") != want {
		t.Errorf("%s, not %s", strings.Join(got, ", "), want)
	}
}

// A * in the glob of a path may stop at a folder, so it covers only itself; DIR/**
// covers what is below it.
func TestPathGlobsCoverThemselves(t *testing.T) {
	one := func(glob string) Set {
		return SetOf([]Grant{{Kind: Reads, Action: "allow"}, {Kind: Reads, Value: glob, Action: "deny"}})
	}
	if len(Compare(one("secrets/a/b"), one("secrets/*"))) == 0 {
		t.Error("another glob counts as holding back as much")
	}
	if changes := Compare(one("secrets/a/b"), one("secrets/**")); len(changes) > 0 {
		t.Error(changes)
	}
	hosts := func(hosts ...string) Set {
		var grants []Grant
		for _, h := range hosts {
			grants = append(grants, Grant{Kind: Hosts, Value: h, Action: "allow"})
		}
		return SetOf(grants)
	}
	if changes := Compare(hosts("*.example.org"), hosts("a.example.org", "*.b.example.org")); len(changes) > 0 {
		t.Error(changes)
	}
	for _, host := range []string{"example.org", "a.example.com", "*.org", "a.example.org:8080", "@packages", "10.0.0.1"} {
		if len(Compare(hosts("*.example.org"), hosts(host))) == 0 {
			t.Errorf("%s counts as one of *.example.org", host)
		}
	}
}
