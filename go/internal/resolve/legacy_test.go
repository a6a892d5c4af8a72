package resolve

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// both resolves a legacy manifest directly, and through the profile converted from it.
func both(ctx interface {
	Fatalf(string, ...any)
	Helper()
}, t *testing.T, dir, text string) (directly *Resolved, err error) {
	ctx.Helper()
	old, converted := filepath.Join(dir, "old.toml"), filepath.Join(dir, "profile.nix")
	if err := os.WriteFile(old, []byte(text), 0o600); err != nil {
		ctx.Fatalf("%v", err)
	}
	r := &Resolver{Library: insomnia.Library, Dir: dir, CacheDir: filepath.Join(dir, "cache")}
	directly, err = r.File(t.Context(), old, Options{})
	c, convertErr := r.Convert(t.Context(), old)
	if (err == nil) != (convertErr == nil) {
		ctx.Fatalf("resolved with %v, converted with %v", err, convertErr)
	}
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(converted, c.Profile.Nix(), 0o600); err != nil {
		ctx.Fatalf("%v", err)
	}
	again, err := r.Resolve(t.Context(), reference.OfFile(converted), Options{})
	if err != nil {
		ctx.Fatalf("the converted profile does not resolve: %v\n%s", diag.From(err).Diagnostics, c.Profile.Nix())
	}
	if diff := cmp.Diff(string(directly.Manifest), string(again.Manifest)); diff != "" {
		ctx.Fatalf("through the profile it is another manifest:\n%s\n%s", diff, c.Profile.Nix())
	}
	return directly, nil
}

