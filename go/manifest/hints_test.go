package manifest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What beginners write, and the hints that both validators give.
var beginners = []struct{ layer, hint string }{
	{`{"model": "anthropic/claude-sonnet-4-5"}`, `model: write model.ref = "anthropic/claude-sonnet-4-5"`},
	{`{"model": "claude-sonnet-4-5"}`, `model: write model.ref = "anthropic/claude-sonnet-4-5"`},
	{`{"model": {"ref": "claude-sonnet-4-5"}}`, "model.ref: write `anthropic/claude-sonnet-4-5`"},
	{`{"model": {"ref": "GPT-5"}}`, "model.ref: write `openai/GPT-5`"},
	{`{"model": {"ref": "llama3"}}`, "model.ref: write `PROVIDER/llama3`, such as `anthropic/claude-sonnet-4-5`"},
	{`{"subagents": {"a": {"model": {"ref": "inherit"}}}}`, "subagents.a.model.ref: remove it: a subagent without a model uses that of the Pod"},
	{`{"model": {"ref": "a b"}}`, `model.ref: `},
	{`{"model": {"small": "claude-haiku-4-5"}}`, "model.small: write `anthropic/claude-haiku-4-5`"},
	{`{"model": {"fallbacks": "openai/gpt-5"}}`, `model.fallbacks: write model.fallbacks = [ "openai/gpt-5" ]`},
	{`{"model": {"auth": {"_type": "insomnia.secret-ref/v1", "name": "ANTHROPIC_API_KEY"}}}`,
		`model.auth.name: write secrets.ref "anthropic.api.default", and bind it: insomnia secret bind anthropic.api.default env:ANTHROPIC_API_KEY`},
	{`{"model": {"auth": {"_type": "insomnia.secret-ref/v1", "name": "BRAVE_API_KEY"}}}`,
		`model.auth.name: write secrets.ref "brave.search.default", and bind it: insomnia secret bind brave.search.default env:BRAVE_API_KEY`},
	{`{"model": {"auth": {"_type": "insomnia.secret-ref/v1", "name": "GITHUB_TOKEN"}}}`,
		`model.auth.name: write secrets.ref "github-token", and bind it: insomnia secret bind github-token env:GITHUB_TOKEN`},
	{`{"model": {"auth": {"_type": "insomnia.secret-ref/v1", "name": "AKIAIOSFODNN7EXAMPLE"}}}`,
		`model.auth.name: write lowercase parts with dots between them, such as secrets.ref "github.token"`},
	{`{"tools": ["read", "bash"]}`, `tools: write tools.allow = [ "read" "bash" ]`},
	{`{"tools": ["a", "b", "c", "d", "e"]}`, `tools: write tools.allow = [ … ]`},
	{`{"tools": {"allow": "read"}}`, `tools.allow: write tools.allow = [ "read" ]`},
	{`{"tools": {"timeoutSeconds": "60"}}`, `tools.timeoutSeconds: write tools.timeoutSeconds = 60`},
	{`{"prompts": "Be brief."}`, `prompts: write prompts.system = "Be brief."`},
	{`{"prompts": {"append": "Be brief."}}`, `prompts.append: write prompts.append = [ "Be brief." ]`},
	{`{"prompts": {"append": "Two\nlines"}}`, `prompts.append: write prompts.append = [ "…" ]`},
	{`{"prompts": {"append": "a text that is a good deal longer than a line should be"}}`, `prompts.append: write prompts.append = [ "…" ]`},
	{`{"memory": "project"}`, `memory: write memory.preset = "project"`},
	{`{"memory": true}`, `memory: write memory.preset = "project"`},
	{`{"memory": false}`, `memory: write memory.preset = "off"`},
	{`{"web": true}`, `web: write web.preset = "live"`},
	{`{"web": {"search": true}}`, `web.search: write web.search.mode = "live"`},
	{`{"web": {"search": false}}`, `web.search: write web.search.mode = "disabled"`},
	{`{"web": {"search": "cached"}}`, `web.search: write web.search.mode = "cached"`},
	{`{"web": {"fetch": true}}`, `web.fetch: write web.fetch.enabled = true`},
	{`{"permissions": "ask"}`, `permissions: write permissions.mode = "ask"`},
	{`{"permissions": {"allow": ["Bash(npm test)"]}}`,
		`permissions.allow: write permissions.rules = [ { tool = "bash"; pattern = "npm test"; action = "allow"; } ]`},
	{`{"permissions": {"deny": ["Read(./.env)", "Bash"]}}`,
		`permissions.deny: write permissions.rules = [ { tool = "read"; pattern = "./.env"; action = "deny"; } … ]`},
	{`{"permissions": {"ask": ["WebFetch"]}}`,
		`permissions.ask: write permissions.rules = [ { tool = "webfetch"; pattern = "*"; action = "ask"; } ]`},
	{`{"permissions": {"ask": ["Bash(git push:*)"]}}`,
		`permissions.ask: write permissions.rules = [ { tool = "bash"; pattern = "git push*"; action = "ask"; } ]`},
	{`{"permissions": {"allow": ["TodoWrite"]}}`,
		`permissions.allow: write permissions.rules = [ { tool = "TOOL"; pattern = "…"; action = "allow"; } ]`},
	{`{"permissions": {"allow": ["mcp__github__get_issue"]}}`,
		`permissions.allow: write permissions.rules = [ { tool = "mcp__github__get_issue"; pattern = "*"; action = "allow"; } ]`},
	{`{"permissions": {"allow": []}}`,
		`permissions.allow: write permissions.rules = [ { tool = "TOOL"; pattern = "…"; action = "allow"; } ]`},
	{`{"sandbox": "read-only"}`, `sandbox: write sandbox.filesystem = "read-only"`},
	{`{"sandbox": {"allowedDomains": "example.org"}}`, `sandbox.allowedDomains: write sandbox.allowedDomains = [ "example.org" ]`},
	{`{"context": "large"}`, `context: write context.budget = "large"`},
	{`{"retention": 30}`, `retention: write retention = "30d"`},
	{`{"retention": 99999}`, `retention: `},
	{`{"limits": 100}`, `limits: write limits.maxTurns = 100`},
	{`{"limits": {"maxTurns": "unlimited"}}`, `limits.maxTurns: write null for no limit`},
	{`{"limits": {"maxTurns": "Never"}}`, `limits.maxTurns: write null for no limit`},
	{`{"limits": {"maxTurns": "long"}}`, `limits.maxTurns: `},
	{`{"limits": {"maxTurns": "20"}}`, `limits.maxTurns: write limits.maxTurns = 20`},
	{`{"limits": {"maxTurns": 0}}`, `limits.maxTurns: write null for no limit`},
	{`{"limits": {"maxTokens": -1}}`, `limits.maxTokens: write null for no limit`},
	{`{"session": {"retentionDays": 99999}}`, `session.retentionDays: write null for no limit`},
	{`{"limits": {"maxDepth": 99}}`, `limits.maxDepth: `},
	{`{"session": 30}`, `session: write session.retentionDays = 30`},
	{`{"session": {"recordTrace": "true"}}`, `session.recordTrace: write session.recordTrace = true`},
	{`{"skills": ["review"]}`, `skills: write skills.NAME = …`},
	{`{"mcpServers": [{"name": "x"}]}`, `mcpServers: write mcpServers.NAME = …`},
	{`{"mcpServers": {"a": {"command": "x", "args": "--root docs"}}}`, `mcpServers.a.args: write mcpServers.a.args = [ "--root" "docs" ]`},
	{`{"mcpServers": {"a": {"command": "x", "args": "a && b"}}}`, `mcpServers.a.args: write mcpServers.a.args = [ "a && b" ]`},
	{`{"mcpServers": {"My Server": {"command": "x"}}}`, "mcpServers.\"My Server\": write `My-Server`"},
	{`{"mcpServers": {"a__b": {"command": "x"}}}`, "mcpServers.a__b: write `a_b`"},
	{`{"mcpServers": {"_a_": {"command": "x"}}}`, "mcpServers._a_: write `a`"},
	{`{"hooks": {}}`, `hooks: write hooks = [ { … } ]`},
	{`{"hooks": [{"event": "Stop", "command": "a | b \"$c\""}]}`, `hooks[0].command: write hooks[0].command = [ "bash" "-c" "a | b \"$c\"" ]`},
	{`{"hooks": [{"event": "Stop", "command": "~/check"}]}`, `hooks[0].command: write hooks[0].command = [ "bash" "-c" "~/check" ]`},
	{`{"hooks": [{"event": "Stop", "command": ""}]}`, `hooks[0].command: write hooks[0].command = [ "" ]`},
	{`{"mcpServers": {"a": {"command": "b", "args": "x | y"}}}`, `mcpServers.a.args: write mcpServers.a.args = [ "x | y" ]`},
	{`{"hooks": [{"event": "SessionEnd", "command": "npm test"}]}`, `hooks[0].command: write hooks[0].command = [ "npm" "test" ]`},
	{`{"name": "My Coder"}`, "name: write `my-coder`"},
	{`{"name": "Code.Reviewer"}`, "name: write `code-reviewer`"},
	{`{"name": "!"}`, `name: `},
	{`{"overrides": {"memory": "project"}}`, `overrides.memory: write overrides.memory.scope = "project"`},
	{`{"overrides": {"memory": true}}`, `overrides.memory: write overrides.memory.enabled = true`},
	{`{"overrides": {"context": {"compaction": "off"}}}`, `overrides.context.compaction: write overrides.context.compaction.strategy = "off"`},
	{`{"runtimes": {"claude-code": {"permissions": {}}}}`, `runtimes.claude-code.permissions: this applies to every runtime: write it in permissions of the profile`},
	{`{"runtimes": {"codex": {"sandbox_mode": "x"}}}`, `runtimes.codex.sandbox_mode: this applies to every runtime: write it in sandbox of the profile`},
	{`{"runtimes": {"opencode": {"mcp": {}}}}`, `runtimes.opencode.mcp: this applies to every runtime: write it in mcpServers of the profile`},
	{`{"runtimes": {"claude-code": {"apiKeyHelper": "x"}}}`, `runtimes.claude-code.apiKeyHelper: this applies to every runtime: write it in model of the profile`},
	{`{"runtimes": {"claude-code": {"statusLine": {}}}}`, `runtimes.claude-code.statusLine: the appearance of a program is a user setting: set it in [runtimes.claude-code.ui] of config.toml`},
	{`{"runtimes": {"codex": {"verbosty": "low"}}}`, "runtimes.codex.verbosty: did you mean `verbosity`?"},
	{`{"runtimes": {"gemini": {}}}`, `runtimes.gemini: `},
	{`{"overrides": {"runtimes": {"claude-code": {"env": {}}}}}`, `overrides.runtimes.claude-code.env: this applies to every runtime: write it in sandbox.inheritEnv of the profile`},
	{`{"model": "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`, `model: write model.ref = "…"`},
}

