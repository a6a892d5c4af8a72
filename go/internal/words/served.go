package words

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// program is what is known of a runtime that decides whether it can serve a manifest.
type program struct {
	name     string
	dialects []manifest.WireAPI
	// Whether it has no tools that read files, so that reading goes through its shell.
	readsByShell bool
}

var programs = [...]program{
	{name: "claude-code", dialects: []manifest.WireAPI{"anthropic"}},
	{name: "codex", dialects: []manifest.WireAPI{"openai-responses"}, readsByShell: true},
	{name: "opencode", dialects: []manifest.WireAPI{"anthropic", "openai-chat", "openai-responses"}},
}

// servedBy names the runtimes that can serve a manifest, by the dialect of its model and
// its tools, and why those that speak the dialect cannot all.
func servedBy(m *manifest.Manifest) (fit, why string) {
	var can []string
	for _, p := range programs {
		switch {
		case !slices.Contains(p.dialects, m.Model.WireAPI):
		case p.readsByShell && reads(&m.Tools) && !m.Tools.Offers("bash"):
			why = "not " + p.name + ": it reads files through a shell, which is not offered"
		default:
			can = append(can, p.name)
		}
	}
	if len(can) == 0 {
		return "none that is known speaks " + string(m.Model.WireAPI), why
	}
	return strings.Join(can, " or "), why
}

func reads(t *manifest.Tools) bool {
	return slices.ContainsFunc([]string{"read", "grep", "glob"}, t.Offers)
}
