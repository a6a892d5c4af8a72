package grant_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

type object = map[string]any

// step goes from what is consented to, or what a profile may do itself, to what a
// new manifest grants, or to what its subagent may do.
type step struct {
	name     string
	old, now object // members of permissions and tools
	wider    bool
}

func permissions(mode, fallback string, rules ...string) object {
	list := []any{}
	for _, rule := range rules {
		action, rest, _ := strings.Cut(rule, " ")
		tool, pattern, _ := strings.Cut(rest, " ")
		list = append(list, object{"tool": tool, "pattern": pattern, "action": action})
	}
	return object{"permissions": object{"mode": mode, "default": fallback, "rules": list}, "tools": tools("deny")["tools"]}
}

func tools(fallback string, allow ...string) object {
	if allow == nil {
		allow = []string{}
	}
	return object{"tools": object{"default": fallback, "allow": allow, "deny": []string{}},
		"permissions": object{"mode": "ask", "default": "deny", "rules": []any{}}}
}

func steps() []step {
	var all []step
	for i, a := range reach.Modes {
		for j, b := range reach.Modes {
			all = append(all, step{"mode " + a + " to " + b, permissions(a, "ask"), permissions(b, "ask"), j > i})
		}
	}
	for i, a := range reach.Actions {
		for j, b := range reach.Actions {
			all = append(all, step{"default " + a + " to " + b, permissions("ask", a), permissions("ask", b), j > i},
				step{"rule to " + a + ", to " + b, permissions("ask", "deny", a+" bash x"), permissions("ask", "deny", b+" bash x"), j > i},
				step{"rule to " + b + " under " + a, permissions("ask", a), permissions("ask", a, b+" bash x"), j > i})
		}
	}
	for _, pair := range []struct {
		old, now string
		wider    bool
	}{
		{"bash git *", "bash git *", false}, {"bash git *", "bash git push", false}, {"bash git *", "bash git push*", false}, {"bash git push", "bash git *", true},
		{"bash *", "bash git", false}, {"bash git *", "bash git", true}, {"* *", "edit ./x", false}, {"bash *", "* *", true}, {"bash *", "edit *", true},
		{"bash git*", "bash git push", true}, {"bash * -f", "bash git -f", true}, {"bash git * -f", "bash git * -f", false}, {"bash git *", `bash git \*`, false},
		{`bash ls \*`, "bash ls x", true}, {`bash ls \[*`, `bash ls \[a`, true}, {"bash curl *", "bash curl * | sh", true}, {"bash curl * | sh", "bash curl * | sh", false},
		{"bash *", "bash curl * | sh", false},
		{"edit src/**", "edit src/a/b", false}, {"edit src/**", "edit ./src", false}, {"edit src/*", "edit src/a/b", true}, {"edit src/*", "edit src/a", true},
		{"edit src/a/b", "edit src/**", true}, {"edit src/**", "write src/a", true}, {"read **", "read **/.env", false}, {"read **", "read ~/.env", true},
		{"read **", "read *", true}, {"read *", "read /**", false}, {"read ~/**", "read ~/.ssh/*", false}, {"read /**", "read a/b", true},
		{"webfetch *.example.org", "webfetch a.example.org/x", false}, {"webfetch *.example.org", "webfetch example.org", true},
		{"webfetch example.org/a/**", "webfetch example.org/a/b", false}, {"webfetch example.org/a/*", "webfetch example.org/a/b", true},
		{"agent review*", "agent reviewer", false}, {"agent *er", "agent reviewer", true}, {"skill a", "agent a", true},
		{"mcp__x__* *", "mcp__x__get *", false}, {"mcp__* *", "mcp__x__* *", false}, {"mcp__x__get *", "mcp__x__* *", true}, {"mcp__x__* *", "mcp__y__get *", true},
		{"* *", "mcp__x__get *", false}, {"mcp__* *", "* *", true}, {"mcp__x__get_* *", "mcp__x__get_issue *", false},
	} {
		all = append(all, step{pair.old + " to " + pair.now, permissions("ask", "deny", "allow "+pair.old), permissions("ask", "deny", "allow "+pair.now), pair.wider})
	}
	for _, pair := range []struct {
		old, now string
		wider    bool
	}{
		{"bash", "bash", false}, {"*", "bash", false}, {"bash", "*", true}, {"mcp__x__*", "mcp__x__b", false}, {"mcp__x__b", "mcp__x__*", true},
		{"mcp__*", "mcp__x__*", false}, {"mcp__x__*", "mcp__y__*", true}, {"mcp__x__get_*", "mcp__x__get_a", false}, {"mcp__x__get_*", "mcp__x__get", true}, {"bash", "edit", true},
	} {
		all = append(all, step{"tool " + pair.old + " to " + pair.now, tools("deny", pair.old), tools("deny", pair.now), pair.wider},
			step{"tool " + pair.now + " under all", tools("allow"), tools("deny", pair.now), false})
	}
	return append(all, step{"all tools", tools("deny", "bash"), tools("allow"), true}, step{"all tools to one star", tools("deny", "*"), tools("deny", "bash", "edit"), false})
}

