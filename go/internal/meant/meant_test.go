package meant

import "testing"

func TestModel(t *testing.T) {
	for id, want := range map[string]string{
		"claude-sonnet-4-5": "anthropic/claude-sonnet-4-5", "gpt-5.2-codex": "openai/gpt-5.2-codex", "o3": "openai/o3",
		"Claude-Opus": "anthropic/Claude-Opus", "llama3": "", "sonnet": "", "": "",
	} {
		if got := Model(id); got != want {
			t.Errorf("%q: %q, not %q", id, got, want)
		}
	}
}

func TestSecret(t *testing.T) {
	for variable, want := range map[string]string{
		"ANTHROPIC_API_KEY": "anthropic.api.default", "BRAVE_API_KEY": "brave.search.default", "GITHUB_TOKEN": "github-token",
		"MY_ANTHROPIC_API_KEY": "my-anthropic-api-key", "ACME_API_KEY": "acme-api-key", "DB_PASSWORD": "db-password",
		// What may be a secret itself is never taken for a variable.
		"AKIAIOSFODNN7EXAMPLE": "", "sk-ant-api03": "", "Github_Token": "", "TOKEN": "", "_KEY": "", "A__KEY": "", "HOME_DIR": "", "9_KEY": "", "": "",
	} {
		if got := Secret(variable); got != want {
			t.Errorf("%q: %q, not %q", variable, got, want)
		}
	}
}
