package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

// Each program that runs alongside the agent has a line, with the names of secrets in
// their places.
func TestProgramsOfAManifest(t *testing.T) {
	want := []words.Fact{
		{Name: "mcp x", Text: "`x -v '--key={x.key}'` (required)"},
		{Name: "mcp y", Text: "at `https://mcp.example.org/`"},
		{Name: "at PreToolUse", Text: "`guard`"},
		{Name: "at SessionEnd", Text: "`note end`"},
		{Name: "service code", Text: "GET POST at `code.example.org`: /a/** /b"},
		{Name: "host sign", Text: "`gpg --sign` (asked about)"},
	}
	if diff := cmp.Diff(want, programs(granttest.Parsed(t, []byte(granttest.Rich)))); diff != "" {
		t.Error(diff)
	}
}