// Consent, profile diff, the rules for subagents in Go and those in Nix give one
// answer to the question whether something is wider.
func TestAllAgree(t *testing.T) {
	all := steps()
	var documents, under []object // held to the Pod's own, and to a ceiling
	nothing := permissions("plan", "deny")
	for _, s := range all {
		holding := func(part object) object {
			doc := granttest.Document(t)
			doc["permissions"], doc["tools"] = part["permissions"], part["tools"]
			doc["subagents"] = object{"d": object{"description": "d", "prompts": object{"system": "", "append": []string{}},
				"permissions": s.now["permissions"], "tools": s.now["tools"]}}
			delete(doc, "delegation")
			return doc
		}
		documents = append(documents, holding(s.old))
		doc := holding(nothing)
		doc["delegation"] = object{"ceiling": s.old}
		under = append(under, doc)
	}
	inNix, underInNix := nixProblems(t, documents), nixProblems(t, under)
	for i, s := range all {
		manifestOf := func(part object) []byte {
			doc := granttest.Document(t)
			doc["subagents"] = object{}
			delete(doc, "delegation")
			doc["permissions"], doc["tools"] = part["permissions"], part["tools"]
			return encoded(t, doc)
		}
		ceilingOf := func(part object) []byte {
			doc := granttest.Document(t)
			doc["subagents"] = object{}
			doc["delegation"] = object{"ceiling": part}
			return encoded(t, doc)
		}
		for _, way := range []struct {
			name            string
			old, now, whole []byte
			inNix           []string
		}{
			{s.name, manifestOf(s.old), manifestOf(s.now), encoded(t, documents[i]), inNix[i]},
			{s.name + ", of a ceiling", ceilingOf(s.old), ceilingOf(s.now), encoded(t, under[i]), underInNix[i]},
		} {
			changes := grant.Compare(grant.Of(granttest.Parsed(t, way.old)), grant.Of(granttest.Parsed(t, way.now)))
			entries, err := words.Between(way.old, way.now)
			if err != nil {
				t.Fatal(err)
			}
			var inGo []string
			for _, p := range manifest.Validate(way.whole) {
				if strings.HasPrefix(p.Code, "rule-") {
					inGo = append(inGo, p.Code)
				}
			}
			got := fmt.Sprint(len(changes) > 0, words.Widened(entries) > 0, len(inGo) > 0, len(way.inNix) > 0)
			if want := fmt.Sprint(s.wider, s.wider, s.wider, s.wider); got != want {
				t.Errorf("%s: consent, diff, Go and Nix say %s, not %s (%v, %v)", way.name, got, want, inGo, way.inNix)
			}
		}
	}
}

func encoded(t *testing.T, doc any) []byte {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// nixProblems are the codes of the problems that lib/rules.nix finds in each.
func nixProblems(t *testing.T, documents []object) [][]string {
	t.Helper()
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	text := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(string(encoded(t, documents)))
	v, err := ev.EvalExpr(`map (m: map (p: p.code) (import /insomnia/lib/rules.nix m)) (builtins.fromJSON "`+text+`")`, "test", "/insomnia")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ev.ToJSON(v)
	var codes [][]string
	if err != nil || json.Unmarshal(data, &codes) != nil || len(codes) != len(documents) {
		t.Fatalf("%v: %s", err, data)
	}
	return codes
}
