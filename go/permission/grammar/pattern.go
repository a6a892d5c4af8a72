package grammar

import (
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// Kind is the part of a call that a pattern is matched with.
type Kind int

const (
	// KindCall is a call as a whole: the only pattern is "*".
	KindCall Kind = iota
	// KindCommand is a simple command of a shell.
	KindCommand
	// KindPath is the real path of a file or directory.
	KindPath
	// KindAddress is an http or https address.
	KindAddress
	// KindName is the name of a subagent or a skill.
	KindName
)

// MaxPattern bounds a pattern, in bytes. The manifest has the same bound.
const MaxPattern = 1024

// KindOf returns the part of a call that the patterns of a tool are matched with. Rules
// about MCP tools, web searches and every tool do not depend on the content of the
// call.
func KindOf(tool string) Kind {
	switch tool {
	case ToolBash:
		return KindCommand
	case ToolRead, ToolEdit, ToolWrite, ToolGrep, ToolGlob:
		return KindPath
	case ToolWebFetch:
		return KindAddress
	case ToolAgent, ToolSkill:
		return KindName
	}
	return KindCall
}

// Pattern is a pattern of a permission rule, parsed. It is never changed. The zero
// value matches nothing.
type Pattern struct {
	kind  Kind
	text  string
	every bool // "*": every call of the tool
	// commands are of a command: more than one of a pipeline. glob is of a name.
	commands []Command
	glob     []rune
	// root and segments are of a path; segments also of an address's path.
	root     root
	segments [][]rune
	address  host
}

// Kind returns the kind of text that the pattern is matched with.
func (p Pattern) Kind() Kind { return p.kind }

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Every reports whether the pattern is "*", which matches every call of its tool.
func (p Pattern) Every() bool { return p.every }

// ParsePattern parses the pattern of a rule about a tool. A rule whose pattern is
// refused must count as one about every call where it denies or asks, and about
// none where it allows. The error is a
// [*Problem]. Codes that begin with "tool-" are those of [CheckTool]; the server
// of an MCP tool is not checked. The others are
//
//	pattern-empty       nothing is between the quotes
//	pattern-long        more than MaxPattern bytes
//	pattern-text        not UTF-8, a character that cannot be seen, a space too many
//	pattern-escape      a backslash before a character that needs none
//	pattern-stars       stars in a row where they have no meaning
//	pattern-character   a character that needs a backslash
//	pattern-foreign     the form of another program
//	pattern-call        a pattern where only "*" is possible
//	pattern-command     several commands in one pattern
//	pattern-path        a path that names nothing, or not what it seems to
//	pattern-address     not an address, or one that is spelled in an unusual way
//	pattern-name        not the name of a subagent or a skill
func ParsePattern(tool, pattern string) (Pattern, error) {
	p, problem := parsePattern(tool, pattern)
	if problem != nil {
		return Pattern{}, problem
	}
	return p, nil
}

func parsePattern(tool, pattern string) (Pattern, *Problem) {
	var servers []string
	if server, _, ok := SplitMCP(tool); ok {
		servers = []string{server}
	}
	if problem := checkTool(tool, servers); problem != nil {
		return Pattern{}, problem
	}
	kind := KindOf(tool)
	if problem := checkText(pattern); problem != nil {
		return Pattern{}, problem
	}
	if pattern == "*" {
		return Pattern{kind: kind, text: pattern, every: true}, nil
	}
	if problem := foreignForm(kind, pattern); problem != nil {
		return Pattern{}, problem
	}
	p := Pattern{kind: kind, text: pattern}
	var problem *Problem
	switch kind {
	case KindCommand:
		p.commands, problem = parseCommandPattern(pattern)
	case KindPath:
		p.root, p.segments, problem = parsePathPattern(pattern)
	case KindAddress:
		p.address, p.segments, problem = parseAddressPattern(pattern)
	case KindName:
		p.glob, problem = parseNamePattern(tool, pattern)
	default:
		problem = wholeCalls(tool, pattern)
	}
	if problem != nil {
		return Pattern{}, problem
	}
	return p, nil
}

func wholeCalls(tool, pattern string) *Problem {
	problem := problemf("pattern-call", "pattern `%s`: must be `*` for the tool `%s`", pattern, tool)
	switch {
	case tool == ToolAny:
		return problem.hintf("write `*`, or a rule for one tool: each has patterns of its own")
	case tool == ToolWebSearch:
		return problem.hintf("write `*`: a query can be worded in too many ways to be matched")
	}
	return problem.hintf("write `*`: the arguments of MCP tools are not matched; name the tool in `tool`")
}

// checkText refuses text that no pattern of any kind may contain.
func checkText(pattern string) *Problem {
	switch {
	case pattern == "":
		return problemf("pattern-empty", "the pattern is empty").hintf("write `*` for every call of the tool, or remove the rule")
	case len(pattern) > MaxPattern:
		return problemf("pattern-long", "the pattern is %d bytes long; at most %d are allowed", len(pattern), MaxPattern).
			hintf("write several rules")
	case !utf8.ValidString(pattern):
		return problemf("pattern-text", "pattern `%s`: not valid UTF-8", pattern).hintf("save the file as UTF-8")
	}
	for _, r := range pattern {
		if unseen.Hidden(r) {
			return problemf("pattern-text", "pattern `%s`: contains an invisible character: %s", pattern, diag.Character(r)).
				hintf("remove the character")
		}
	}
	if strings.Trim(pattern, " ") != pattern {
		trimmed := strings.Join(strings.Fields(pattern), " ")
		if trimmed == "" {
			return problemf("pattern-empty", "the pattern is only spaces").hintf("write `*` for every call of the tool, or remove the rule")
		}
		return problemf("pattern-text", "pattern `%s`: begins or ends with a space", pattern).hintf("write `%s`", trimmed)
	}
	return nil
}

// foreignForm refuses how other programs write rules.
func foreignForm(kind Kind, pattern string) *Problem {
	refuse := func(ours string) *Problem {
		problem := problemf("pattern-foreign", "pattern `%s`: this is the form of another program", pattern)
		if ours == "" {
			ours = "*"
		}
		return problem.hintf("write `%s`", ours)
	}
	if tool, inner, ok := toolWithPattern(pattern); ok {
		if known, listed := foreignTool(normalize(tool)); listed && known != "" {
			return problemf("pattern-foreign", "pattern `%s`: this is the form of another program", pattern).
				hintf("write tool = `%s` and pattern = `%s`", known, inner)
		}
	}
	if rest, ok := strings.CutPrefix(pattern, "!"); ok && kind != KindCommand {
		return problemf("pattern-foreign", "pattern `%s`: a pattern cannot be negated", pattern).
			hintf("write a rule with another action for `%s`", rest)
	}
	if start, ok := strings.CutSuffix(pattern, ":*"); ok && !strings.HasSuffix(start, `\`) {
		switch kind {
		case KindCommand:
			return problemf("pattern-foreign", "pattern `%s`: this is the form of another program", pattern).
				hintf("write `%s` to deny or ask; to allow, write `%s` and `%s`", start+"*", start, start+" *")
		case KindAddress:
			return refuse(strings.TrimSuffix(translated(start), ":"))
		}
		return refuse(start + "*")
	}
	if rest, ok := cutAny(pattern, "domain:", "host:", "url:"); ok && kind == KindAddress {
		return refuse(strings.TrimSpace(rest))
	}
	if strings.HasPrefix(pattern, "//") && kind == KindPath {
		return refuse(translated(pattern))
	}
	return nil
}

// Covers reports whether it is certain that the pattern matches all that other
// matches, both being of rules about the same tool. It is reflexive and
// transitive. Command patterns are compared where both name the same program, and
// pipelines only with themselves.
func (p Pattern) Covers(other Pattern) bool {
	if p.kind != other.kind || p.text == "" {
		return false
	}
	if p.every || p.text == other.text {
		return true
	}
	if other.every {
		return false
	}
	switch p.kind {
	case KindCommand:
		return coversCommand(p.commands, other.commands)
	case KindName:
		return matchGlob(p.glob, other.glob)
	case KindPath:
		return p.root == other.root && covers(p.segments, other.segments)
	case KindAddress:
		return p.address.covers(other.address) && (p.segments == nil || other.segments != nil && covers(p.segments, other.segments))
	}
	return false
}

func covers(wide, narrow [][]rune) bool { return segmentStates(wide, narrow)[len(wide)] }
