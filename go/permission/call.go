package permission

import "github.com/insomnia-pods/insomnia/go/manifest"

// Call is one tool call that an agent wants to make.
type Call struct {
	// Tool is a name of the vocabulary: bash, read, edit, mcp__SERVER__TOOL …
	Tool string
	// Command is the text that bash is to run.
	Command string
	// Paths are the real paths that a file tool works on, as [grammar.ParsePath] takes them.
	Paths []string
	// URL is the address that webfetch loads.
	URL string
	// Argument is the value that a rule's pattern is compared with for any other tool: the
	// query, the name of the subagent or the skill.
	Argument string
	// Workspace and Home are the real paths of the Pod's directory and of the user's.
	// No path can be allowed without both.
	Workspace, Home string
	// FoldCase is set if the file system ignores the case of names.
	FoldCase bool
	// Single is set if the paths of grep and glob are files, with nothing below them. A
	// search of a directory reaches everything in it.
	Single bool
	// Real returns the real path of a path that a command names; nil for the path as the
	// command writes it, without a look at links. The path is absolute and may contain
	// `..`, which after a link does not mean the parent in the text. The guard itself does
	// no I/O.
	Real func(path string) string
	// Directory is the starting directory of a command: absolute, or relative to the
	// workspace; empty for the workspace itself.
	Directory string
	// Subagent is the name of the subagent that makes the call; empty for the Pod's
	// own agent.
	Subagent string
}

// Decision is the verdict about a call, with its reason.
type Decision struct {
	Action manifest.Action
	// Rule is the rule that decided; nil if none did.
	Rule *RuleRef
	// Pointer is the JSON Pointer of the deciding value: the rule, or a field such as
	// /permissions/mode, /permissions/default or /tools/deny. It is empty if the guard
	// itself decided.
	Pointer string
	// Reason is a sentence without a full stop: what decided, and the author's
	// reason where the rule has one.
	Reason string
}

// RuleRef names a rule in the manifest.
type RuleRef struct {
	// Index counts from 0 in the list that Pointer is below.
	Index int
	// Pointer is a JSON Pointer (RFC 6901): /permissions/rules/3.
	Pointer string
	Rule    manifest.Rule
}

const (
	allow manifest.Action = "allow"
	ask   manifest.Action = "ask"
	deny  manifest.Action = "deny"
)

// strictness orders actions: the stricter one wins.
func strictness(action manifest.Action) int {
	switch action {
	case allow:
		return 0
	case ask:
		return 1
	}
	return 2
}

// stricter returns the decision that wins; a where both are as strict.
func stricter(a, b Decision) Decision {
	if strictness(b.Action) > strictness(a.Action) {
		return b
	}
	return a
}
