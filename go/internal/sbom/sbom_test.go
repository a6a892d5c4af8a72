package sbom

import (
	"strings"
	"testing"
)

// The package and version that a command names; nothing where it names none.
func TestPackageOf(t *testing.T) {
	for command, want := range map[string]string{
		"npx -y @acme/mcp@1.2.3":         "pkg:npm/%40acme/mcp@1.2.3 1.2.3",
		"npx @acme/mcp":                  "pkg:npm/%40acme/mcp ",
		"/usr/bin/npx mcp@latest --root": "pkg:npm/mcp@latest latest",
		"bunx mcp":                       "pkg:npm/mcp ",
		"uvx mcp-server-git@0.6.2":       "pkg:pypi/mcp-server-git@0.6.2 0.6.2",
		"uvx git+https://example.org/x":  " ",
		"npx {team.package}":             " ",
		"npx --yes":                      " ",
		"npx ./local/file/mcp":           " ",
		"mcp-server":                     " ",
	} {
		purl, version := packageOf(strings.Fields(command))
		if purl+" "+version != want {
			t.Errorf("%s: %q %q", command, purl, version)
		}
	}
}
