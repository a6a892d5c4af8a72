package codex

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// unserved tells why Codex cannot serve a manifest.
func unserved(m *manifest.Manifest) []runtime.Unserved {
	// Codex has no tools that read files: it reads them through its shell.
	if slices.ContainsFunc([]string{"read", "grep", "glob"}, m.Tools.Offers) && !m.Tools.Offers("bash") {
		return []runtime.Unserved{{Pointer: "/tools", Why: "reads files through a shell, which is not offered"}}
	}
	return nil
}
