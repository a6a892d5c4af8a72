package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// foreignSettings are settings of agent programs with a key, @, in each line; (at) is an
// at sign.
var foreignSettings = map[string][]string{
	".claude/settings.json": {
		"{\"env\": {\"ANTHROPIC_API_KEY\": \"@\",\n", "\"DEPLOY_TOKEN\": \"@\",\n", "\"PLAIN\": \"sk" + "-ant-api03-@\"},\n",
		"\"permissions\": {\"allow\": [\"Bash(TOKEN=@ make:*)\",\n", "\"Bash(curl -H \\\"Authorization: Bearer @\\\" *)\",\n", "\"Bash(psql postgres://me:@(at)localhost/x)\"],\n", "\"deny\": [\"Bash(login --password=@ *)\"]},\n",
		"\"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"notify --token=@\"}]}]},\n", "\"apiKeyHelper\": \"echo sk" + "-ant-api03-@\"}\n",
	},
	".claude/agents/helper.md":       {"---\nname: helper\ndescription: uses sk" + "-ant-api03-@\n---\n", "Call with the key sk" + "-ant-api03-@ always.\n"},
	".claude/skills/helper/SKILL.md": {"---\nname: helper\ndescription: x\n---\n", "The key is sk" + "-ant-api03-@.\n"},
	".mcp.json": {
		"{\"mcpServers\": {\"a\": {\"command\": \"a\", \"env\": {\"A_KEY\": \"@\"},\n", "\"args\": [\"--api-key\", \"@\",\n", "\"--token=@\",\n", "\"postgres://me:@(at)localhost/x\",\n", "\"sk" + "-ant-api03-@\"]},\n",
		"\"b\": {\"url\": \"https://b.example.org/?api_key=@\", \"headers\": {\"Authorization\": \"Bearer @\"}}}}\n",
	},
	".codex/config.toml": {
		"model_provider = \"own\"\nmodel = \"x\"\n[model_providers.own]\nbase_url = \"https://m.example.org/v1\"\nexperimental_bearer_token = \"@\"\n", "http_headers = { X-Key = \"@\" }\n",
		"[mcp_servers.a]\ncommand = \"a\"\nenv = { A_TOKEN = \"@\" }\n", "[shell_environment_policy]\nset = { MY_SECRET = \"@\" }\n",
	},
	".codex/rules/a.rules": {"prefix_rule(pattern = [\"login\", \"--password=@\"], decision = \"forbidden\")\n", "prefix_rule(pattern = [\"login\", \"--token=@\"], decision = \"allow\")\n"},
	"opencode.json": {"{\"permission\": {\"bash\": {\"login --password=@ *\": \"allow\", \"x --token=@\": \"deny\"}},\n", "\"model\": \"own/x\", \"provider\": {\"own\": {\"options\": {\"baseURL\": \"https://m.example.org/v1\", \"apiKey\": \"@\"}}},\n", "\"mcp\": {\"a\": {\"type\": \"local\", \"command\": [\"a\"], \"environment\": {\"A_TOKEN\": \"@\"}},\n",
		"\"b\": {\"type\": \"remote\", \"url\": \"https://b.example.org/?token=@\", \"headers\": {\"X-Api-Key\": \"@\"}},\n", "\"c\": {\"type\": \"local\", \"command\": [\"c\", \"--api-key=@\", \"https://me:@(at)c.example.org\"]}},\n",
		"\"agent\": {\"x\": {\"prompt\": \"Call with sk" + "-ant-api03-@\"}}, \"command\": {\"y\": {\"template\": \"curl -H 'Authorization: Bearer sk" + "-ant-api03-@'\"}}}\n"},
	".codex/hooks.json":          {"{\"hooks\": {\"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"notify --api-key=@\"}]}]}}\n"},
	".claude/commands/x.md":      {"---\ndescription: x\nallowed-tools: Bash(login --token=@ *)\n---\n", "Use sk" + "-ant-api03-@.\n"},
	"CLAUDE.md":                  {"The key is sk" + "-ant-api03-@.\n"},
	"AGENTS.md":                  {"The key is sk" + "-ant-api03-@.\n"},
	".rulesync/mcp.json":         {"{\"mcpServers\": {\"a\": {\"command\": \"a\", \"args\": [\"--token\", \"@\"], \"env\": {\"A_KEY\": \"@\"}},\n", "\"b\": {\"url\": \"https://b.example.org/?api_key=@\", \"headers\": {\"Authorization\": \"Bearer @\"}}}}\n"},
	".rulesync/permissions.json": {"{\"permission\": {\"bash\": {\"login --password=@ *\": \"deny\", \"x --token=@\": \"allow\"}}}\n"},
	".rulesync/rules/a.md":       {"---\nroot: true\n---\nThe key is sk" + "-ant-api03-@.\n"},
}

// No key of the settings of other programs is written or printed, whatever is asked for.
func TestImportsWriteNoKey(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, filepath.Join(dir, "out", variable))
	}
	const key = "Zq8xv41bM2Lk9wPt5Rn"
	for name, lines := range foreignSettings {
		path := filepath.Join("foreign", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(strings.ReplaceAll(strings.Join(lines, ""), "@", key), "(at)", "@")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{"claude foreign", "codex foreign", "opencode foreign", "mcp foreign/.mcp.json", "rulesync foreign", "agents-md foreign"} {
		for _, more := range []string{"--dry-run", "--dry-run --json", "--out out", "--out out --force --json"} {
			said := output(strings.Fields("insomnia import " + args + " " + more))
			if strings.Contains(said, key) {
				at := strings.Index(said, key)
				t.Errorf("import %s %s prints the key: %s", args, more, said[max(0, at-200):at+len(key)])
			}
			if strings.HasPrefix(said, "error") || !strings.Contains(said, "profile") {
				t.Errorf("import %s %s: %s", args, more, said)
			}
		}
	}
	for _, what := range []string{".claude/skills/helper", ".claude/agents/helper.md --name agent", ".mcp.json#a", ".mcp.json#b"} {
		for _, more := range []string{"--dry-run", "--dry-run --json", "--yes --json"} {
			said := output(strings.Fields("insomnia add ./foreign/" + what + " " + more))
			if at := strings.Index(said, key); at >= 0 {
				t.Errorf("add %s %s prints the key: %s", what, more, said[max(0, at-200):at+len(key)])
			}
			if strings.HasPrefix(said, "error") || !strings.Contains(said, "helper") && !strings.Contains(said, ".mcp.json") {
				t.Errorf("add %s %s: %s", what, more, said)
			}
		}
	}
	err := filepath.WalkDir("out", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if at := strings.Index(string(data), key); at >= 0 {
			t.Errorf("%s has the key: %s", path, string(data)[max(0, at-200):at+len(key)])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, profile := range []string{"claude", "codex", "opencode", "mcp", "rulesync", "agents-md"} {
		if said := output([]string{"insomnia", "resolve", "out/" + profile + "/profile.nix"}); strings.Contains(said, "error:") {
			t.Errorf("%s does not resolve: %s", profile, said)
		}
	}
}