func TestLegacyManifestWithEverySection(t *testing.T) {
	text, err := os.ReadFile("testdata/legacy/every-section.toml")
	if err != nil {
		t.Fatal(err)
	}
	result, err := both(t, t, t.TempDir(), string(text))
	if err != nil {
		t.Fatal(diag.From(err).Diagnostics)
	}
	leaves, err := manifest.Leaves(result.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, leaf := range leaves {
		got[leaf.Path] = string(leaf.Value)
	}
	for path, want := range map[string]string{
		"profile.name":                              `"build-bot"`,
		"model.ref":                                 `"anthropic/claude-sonnet-4-5-20250929"`,
		"model.id":                                  `"claude-sonnet-4-5-20250929"`,
		"model.wireApi":                             `"anthropic"`,
		"model.baseUrl":                             `"https://llm.example.org/v1"`,
		"model.auth":                                `{"_type":"insomnia.secret-ref/v1","name":"anthropic.api.default"}`,
		"model.contextWindowTokens":                 `180000`,
		"model.maxOutputTokens":                     `20000`,
		"model.temperature":                         `0.7`,
		"model.topP":                                `0.95`,
		"model.thinkingBudgetTokens":                `4096`,
		"prompts.system":                            `"You build.\nThen ${HOME} you 'test'.\n"`,
		"prompts.language":                          `"en"`,
		"limits.maxTurns":                           `90`,
		"tools.maxOutputBytes":                      `32768`,
		"tools.default":                             `"allow"`,
		"sandbox.filesystem":                        `"workspace-write"`,
		"session.recordTrace":                       `true`,
		"permissions.default":                       `"ask"`,
		"permissions.mode":                          `"ask"`,
		"context.compaction.thresholdTokens":        `100000`,
		"context.compaction.requestThresholdTokens": `120000`,
		"context.compaction.retainedTokens":         `10000`,
		"context.compaction.summaryMaxTokens":       `3000`,
		"context.compaction.model":                  `"anthropic/claude-haiku-4-5"`,
		"context.pruning.enabled":                   `true`,
		"context.pruning.protectedTokens":           `9000`,
		"context.pruning.minSavingsTokens":          `5000`,
		"memory.enabled":                            `true`,
		"memory.scope":                              `"project"`,
		"memory.injectSummary":                      `true`,
		"memory.model":                              `"anthropic/claude-haiku-4-5"`,
		"memory.extractThresholdTokens":             `30000`,
		"web.search.mode":                           `"live"`,
		"web.search.provider":                       `"brave"`,
		"web.search.auth":                           `{"_type":"insomnia.secret-ref/v1","name":"brave.search.default"}`,
		"web.fetch.enabled":                         `true`,
		"web.fetch.timeoutSeconds":                  `20`,
		"web.fetch.redirectLimit":                   `3`,
		"web.fetch.maxResponseBytes":                `100000`,
		"web.fetch.allowPrivateAddresses":           `true`,
	} {
		if got[path] != want {
			t.Errorf("%s is %s, want %s", path, got[path], want)
		}
	}
	for _, rule := range []string{
		`{"action":"allow","pattern":"git *","tool":"bash"}`, `{"action":"deny","pattern":"git push*","tool":"bash"}`,
		`{"action":"allow","pattern":"*","tool":"read"}`, `{"action":"deny","pattern":"secrets/**","tool":"write"}`,
	} {
		if !strings.Contains(string(result.Manifest), rule) {
			t.Errorf("there is no rule %s", rule)
		}
	}

	told := map[string]string{}
	for _, d := range result.Losses {
		if len(d.Positions) == 0 || d.Positions[0].Line == 0 {
			t.Errorf("%s has no place", d.Path)
		}
		told[d.Path] = d.Code
	}
	for path, code := range map[string]string{
		"pod.name": "startup-input", "pod.prompt_pack": "no-counterpart", "model.capability": "no-counterpart", "model.auth.env": "secret-bind",
		"worker.top_k": "no-counterpart", "worker.stop_sequences": "no-counterpart", "worker.tool_output.per_tool": "no-counterpart",
		"worker.file_upload": "no-counterpart", "scope.allow[0]": "startup-input", "scope.deny[0]": "kept-as", "permissions.rule[1]": "rule-order",
		"compaction.overview_target_tokens": "no-counterpart", "memory.workspace_root": "startup-input", "memory.query_result_limit": "no-counterpart",
		"web.search.timeout_secs": "no-counterpart", "web.search.country": "no-counterpart", "web.fetch.max_output_bytes": "no-counterpart",
		"skills.directories[0]": "no-counterpart",
	} {
		if told[path] != code {
			t.Errorf("of %s is said %q, want %s", path, told[path], code)
		}
	}
}

// What the legacy program assumed holds where nothing is written, as far as it
// fits the model's window.
func TestLegacyDefaults(t *testing.T) {
	const model = "[model]\nref = \"anthropic/claude-sonnet-4-5\"\n"
	result, err := both(t, t, t.TempDir(), model+"[worker]\ninstruction = \"x\"\n")
	if err != nil {
		t.Fatal(diag.From(err).Diagnostics)
	}
	for _, want := range []string{`"retainedTokens":8000`, `"summaryMaxTokens":4000`, `"protectedTokens":8000`, `"minSavingsTokens":4096`,
		`"maxOutputBytes":65536`, `"mode":"disabled"`, `"deny":["webfetch","websearch"]`} {
		if !strings.Contains(string(result.Manifest), want) {
			t.Errorf("the manifest has no %s", want)
		}
	}

	small, err := both(t, t, t.TempDir(), model+"context_window = 8192\n[worker]\nmax_tokens = 1024\n[compaction]\nsummary_max_tokens = 100\n")
	if err != nil {
		t.Fatal(diag.From(err).Diagnostics)
	}
	dropped := 0
	for _, d := range small.Losses {
		if d.Code == "default-dropped" {
			dropped++
		}
	}
	if dropped == 0 || !strings.Contains(string(small.Manifest), `"summaryMaxTokens":100`) {
		t.Errorf("%d defaults were dropped in\n%s", dropped, small.Manifest)
	}
}

// For any content of a legacy file, the profile converted from it resolves to the same
// bytes as the file itself, and none of its text is taken for Nix.
func TestLegacyManifestsResolveAlikeBothWays(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("ab$''{}\"\\\n\t \r#/*.")), rapid.Rune()))
		some := func(label, line string, args ...any) string {
			if rapid.Bool().Draw(rt, label) {
				return fmt.Sprintf(line+"\n", args...)
			}
			return ""
		}
		quoted := func(label string) string { return tomlString(text.Draw(rt, label)) }
		number := func(label string, least, most int) int { return rapid.IntRange(least, most).Draw(rt, label) }
		old := "[pod]\n" + some("name", "name = %s", quoted("pod")) +
			"[model]\nref = \"anthropic/claude-sonnet-4-5\"\n" + some("window", "context_window = %d", number("tokens", 1024, 200000)) +
			"[worker]\n" + some("instruction", "instruction = %s", quoted("text")) + some("language", "language = %s", quoted("tongue")) +
			some("temperature", "temperature = %.4f", rapid.Float64Range(0, 2).Draw(rt, "degrees")) + some("turns", "max_turns = %d", number("n", 1, 100)) +
			some("reasoning", "reasoning = \"%s\"", rapid.SampledFrom([]string{"minimal", "xhigh"}).Draw(rt, "effort")) +
			"[[scope.allow]]\ntarget = " + quoted("target") + "\n" +
			"[permissions]\n" + some("default", "default_action = \"%s\"", rapid.SampledFrom([]string{"allow", "ask", "deny"}).Draw(rt, "action"))
		for i := range number("rules", 0, 3) {
			old += fmt.Sprintf("[[permissions.rule]]\ntool = \"bash\"\npattern = %s\naction = \"%s\"\n", quoted(fmt.Sprint("pattern", i)),
				rapid.SampledFrom([]string{"allow", "ask", "deny"}).Draw(rt, "decision"))
		}
		old += some("compaction", "[compaction]\nretained_tokens = %d", number("retained", 0, 20000)) +
			some("web", "[web]\nenabled = true\n[web.fetch]\ntimeout_secs = %d", number("seconds", 1, 30))
		_, err := both(rt, t, dir, old)
		if err == nil {
			return
		}
		for _, d := range diag.From(err).Diagnostics {
			if d.Severity == diag.SeverityError && (diag.From(err).Exit != diag.ExitInvalid || len(d.Positions) == 0 || d.Positions[0].File != filepath.Join(dir, "old.toml")) {
				rt.Fatalf("exit %d, %+v\n%s", diag.From(err).Exit, d, old)
			}
		}
	})
}