func TestBeginnersGetTheLineToWrite(t *testing.T) {
	for _, c := range beginners {
		if got := hintsOf([]byte(c.layer)); !slices.Contains(got, c.hint) {
			t.Errorf("%s\ngets %q\nnot  %q", c.layer, got, c.hint)
		}
	}
}

func hintsOf(layer []byte) []string {
	var out []string
	for _, p := range ValidateLayer(layer) {
		out = append(out, p.Path+": "+p.Hint)
	}
	return out
}

func TestHintsAgreeWithNix(t *testing.T) {
	nix := findNix(t)
	var layers []json.RawMessage
	for _, c := range beginners {
		layers = append(layers, json.RawMessage(c.layer))
	}
	file := filepath.Join(t.TempDir(), "layers.json")
	if err := os.WriteFile(file, encoded(t, layers), 0o600); err != nil {
		t.Fatal(err)
	}
	library, err := filepath.Abs(filepath.Join("..", "..", "lib"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(nix, "--eval", "--strict", "--json", "testdata/hints.nix", "--arg", "lib", library, "--arg", "layers", file)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var theirs [][]string
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	for i, c := range beginners {
		ours := hintsOf([]byte(c.layer))
		slices.Sort(ours)
		slices.Sort(theirs[i])
		if diff := cmp.Diff(ours, theirs[i]); diff != "" {
			t.Errorf("%s: Go and Nix differ:\n%s", c.layer, diff)
		}
	}
}
