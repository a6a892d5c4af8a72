package permission

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// below asks about a search of a directory that has something in it which a rule
// denies or asks about: the contents of files for grep, the names for glob. What the
// sandbox keeps from every program is not found, and needs no question. Where no
// rule is about anything below, it returns d.
func (p *policy) below(tool string, value argument, d Decision) Decision {
	for _, rule := range p.rules {
		if rule.action == allow || rule.pattern.Kind() != grammar.KindPath || !rule.pattern.MatchBelow(value.path, value.places) {
			continue
		}
		switch {
		case grammar.MatchTool(string(rule.rule.Tool), tool):
		case tool == grammar.ToolGrep && string(rule.rule.Tool) == grammar.ToolRead && !p.keeps(rule.pattern):
		default:
			continue
		}
		asked := p.ruled(rule)
		asked.Action = ask
		asked.Reason = "it searches a directory with files that a rule " + acts(rule.action) + ": `" + string(rule.rule.Tool) + " " + string(rule.rule.Pattern) + "`" + authorReason(rule.rule)
		return asked
	}
	return d
}

// keeps reports whether the sandbox hides everything that a pattern matches from all
// programs.
func (p *policy) keeps(pattern grammar.Pattern) bool {
	return slices.ContainsFunc(p.unreadable, func(wide grammar.FileGlob) bool { return wide.Covers(pattern) })
}

// kept denies reads and searches of files that the sandbox hides from every program. No
// rule can allow them.
func (p *policy) kept(tool string, value argument) (Decision, bool) {
	if tool != grammar.ToolRead && tool != grammar.ToolGrep {
		return Decision{}, false
	}
	for _, glob := range p.unreadable {
		if glob.MatchPath(value.path, value.places) {
			return Decision{Action: deny, Pointer: "/sandbox/denyRead",
				Reason: "`sandbox.denyRead` keeps `" + glob.String() + "` from being read"}, true
		}
	}
	return Decision{}, false
}
