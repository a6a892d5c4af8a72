package resolve

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// judgedBothWays resolves profiles as the program judges them, and as the library does,
// and compares manifests and reports. It returns how many are valid.
func judgedBothWays(t *testing.T, dir string, texts []string) (valid int) {
	t.Helper()
	refs := make([]reference.Reference, len(texts))
	for i, text := range texts {
		file := filepath.Join(dir, fmt.Sprintf("p%d.nix", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		refs[i] = reference.OfFile(file)
	}
	r := &Resolver{Library: insomnia.Library, Dir: dir, CacheDir: t.TempDir()}
	const patience = 10 * time.Minute // what a list takes in all depends on it
	ours := r.ListFiles(t.Context(), refs, Options{Timeout: patience})
	theirs := r.ListFiles(t.Context(), refs, Options{Timeout: patience, Reported: true})
	for i := range refs {
		if ours[i].Manifest != nil {
			valid++
		}
		said := func(l Listed) string {
			diagnostics, err := json.Marshal(l.Diagnostics)
			if err != nil {
				t.Fatal(err)
			}
			return string(l.Manifest) + string(diagnostics)
		}
		if program, library := said(ours[i]), said(theirs[i]); program != library {
			t.Errorf("%.600s\nthe program: %.600s\nthe library: %.600s", texts[i], program, library)
		}
	}
	return valid
}

// What the program accepts, the library accepts, and comes to the same manifest: of the
// whole corpus, as manifests, as layers and as overrides.
func TestGoIsNeverLaxerThanNix(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	corpus := filepath.Join(repository(t), "checks")
	for _, name := range []string{"checks/conformance", "lib"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(corpus, "..", name))); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(corpus, "conformance.nix"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "checks", "conformance.nix"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	cases, err := filepath.Glob(filepath.Join(corpus, "conformance", "cases", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range cases {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		count += strings.Count(string(data), `"problems":`)
	}
	var texts []string
	for i := range count {
		document := fmt.Sprintf("{ insomnia }:\nlet inherit (builtins.elemAt (import ./checks/conformance.nix).documents %d) against value; in\n", i)
		texts = append(texts, document+`if against == "manifest" then value else insomnia.lib.mkProfile { imports = [ insomnia.insomniaProfiles.coder value ]; name = "a"; }`)
		if i%4 == 0 { // as its own layer and as overrides, a sample
			texts = append(texts, document+`insomnia.lib.mkProfile ({ imports = [ insomnia.insomniaProfiles.coder ]; } // (if against == "manifest" then { name = "a"; overrides = value; } else value // { name = value.name or "a"; }))`)
		}
	}
	if valid := judgedBothWays(t, dir, texts); valid < count/20 {
		t.Errorf("%d of %d are valid", valid, len(texts))
	}
}

// oddValues are values that are wrong in most places, and that JSON would not tell from others in some.
var oddValues = []string{
	`null`, `true`, `0`, `1`, `-1`, `2.0`, `0.5`, `0.12345`, `1.0e30`, `9223372036854775807`, `(1.0e308 * 10)`, `""`, `"x"`, `"read"`, `"../x"`, `"a\nb"`, `"é"`,
	`./p0.nix`, `(x: x)`, `builtins.map`, `"${./p0.nix}"`, `(builtins.toFile "a" "b")`, `{ }`, `{ value = "x"; }`, `{ outPath = "x"; }`, `{ __toString = _: "x"; }`,
	`{ __functor = _: x: x; }`, `{ a.__functor.value = "x"; }`, `{ type = "derivation"; }`, `{ type = "derivation"; outPath = "/x"; }`, `[ ]`, `[ 1 ]`, `[ "b" "a" "b" ]`, `[ null ]`,
	`[ ./p0.nix ]`, `(throw "no")`, `(let x = x; in x)`, `(insomnia.lib.mkForce null)`, `(insomnia.lib.mkForce "x")`, `[ (insomnia.lib.mkForce "x") ]`, `(insomnia.lib.mkDefault 1)`,
	`(insomnia.lib.secrets.ref "a.b")`, `(insomnia.lib.secrets.ref "A")`, `"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x"`, `{ _type = "x"; }`, `(insomnia.lib.plain "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa")`,
	`"sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa"`, `{ a.command = "x"; }`, `{ a = { command = "x"; env.__functor.value = "y"; }; }`, `{ a = { command = "x"; env.outPath.value = "y"; }; }`,
	`{ a.url = "https://x.example/"; }`, "\"\uFEFFx\"", `"plan"`, `"full"`, `"medium"`, `"openai/gpt-5.2"`, `[ { tool = "bash"; pattern = "rm *"; action = "deny"; } ]`,
	`[ { tool = "bash"; pattern = "rm *"; action = "deny"; reason = 1; } ]`,
}

var oddFields = []string{
	"name", "description", "role", "variant", "tags", "autonomy", "toolPolicy", "context", "context.budget", "compaction", "pruning", "retention", "keys",
	"model", "model.ref", "model.temperature", "model.auth", "model.headers", "model.baseUrl", "model.contextWindowTokens", "prompts", "prompts.system", "prompts.append",
	"tools", "mcpServers", "mcpServers.a", "mcpServers.a.command", "mcpServers.a.env", "mcpServers.a.env.X", "permissions", "permissions.rules", "permissions.default",
	"sandbox", "sandbox.services", "memory", "memory.preset", "web", "web.preset", "skills", "workflows", "subagents", "subagents.a", "subagents.a.model.ref", "delegation", "hooks",
	"limits", "limits.maxTurns", "limits.maxCostUsd", "session", "runtimes", "plain", "unknown", "imports", "overrides", "overrides.model", "overrides.model.temperature",
	"overrides.limits.maxTurns", "overrides.limits.maxCostUsd", "overrides.mcpServers", "overrides.permissions.rules", "overrides.tags", "overrides.profile.tags",
}

// The same of profiles with odd values: wrong in any way, hostile, and valid ones.
func TestGoIsNeverLaxerThanNixAboutOddValues(t *testing.T) {
	t.Parallel()
	generator := rapid.Custom(func(rt *rapid.T) string {
		var b strings.Builder
		b.WriteString("{ insomnia }:\ninsomnia.lib.mkProfile {\n")
		fields := rapid.SliceOfNDistinct(rapid.SampledFrom(oddFields), 1, 2, func(field string) string {
			section, _, _ := strings.Cut(strings.TrimPrefix(field, "overrides."), ".")
			return section
		}).Draw(rt, "fields")
		whole := map[string]string{"name": `"a"`, "imports": rapid.SampledFrom([]string{
			"[ insomnia.insomniaProfiles.coder ]", `[ insomnia.insomniaProfiles.coder { mcpServers.b.command = "y"; tags = [ "b" "a" ]; } ]`}).Draw(rt, "imports")}
		for _, field := range fields {
			if section, _, _ := strings.Cut(field, "."); section == "overrides" && strings.HasPrefix(strings.Join(fields, " "), "overrides ") {
				continue
			}
			whole[field] = rapid.SampledFrom(oddValues).Draw(rt, "value")
		}
		for field, value := range whole {
			fmt.Fprintf(&b, "  %s = %s;\n", field, value)
		}
		b.WriteString("}\n")
		return b.String()
	})
	var texts []string
	// What no manifest shows, or its JSON does not.
	for _, hidden := range []string{
		`limits.maxTurns = -1; overrides.limits.maxTurns = 5;`, `limits.maxTurns = "x"; overrides.limits.maxTurns = 5;`, `model.effort = "x"; overrides.model.effort = "high";`,
		`mcpServers.a = { command = "x"; env.A.value = "x"; env.__functor.value = "y"; };`, `mcpServers.a = { command = "x"; env.__toString.value = "y"; };`,
		`mcpServers.a = { command = "x"; env.outPath.value = "y"; };`, `mcpServers.a = { command = "${./p0.nix}"; };`, `tags = builtins.genList (_: "a") 40;`,
		`prompts.system = ./p0.nix;`, `prompts.system = { outPath = "x"; };`, `limits.maxCostUsd = 0.0001; overrides.limits.maxCostUsd = 1;`, `limits.maxTurns = 5.0;`,
	} {
		texts = append(texts, "{ insomnia }: insomnia.lib.mkProfile { name = \"a\"; imports = [ insomnia.insomniaProfiles.coder ]; "+hidden+" }")
	}
	for seed := range 200 {
		texts = append(texts, generator.Example(seed))
	}
	if valid := judgedBothWays(t, t.TempDir(), texts); valid < len(texts)/50 || valid > len(texts)/2 {
		t.Errorf("%d of %d are valid", valid, len(texts))
	}
}

// What the program can judge, it judges: the library's own judgement is not evaluated,
// whoever evaluates.
func TestReportOnlyWhereNeeded(t *testing.T) {
	const unasked = `{ insomnia }:
insomnia.insomniaProfiles.coder // {
  problems = throw "the problems were evaluated";
  manifest = throw "the manifest was judged";
  explain = throw "the explanation was evaluated";
}
`
	dir := t.TempDir()
	write := func(name, text string) reference.Reference {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return reference.OfFile(file)
	}
	evaluators := []string{Embedded}
	if os.Getenv("CI") == "true" || hasNix() {
		needNix(t)
		evaluators = append(evaluators, Nix)
	}
	for _, evaluator := range evaluators {
		r := &Resolver{Nix: &nix.Nix{CacheDir: t.TempDir()}, Library: insomnia.Library, Dir: dir, CacheDir: t.TempDir()}
		options := Options{Evaluator: evaluator}
		got, err := r.Resolve(t.Context(), write("unasked.nix", unasked), options)
		if err != nil {
			t.Fatalf("%s: %v", evaluator, err)
		}
		want, err := r.Resolve(t.Context(), reference.Reference{Kind: reference.Builtin, Name: "coder"}, options)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Manifest, want.Manifest) {
			t.Errorf("%s: it is not the manifest that was judged", evaluator)
		}
		for i, odd := range []string{`{ tags = [ ./x ]; }`, `{ tags = [ (x: x) ]; }`, `{ limits.maxTurns = 1.0; }`, `{ model.temperature = 3000; }`, `{ nothing = 1; }`} {
			text := strings.Replace(unasked, "insomnia.insomniaProfiles.coder", "(insomnia.insomniaProfiles.coder.extend "+odd+")", 1)
			if _, err := r.Resolve(t.Context(), write(fmt.Sprintf("odd%d.nix", i), text), options); err == nil || !strings.Contains(err.Error(), "the problems were evaluated") {
				t.Errorf("%s: %s: %v", evaluator, odd, err)
			}
		}
	}
}
