package words

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestServedBy(t *testing.T) {
	const noShell = "not codex: it reads files through a shell, which is not offered"
	for _, c := range []struct {
		dialect     manifest.WireAPI
		fallback    manifest.ToolDefault
		allow, deny []manifest.ToolName
		fit, why    string
	}{
		{"anthropic", "deny", []manifest.ToolName{"read"}, nil, "claude-code or opencode", ""},
		{"openai-responses", "deny", []manifest.ToolName{"read", "bash"}, nil, "codex or opencode", ""},
		{"openai-responses", "deny", []manifest.ToolName{"read"}, nil, "opencode", noShell},
		{"openai-responses", "deny", []manifest.ToolName{"*"}, []manifest.ToolName{"bash"}, "opencode", noShell},
		{"openai-responses", "allow", nil, []manifest.ToolName{"ba*"}, "opencode", noShell},
		{"openai-responses", "deny", []manifest.ToolName{"websearch"}, nil, "codex or opencode", ""},
		{"openai-chat", "allow", nil, nil, "opencode", ""},
		{"gemini", "allow", nil, nil, "none that is known speaks gemini", ""},
	} {
		m := &manifest.Manifest{Model: manifest.Model{WireAPI: c.dialect}, Tools: manifest.Tools{Default: c.fallback, Allow: c.allow, Deny: c.deny}}
		if fit, why := servedBy(m); fit != c.fit || why != c.why {
			t.Errorf("%+v: %q, %q", c, fit, why)
		}
	}
}