func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// A layer of a legacy manifest, which has few sections, is converted over the defaults.
func TestLegacyLayers(t *testing.T) {
	layers := map[string]string{
		"pod":         "[pod]\nname = \"x\"\n",
		"model":       "[model]\nscheme = \"gemini\"\nmodel_id = \"gemini-2.5-pro\"\ncontext_window = 100000\nmax_context_window = 100000\n",
		"worker":      "[worker]\nmax_turns = 3\nmax_tokens = 1000\n",
		"scope":       "[scope]\ndeny = [ { target = \"a\" } ]\n",
		"session":     "[session]\nrecord_event_trace = true\n",
		"permissions": "[[permissions.rule]]\ntool = \"bash\"\naction = \"ask\"\n",
		"compaction":  "[compaction]\nthreshold = 50000\n",
		"memory":      "[memory]\ninject_summary = true\n",
		"web":         "[web]\nenabled = true\n[web.search]\nenabled = true\napi_key_env = \"BRAVE\"\n",
		"skills":      "[skills]\ndirectories = [ \"a\" ]\n",
	}
	names := slices.Sorted(maps.Keys(layers))
	tests := []string{"[model]\nmax_context_window = 180000\n", "[model.auth]\nkind = \"api_key\"\nenv = \"KEY\"\n", "[model]\nscheme = \"anthropic\"\n"}
	for i, name := range names {
		tests = append(tests, layers[name], layers[name]+layers[names[(i+3)%len(names)]])
	}
	for _, text := range tests {
		result, err := both(t, t, t.TempDir(), text)
		if err != nil {
			if strings.Contains(text, "gemini") { // not every catalog has it
				for _, d := range diag.From(err).Diagnostics {
					if d.Path != "model.ref" && d.Path != "model.maxOutputTokens" {
						t.Errorf("%s: %+v", text, d)
					}
				}
				continue
			}
			t.Errorf("%s: %v", text, diag.From(err).Diagnostics)
			continue
		}
		if !slices.ContainsFunc(result.Losses, func(d diag.Diagnostic) bool { return d.Code == "default" && strings.Contains(d.Message, "retention") }) {
			t.Errorf("%s: it is not said what is from the defaults", text)
		}
	}
	for _, text := range []string{
		"[model]\nscheme = \"openai_chat\"\n", "[model]\nmodel_id = \"x\"\n", "[model]\nbase_url = \"https://example.org\"\n", "[scope]\nallow = []\n", "[memory]\nnone = 1\n",
	} {
		if _, err := both(t, t, t.TempDir(), text); err == nil || diag.From(err).Exit != diag.ExitInvalid {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The model of a layer that names none is that of the coder inside the program.
func TestLegacyDefaultModel(t *testing.T) {
	r := &Resolver{Library: insomnia.Library, Dir: t.TempDir(), CacheDir: t.TempDir()}
	coder, err := r.Resolve(t.Context(), reference.OfBuiltin("coder"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"ref":"` + legacy.DefaultModel + `"`, `"auth":{"_type":"insomnia.secret-ref/v1","name":"anthropic.api.default"}`} {
		if !strings.Contains(string(coder.Manifest), want) {
			t.Errorf("builtin:coder has no %s", want)
		}
	}
}
