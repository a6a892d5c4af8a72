package words

import (
	"fmt"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

// All that there is to say stands in testdata/grants.txt: what the rich manifest
// and some others grant, what is said when it is gone, and how changes are shown.
func TestGrants(t *testing.T) {
	var b strings.Builder
	said := map[string]bool{}
	say := func(g grant.Grant, gone bool) {
		group, _, _ := worded{g}.words(gone)
		line := fmt.Sprintf("%-12s %s", group, Grant(g, gone))
		if strings.Contains(line, "%!") || strings.HasPrefix(Grant(g, gone), string(g.Kind)+" `") || group == "" {
			t.Errorf("no words for %+v: %s", g, line)
		}
		if !said[line] {
			said[line] = true
			b.WriteString(line + "\n")
		}
	}
	sets := []grant.Set{grant.Of(granttest.Parsed(t, []byte(granttest.Rich)))}
	for _, other := range []struct {
		pointer string
		value   any
	}{
		{"/sandbox/filesystem", "full"}, {"/sandbox/network", "full"}, {"/sandbox/writableRoots", []any{}}, {"/tools/default", "allow"},
		{"/mcpServers/x/enabledTools", []any{}}, {"/web/search/provider", granttest.Nothing}, {"/web/search/allowedDomains", []any{}},
		{"/model/baseUrl", granttest.Nothing}, {"/prompts/append", []any{}}, {"/prompts/system", ""}, {"/limits/maxCostCents", granttest.Nothing},
		{"/permissions/rules", []any{map[string]any{"tool": "*", "pattern": "*", "action": "ask"}, map[string]any{"tool": "x", "pattern": "a", "action": "deny"}}},
	} {
		sets = append(sets, grant.Of(granttest.Parsed(t, granttest.With(t, other.pointer, other.value))))
	}
	for _, set := range sets {
		for _, g := range set {
			say(g, false)
		}
	}
	b.WriteString("\n# gone\n")
	for _, set := range sets {
		for _, g := range set {
			restricts := g.Action == "deny" || g.Action == "ask" && g.Value != ""
			if g.Kind == grant.Required || g.Kind == grant.Guard || restricts {
				say(g, true)
			}
		}
	}
	b.WriteString("\n# from another set to the rich one\n")
	for _, set := range sets[1:] {
		b.WriteString(Text(News(&trust.Verdict{Changes: grant.Compare(set, sets[0]), Beyond: grant.Compare(set, sets[0])})) + "--\n")
	}
	const path = "testdata/grants.txt"
	golden.Check(t, path, []byte(b.String()))
}
