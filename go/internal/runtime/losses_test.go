package runtime_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// base reads a manifest of the conformance corpus: minimal, or full with every field set.
func base(t *testing.T, name string) *manifest.Manifest {
	t.Helper()
	data, err := os.ReadFile("../../../checks/conformance/bases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest.Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

// Each driver says of each leaf how far it holds, who makes it hold, and what is missing.
func TestDeclarations(t *testing.T) {
	for _, d := range drivers.Rendered() {
		for field, declared := range d.Leaves().All() {
			where := d.Name + ": " + field.Path
			if !slices.Contains(leaf.Classes(), declared.Class) {
				t.Errorf("%s: class %q", where, declared.Class)
			}
			holds := declared.Class == leaf.Enforced || declared.Class == leaf.Approximated
			if holds != (declared.By != leaf.Nobody) {
				t.Errorf("%s is %s by %q", where, declared.Class, declared.By)
			}
			if (declared.Class == leaf.Enforced) != (declared.Why == "") {
				t.Errorf("%s is %s, for the reason %q", where, declared.Class, declared.Why)
			}
			if strings.HasSuffix(declared.Why, ".") || strings.ContainsAny(declared.Why, "|\n") {
				t.Errorf("%s: the reason is no clause: %q", where, declared.Why)
			}
			for _, value := range declared.Values {
				if !json.Valid([]byte(value)) {
					t.Errorf("%s: %s is not JSON", where, value)
				}
			}
			// Every launch reports what a driver cannot enforce, except settings of other
			// runtimes.
			if other, ok := strings.CutPrefix(field.Path, "runtimes."); ok &&
				strings.HasPrefix(other, d.Name+".") != (declared.Class == leaf.Enforced) {
				t.Errorf("%s is %s", where, declared.Class)
			}
		}
	}
}

// A manifest with every field set loses what is not enforced, and nothing else.
func TestLossesOfEveryField(t *testing.T) {
	m := base(t, "full")
	m.Sandbox.Network, m.Sandbox.AllowedDomains, m.Model.Prices = "full", nil, nil
	widest := []string{"sandbox.network", "web.search.mode", "web.fetch.enabled", "limits.maxTokens"} // in this manifest
	for _, d := range drivers.Rendered() {
		lost := map[string]runtime.Loss{}
		for _, l := range runtime.Losses(d, m) {
			lost[l.Leaf] = l
		}
		for field, declared := range d.Leaves().All() {
			l, is := lost[field.Path]
			if is && field.Path != "limits.maxCostCents" && (l.Class != declared.Class || l.By != declared.By || l.Why != declared.Why) {
				t.Errorf("%s: %s is declared as %+v and lost as %+v", d.Name, field.Path, declared, l)
			}
			if is && declared.Class == leaf.Enforced {
				t.Errorf("%s enforces %s and loses it", d.Name, field.Path)
			}
			if !is && declared.Class != leaf.Enforced && len(declared.Values) == 0 && declared.Below == 0 &&
				field.Path != "sandbox.allowedDomains" && !slices.Contains(widest, field.Path) && !strings.HasPrefix(field.Path, "model.prices.") && (field.Default == "" || field.Protects()) && !strings.HasPrefix(field.Path, "runtimes.") {
				t.Errorf("%s does not enforce %s and does not say so", d.Name, field.Path)
			}
		}
	}
}

// A manifest without anything special starts in every runtime.
func TestNothingProtectingIsLost(t *testing.T) {
	m := base(t, "minimal")
	for _, d := range drivers.All() {
		for _, l := range runtime.Losses(d, m) {
			if l.Protecting {
				t.Errorf("%s stops at %s: %s", d.Name, l.Pointer, l.Why)
			}
		}
	}
}

func TestLosses(t *testing.T) {
	number := func(n int64) *int64 { return &n }
	for _, c := range []struct {
		runtime string
		change  func(*manifest.Manifest)
		pointer string
		class   leaf.Class // empty: not lost
		stops   bool
	}{
		{"claude-code", func(m *manifest.Manifest) { m.Sandbox.MaskedFiles = []manifest.Directory{".env"} }, "/sandbox/maskedFiles", leaf.Approximated, false},
		{"claude-code", func(m *manifest.Manifest) {}, "/sandbox/maskedFiles", "", false},
		// A field that only gives an agent something never stops a launch.
		{"codex", func(m *manifest.Manifest) {
			m.Sandbox.HostCommands = map[manifest.ProfileName]manifest.HostCommand{"sign": {Command: []manifest.Argument{"gpg"}}}
		}, "/sandbox/hostCommands/sign/command", leaf.Unsupported, false},
		// What is only rendered holds nothing.
		{"agents-dir", func(m *manifest.Manifest) { m.Sandbox.Network = "none" }, "/sandbox/network", leaf.Unsupported, true},
		{"agents-dir", func(m *manifest.Manifest) { m.Sandbox.Network = "full" }, "/sandbox/network", "", false},
		{"agents-dir", func(m *manifest.Manifest) { m.Web.Search.Mode = "cached" }, "/web/search/mode", leaf.Advisory, true},
		{"agents-dir", func(m *manifest.Manifest) { m.Web.Fetch.Enabled = false }, "/web/fetch/enabled", leaf.Advisory, true},
		{"agents-dir", func(m *manifest.Manifest) { m.Limits.MaxTokens = number(3) }, "/limits/maxTokens", leaf.Unsupported, true},
		// A default asks for nothing, another value does.
		{"codex", func(m *manifest.Manifest) { m.Tools.MaxOutputBytes = 4096 }, "/tools/maxOutputBytes", leaf.Approximated, false},
		{"codex", func(m *manifest.Manifest) {}, "/tools/maxOutputBytes", "", false},
		// Values that a declaration is not about are enforced.
		{"claude-code", func(m *manifest.Manifest) { m.Model.Effort = "minimal" }, "/model/effort", leaf.Approximated, false},
		{"claude-code", func(m *manifest.Manifest) { m.Model.Effort = "high" }, "/model/effort", "", false},
		{"claude-code", func(m *manifest.Manifest) { m.Context.Compaction.ThresholdTokens = 66_999 }, "/context/compaction/thresholdTokens", leaf.Approximated, false},
		{"claude-code", func(m *manifest.Manifest) { m.Context.Compaction.ThresholdTokens = 67_000 }, "/context/compaction/thresholdTokens", "", false},
		// What is off asks for nothing.
		{"claude-code", func(m *manifest.Manifest) { m.Context.Compaction.Strategy = "off" }, "/context/compaction/retainedTokens", "", false},
		{"claude-code", func(m *manifest.Manifest) { m.Memory.Enabled, m.Memory.Scope = true, "user" }, "/memory/scope", leaf.Unsupported, false},
		{"claude-code", func(m *manifest.Manifest) { m.Memory.Scope = "user" }, "/memory/scope", "", false},
		// A list stands for its elements, an entry of a map for itself.
		{"codex", func(m *manifest.Manifest) {
			m.Permissions.Rules = []manifest.Rule{{Tool: "bash", Pattern: "ls", Action: "allow"}, {Tool: "bash", Pattern: "git push*", Action: "ask"}}
		}, "/permissions/rules", leaf.Approximated, false},
		{"claude-code", func(m *manifest.Manifest) {
			m.MCPServers = map[manifest.ServerName]manifest.MCPServer{"a": {}, "b": {Required: true}}
		}, "/mcpServers/b/required", leaf.Unsupported, false},
		{"claude-code", func(m *manifest.Manifest) {
			m.MCPServers = map[manifest.ServerName]manifest.MCPServer{"a": {}, "b": {Required: true}}
		}, "/mcpServers/a/required", "", false},
		{"opencode", func(m *manifest.Manifest) {
			m.Subagents = map[manifest.SkillName]manifest.Subagent{"critic": {Limits: &manifest.SubagentLimits{MaxTokens: number(3)}}}
		}, "/subagents/critic/limits/maxTokens", "", false},
		{"opencode", func(m *manifest.Manifest) {
			m.Subagents = map[manifest.SkillName]manifest.Subagent{"critic": {Limits: &manifest.SubagentLimits{MaxCostCents: number(3)}}}
		}, "/subagents/critic/limits/maxCostCents", leaf.Approximated, false},
		// Costs are counted if prices are known.
		{"opencode", func(m *manifest.Manifest) { m.Limits.MaxCostCents = number(100) }, "/limits/maxCostCents", leaf.Unsupported, true},
		{"opencode", func(m *manifest.Manifest) {
			m.Limits.MaxCostCents, m.Model.Prices = number(100), &manifest.Prices{Input: 1}
		}, "/limits/maxCostCents", "", false},
		// The proxy of a Pod holds private addresses back, and the full network has none.
		{"codex", func(m *manifest.Manifest) { m.Web.Fetch.Enabled = true }, "/web/fetch/allowPrivateAddresses", "", false},
		{"codex", func(m *manifest.Manifest) { m.Web.Fetch.Enabled, m.Sandbox.Network = true, "full" }, "/web/fetch/allowPrivateAddresses", leaf.Approximated, false},
		// A setting of another runtime is not a loss.
		{"opencode", func(m *manifest.Manifest) {
			m.Runtimes = &manifest.Runtimes{Codex: &manifest.CodexSettings{MaxRetries: number(2)}}
		}, "/runtimes/codex/maxRetries", "", false},
	} {
		m := base(t, "minimal")
		c.change(m)
		losses := runtime.Losses(drivers.RenderedAs(c.runtime), m)
		i := slices.IndexFunc(losses, func(l runtime.Loss) bool { return l.Pointer == c.pointer })
		switch {
		case i < 0 && c.class != "":
			t.Errorf("%s does not lose %s: %+v", c.runtime, c.pointer, losses)
		case i >= 0 && (losses[i].Class != c.class || losses[i].Protecting != c.stops):
			t.Errorf("%s loses %s: %+v", c.runtime, c.pointer, losses[i])
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		field, pointer string
		means          bool
	}{
		{"sandbox.maskedFiles", "/sandbox/maskedFiles", true},
		{"/sandbox/maskedFiles", "/sandbox/maskedFiles", true},
		{"mcpServers.a.b.required", "/mcpServers/a.b/required", true},
		{"sandbox", "/sandbox/maskedFiles", false},
		{"sandbox.masked", "/sandbox/maskedFiles", false},
		{"maskedFiles", "/sandbox/maskedFiles", false},
		{"", "", false},
	} {
		if runtime.Names(c.field, c.pointer) != c.means {
			t.Errorf("%q for %q: %v", c.field, c.pointer, !c.means)
		}
	}
}
