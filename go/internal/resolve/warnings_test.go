package resolve

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// What is read without reflection is what the manifest says.
func TestRulesOf(t *testing.T) {
	documents := [][]byte{granttest.With(t, "/profile/name", "any")}
	r := &Resolver{Library: insomnia.Library, Dir: t.TempDir(), CacheDir: t.TempDir()}
	for _, name := range []string{"coder", "reviewer", "orchestrator", "researcher"} {
		result, err := r.Resolve(context.Background(), reference.OfBuiltin(name), Options{Evaluator: Embedded})
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, result.Manifest)
	}
	for _, document := range documents {
		whole, problems := manifest.Decode(document)
		if len(problems) > 0 {
			t.Fatal(manifest.Problems(problems))
		}
		part := rulesOf(document)
		if diff := cmp.Diff(whole.Permissions.Rules, part.Permissions.Rules); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]any{whole.Tools.Default, whole.Tools.Allow, whole.Tools.Deny}, []any{part.Tools.Default, part.Tools.Allow, part.Tools.Deny}); diff != "" {
			t.Error(diff)
		}
		if len(whole.Subagents) != len(part.Subagents) {
			t.Errorf("%d subagents, not %d", len(part.Subagents), len(whole.Subagents))
		}
		for name, subagent := range whole.Subagents {
			if diff := cmp.Diff(subagent.Permissions.Rules, part.Subagents[name].Permissions.Rules); diff != "" {
				t.Error(diff)
			}
		}
		if diff := cmp.Diff(permission.Warnings(whole), permission.Warnings(part)); diff != "" {
			t.Error(diff)
		}
	}
}

// Of each code so many warnings are listed, and the last one has the number of the others.
func TestManyWarnings(t *testing.T) {
	var rules []any
	for i := range 45 {
		rules = append(rules, map[string]any{"tool": "bash", "pattern": fmt.Sprintf("rm %d", i), "action": "allow"})
	}
	rules = append(rules, map[string]any{"tool": "bash", "pattern": "rm *", "action": "deny"}, map[string]any{"tool": "bash", "pattern": "npm *", "action": "allow"})
	data := granttest.With(t, "/permissions/rules", rules)
	codes := map[string]int{}
	var last string
	for _, w := range Warnings(data, nil) {
		if codes[w.Code]++; w.Code == permission.WarnNeverDecides {
			last = w.Message
		}
		if w.Severity != diag.SeverityWarning || w.Path == "" || w.Positions == nil {
			t.Errorf("%+v", w)
		}
	}
	if codes[permission.WarnNeverDecides] != mostWarnings || codes[permission.WarnAllowsMore] == 0 {
		t.Errorf("%v", codes)
	}
	if !strings.HasSuffix(last, "; 25 more such rules are not listed") {
		t.Errorf("the last one says %s", last)
	}
	for _, w := range GrantWarnings(data) {
		if AboutRules(w) && w.Code != permission.WarnAllowsMore {
			t.Errorf("to whoever consents: %+v", w)
		}
	}
}

func BenchmarkWarnings(b *testing.B) {
	r := &Resolver{Library: insomnia.Library, Dir: b.TempDir(), CacheDir: b.TempDir()}
	result, err := r.Resolve(context.Background(), reference.OfBuiltin("coder"), Options{Evaluator: Embedded})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Warnings(result.Manifest, nil)
	}
}
