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
		{"bash *", "bash ", false}, {"bash git *", "bash git", true}, {"* *", "edit x", false}, {"ba* *", "bash x", false}, {"bash *", "ba* *", true}, {"bash *", "edit *", true},
		{"bash *", "bash **", false}, {"bash **", "bash *", true}, {"bash *.env", "bash a.env", true}, {"bash *.env", "bash *.env", false},
		{"bash a?*", "bash a?b", true}, {"bash [a]*", "bash [a]b", true}, {"bash a]*", "bash a]b", true},
		{"bash {a,b}*", "bash {a,b}c", true}, {`bash a\*`, `bash a\b`, true}, {`bash a\*`, `bash a\*`, false}, {"bash git *", "bash git {log,diff} ?", false},
	} {
		all = append(all, step{pair.old + " to " + pair.now, permissions("ask", "deny", "allow "+pair.old), permissions("ask", "deny", "allow "+pair.now), pair.wider})
	}
	for _, pair := range []struct {
		old, now string
		wider    bool
	}{
		{"bash", "bash", false}, {"*", "bash", false}, {"bash", "*", true}, {"mcp__a__*", "mcp__a__b", false}, {"mcp__a__b", "mcp__a__*", true},
		{"mcp__*", "mcp__a__*", false}, {"bash", "bash*", true}, {"bash*", "bash", false}, {"bash", "edit", true},
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
	var documents []object
	for _, s := range all {
		doc := granttest.Document(t)
		doc["permissions"], doc["tools"] = s.old["permissions"], s.old["tools"]
		doc["subagents"] = object{"d": object{"description": "d", "prompts": object{"system": "", "append": []string{}},
			"permissions": s.now["permissions"], "tools": s.now["tools"]}}
		documents = append(documents, doc)
	}
	inNix := nixProblems(t, documents)
	for i, s := range all {
		manifestOf := func(part object) []byte {
			doc := granttest.Document(t)
			delete(doc, "subagents")
			doc["subagents"] = object{}
			doc["permissions"], doc["tools"] = part["permissions"], part["tools"]
			return encoded(t, doc)
		}
		old, now := manifestOf(s.old), manifestOf(s.now)
		changes := grant.Compare(grant.Of(granttest.Parsed(t, old)), grant.Of(granttest.Parsed(t, now)))
		entries, err := words.Between(old, now)
		if err != nil {
			t.Fatal(err)
		}
		var inGo []string
		for _, p := range manifest.Validate(encoded(t, documents[i])) {
			if strings.HasPrefix(p.Code, "rule-") {
				inGo = append(inGo, p.Code)
			}
		}
		got := fmt.Sprint(len(changes) > 0, words.Widened(entries) > 0, len(inGo) > 0, len(inNix[i]) > 0)
		if want := fmt.Sprint(s.wider, s.wider, s.wider, s.wider); got != want {
			t.Errorf("%s: consent, diff, Go and Nix say %s, not %s (%v, %v)", s.name, got, want, inGo, inNix[i])
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
