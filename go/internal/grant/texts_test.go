package grant

import (
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Every text that a model reads has a passage, whole and with its own digest.
func TestPassages(t *testing.T) {
	data, problems := manifest.Check([]byte(granttest.Rich))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	m := granttest.Parsed(t, []byte(granttest.Rich))
	found := map[string]Passage{}
	for _, p := range Passages(data) {
		found[p.Pointer] = p
		if p.Digest != manifest.Digest([]byte(p.Text)) || p.Text == "" {
			t.Errorf("%+v", p)
		}
	}
	for pointer, want := range map[string]string{
		"/prompts/system": string(m.Prompts.System), "/prompts/append/0": string(m.Prompts.Append[0]), "/prompts/initial": string(*m.Prompts.Initial),
		"/skills/s/description": string(m.Skills["s"].Description), "/skills/s/files/SKILL.md": string(m.Skills["s"].Files["SKILL.md"].Text),
		"/skills/s/files/run.sh/text": "run\n", "/skills/s/files/logo.png/base64": "\uFFFDPNG\r\n\x1a\n",
		"/workflows/w/prompt": string(m.Workflows["w"].Prompt), "/workflows/w/description": string(m.Workflows["w"].Description),
		"/subagents/critic/description": string(m.Subagents["critic"].Description), "/subagents/critic/prompts/system": string(m.Subagents["critic"].Prompts.System),
	} {
		if found[pointer].Text != want {
			t.Errorf("%s is %q, not %q", pointer, found[pointer].Text, want)
		}
	}
	for pointer := range found {
		if strings.HasPrefix(pointer, "/skills/s/allowedTools") || strings.HasSuffix(pointer, "/type") || strings.HasPrefix(pointer, "/permissions") {
			t.Errorf("%s is no text", pointer)
		}
	}
}
