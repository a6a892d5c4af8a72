package manifest

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Offers reports whether a tool is offered, and which field decides that: allow, deny or
// default.
func (t SubagentTools) Offers(tool string) (offered bool, field string) {
	for _, name := range t.Deny {
		if grammar.MatchTool(string(name), tool) {
			return false, "deny"
		}
	}
	for _, name := range t.Allow {
		if grammar.MatchTool(string(name), tool) {
			return true, "allow"
		}
	}
	return t.Default == "allow", "default"
}

// Lists returns the parts of Tools that select the offered tools.
func (t *Tools) Lists() SubagentTools { return SubagentTools{t.Default, t.Allow, t.Deny} }

// Offers is that of [SubagentTools].
func (t *Tools) Offers(tool string) bool {
	offered, _ := t.Lists().Offers(tool)
	return offered
}

// Offers reports whether a tool of the server, by its own name, is offered, and which
// field decides that it is not: enabledTools or disabledTools.
func (s *MCPServer) Offers(tool string) (offered bool, field string) {
	matches := func(name ToolName) bool { return grammar.MatchTool(string(name), tool) }
	switch {
	case slices.ContainsFunc(s.DisabledTools, matches):
		return false, "disabledTools"
	case len(s.EnabledTools) > 0 && !slices.ContainsFunc(s.EnabledTools, matches):
		return false, "enabledTools"
	}
	return true, ""
}
