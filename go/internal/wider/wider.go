// Package wider tells which of two ways to say what an agent may do lets it do
// more. Package difference words changes by these rules, package trust asks by
// them: a rule stands here once.
package wider

import (
	"slices"
	"strings"
)

// Orders of words, from the narrowest to the widest.
var (
	Modes       = []string{"plan", "ask", "acceptEdits", "auto", "bypass"}
	Actions     = []string{"deny", "ask", "allow"}
	Filesystems = []string{"read-only", "workspace-write", "full"}
	Networks    = []string{"none", "allowlist", "full"}
	Searches    = []string{"disabled", "cached", "live"}
	// Memories are who shares what is remembered.
	Memories = []string{"local", "project", "user"}
)

// Beyond tells whether b goes further than a in an order. What is not in the
// order cannot be told, and counts as further.
func Beyond(order []string, a, b string) bool {
	i, j := slices.Index(order, a), slices.Index(order, b)
	return i < 0 || j < 0 || j > i
}

// Call stands for the calls of tools whose argument matches a glob. A * at the
// end of Tool stands for any run of characters, and so does one in Pattern.
type Call struct{ Tool, Pattern string }

// Covers tells for certain that every call of narrow is one of wide: it is false
// where the globs cannot be compared.
func (wide Call) Covers(narrow Call) bool {
	if !ToolCovers(wide.Tool, narrow.Tool) {
		return false
	}
	if wide.Pattern == narrow.Pattern {
		return true
	}
	prefix, ok := strings.CutSuffix(wide.Pattern, "*")
	return ok && !strings.ContainsAny(prefix, wildcards) && strings.HasPrefix(narrow.Pattern, prefix)
}

// Meets tells whether some call may be of both: it is true where that cannot be told.
func (a Call) Meets(b Call) bool {
	return (ToolCovers(a.Tool, b.Tool) || ToolCovers(b.Tool, a.Tool)) && prefixesMeet(a.Pattern, b.Pattern)
}

// ToolCovers tells whether every tool of the narrow name is one of the wide name.
func ToolCovers(wide, narrow string) bool {
	if prefix, ok := strings.CutSuffix(wide, "*"); ok {
		return strings.HasPrefix(narrow, prefix)
	}
	return wide == narrow
}

// HostCovers tells whether every host of the narrow name is one of the wide
// name, where a leading *. stands for the subdomains of what follows.
func HostCovers(wide, narrow string) bool {
	if domain, ok := strings.CutPrefix(wide, "*"); ok && strings.HasPrefix(domain, ".") {
		return strings.HasSuffix(narrow, domain)
	}
	return wide == narrow
}

const wildcards = `*?[]{}\`

func prefixesMeet(a, b string) bool {
	i, j := strings.IndexAny(a, wildcards), strings.IndexAny(b, wildcards)
	switch {
	case i < 0 && j < 0:
		return a == b
	case i < 0:
		return strings.HasPrefix(a, b[:j])
	case j < 0:
		return strings.HasPrefix(b, a[:i])
	}
	n := min(i, j)
	return a[:n] == b[:n]
}

// Guards tells whether a hook at this event can refuse what the agent is about
// to do: without it the agent may do more.
func Guards(event string) bool { return event == "PreToolUse" || event == "UserPromptSubmit" }
