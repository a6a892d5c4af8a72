package grammar

import "strings"

// maxName bounds the name of a subagent or a skill in a call, in bytes.
const maxName = 256

// parseNamePattern makes the glob of the name of a subagent or a skill. The names
// have letters, digits, hyphens, dots and underscores, so nothing is escaped.
func parseNamePattern(tool, pattern string) ([]rune, *Problem) {
	what := "subagent"
	if tool == ToolSkill {
		what = "skill"
	}
	for _, r := range pattern {
		if !nameRune(r) && r != '*' {
			return nil, problemf("pattern-name", "pattern `%s`: must be the name of a %s, got %s in it", pattern, what, shown(r)).
				hintf("write letters, digits, `-`, `_` and `.`, with `*` for any of them")
		}
	}
	if strings.Contains(pattern, "**") {
		return nil, problemf("pattern-stars", "pattern `%s`: stars in a row have no meaning here", pattern).hintf("write one star")
	}
	return syntax{special: "*"}.parse(pattern, pattern)
}

// MatchName reports whether a pattern about subagents or skills matches a name.
// Case counts. A name of more than 256 bytes is matched by "*" alone.
func (p Pattern) MatchName(name string) bool {
	if p.kind != KindName {
		return false
	}
	return p.every || p.text != "" && len(name) <= maxName && matchGlob(p.glob, symbols(name))
}
