package permission

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Codes of warnings.
const (
	WarnNeverDecides = "rule-never-decides"
	WarnDuplicate    = "rule-duplicate"
	WarnNotOffered   = "rule-tool-not-offered"
	WarnAllowsMore   = "rule-allows-more"
	WarnAllowsLess   = "rule-allows-less"
)

// Warning describes a rule that is valid but does not do what it seems to.
type Warning struct {
	// Code is one of the constants above.
	Code string
	// Pointer is the JSON Pointer of the rule: /permissions/rules/3.
	Pointer string
	// Message describes it in one clause. What it quotes is as in the manifest.
	Message string
	// Hint is one instruction.
	Hint string
}

// Warnings returns the misleading rules of a manifest and the misleading names of subagents, in the order of the
// rules, those of the subagents' ceiling after the Pod's. There is at most one warning per rule, and only if it is
// certain. Rules that the grammar refuses are left out.
//
//	rule-never-decides     a wider rule is as strict or stricter
//	rule-duplicate         another rule has the same tool and pattern
//	rule-tool-not-offered  no agent has the tool
//	rule-allows-more       the pattern also matches what runs any program
//	rule-allows-less       the guard decides what the program runs, not the rule
func Warnings(m *manifest.Manifest) []Warning {
	pod := readRules(&m.Permissions, "/permissions/rules/")
	tools := m.Tools.Lists()
	names := slices.Sorted(maps.Keys(m.Subagents))
	var subagents []manifest.SubagentTools
	for _, name := range names {
		subagents = append(subagents, m.Subagents[name].Tools)
	}
	// The rules of a Pod hold for its subagents, too, unless those of a ceiling do.
	above := pod
	var warnings []Warning
	if ceiling := ceilingOf(m); ceiling.Permissions == nil {
		warnings = warnAll(nil, pod, nil, append([]manifest.SubagentTools{tools}, subagents...))
	} else {
		warnings = warnAll(nil, pod, nil, []manifest.SubagentTools{tools})
		above = readRules(ceiling.Permissions, "/delegation/ceiling/permissions/rules/")
		under := subagents
		if ceiling.Tools != nil {
			under = append([]manifest.SubagentTools{*ceiling.Tools}, subagents...)
		}
		warnings = warnAll(warnings, above, nil, under)
	}
	for i, name := range names {
		subagent := m.Subagents[name]
		own := readRules(&subagent.Permissions, "/subagents/"+escapePointer(string(name))+"/permissions/rules/")
		warnings = warnAll(warnings, own, above, subagents[i:i+1])
	}
	return warnings
}

func ceilingOf(m *manifest.Manifest) manifest.Ceiling {
	if m.Delegation == nil || m.Delegation.Ceiling == nil {
		return manifest.Ceiling{}
	}
	return *m.Delegation.Ceiling
}

// readRule is a rule as warnings compare it.
type readRule struct {
	manifest.Rule
	tool, pointer string
	pattern       grammar.Pattern
	// program is the first word of a pattern about commands.
	program string
}

func readRules(permissions *manifest.Permissions, pointer string) []readRule {
	rules := make([]readRule, 0, len(permissions.Rules))
	for i, rule := range permissions.Rules {
		pattern, err := grammar.ParsePattern(string(rule.Tool), string(rule.Pattern))
		if err != nil {
			continue
		}
		read := readRule{Rule: rule, tool: string(rule.Tool), pointer: pointer + strconv.Itoa(i), pattern: pattern}
		if pattern.Kind() == grammar.KindCommand {
			read.program, _, _ = strings.Cut(string(rule.Pattern), " ")
		}
		rules = append(rules, read)
	}
	return rules
}

func (r *readRule) strictness() int { return strictness(r.Action) }

// words name a rule in a sentence.
func (r *readRule) words() string {
	return string(r.Action) + " " + r.tool + " " + string(r.Pattern)
}

// warnAll warns of rules; those of above hold for the same calls, too.
func warnAll(warnings []Warning, rules, above []readRule, agents []manifest.SubagentTools) []Warning {
	for i := range rules {
		if w := warn(rules, i, above, agents); w.Code != "" {
			w.Pointer = rules[i].pointer
			warnings = append(warnings, w)
		}
	}
	return warnings
}

func warn(rules []readRule, i int, above []readRule, agents []manifest.SubagentTools) Warning {
	rule := &rules[i]
	if !offeredToAny(rule, agents) {
		return Warning{Code: WarnNotOffered, Message: diag.Sprintf("rule `%s` never decides: the tool `%s` is not offered", rule.words(), rule.tool),
			Hint: "remove the rule, or offer the tool in `tools`"}
	}
	var wider *readRule
	for j := range rules {
		other := &rules[j]
		if i == j || rule.program != "" && other.program != "" && rule.program != other.program && !other.pattern.Every() || other.strictness() < rule.strictness() {
			continue
		}
		if other.tool == rule.tool && other.Pattern == rule.Pattern {
			if other.Action == rule.Action && j > i {
				continue // the other one is warned of
			}
			return duplicate(rule, other)
		}
		if (wider == nil || wider.strictness() < other.strictness()) && other.hides(rule) && !(i < j && other.Action == rule.Action && rule.hides(other)) {
			wider = other
		}
	}
	for j := range above {
		if other := &above[j]; wider == nil && other.strictness() > rule.strictness() && other.hides(rule) {
			wider = other
		}
	}
	switch {
	case wider != nil:
		return Warning{Code: WarnNeverDecides, Message: diag.Sprintf("rule `%s` never decides: `%s` covers all that it matches", rule.words(), wider.words()),
			Hint: diag.Sprintf("remove the rule, or narrow `%s`", wider.words())}
	case rule.Action == allow && rule.pattern.Kind() == grammar.KindCommand:
		return allowsOther(rule, rules)
	}
	return Warning{}
}

func duplicate(rule, other *readRule) Warning {
	message := diag.Sprintf("duplicate rule `%s`", rule.words())
	if other.Action != rule.Action {
		message = diag.Sprintf("rule `%s` never decides: `%s` is about the same calls, and `%s` wins", rule.words(), other.words(), other.Action)
	}
	return Warning{Code: WarnDuplicate, Message: message, Hint: "remove one of the two rules"}
}

// hides reports whether it is certain that a rule, which is at least as strict,
// decides whatever another one matches.
func (r *readRule) hides(other *readRule) bool {
	if r.pattern.Kind() == grammar.KindCommand && r.program != other.program && !r.pattern.Every() {
		return false
	}
	if !grammar.CoversTool(r.tool, other.tool) && !r.countsFor(other) {
		return false
	}
	if r.pattern.Every() {
		// A rule that names a program allows some of it that `*` does not: sudo make.
		return r.Action != allow || other.pattern.Kind() != grammar.KindCommand
	}
	return r.pattern.Covers(other.pattern)
}

// countsFor reports whether a rule that denies holds for the tool of another rule as
// well: those about edit and write for both, those about read for searches. One that
// asks does not hide the other, which may lift a default that denies.
func (r *readRule) countsFor(other *readRule) bool {
	switch {
	case r.Action != deny:
		return false
	case r.tool == grammar.ToolEdit || r.tool == grammar.ToolWrite:
		return other.tool == grammar.ToolEdit || other.tool == grammar.ToolWrite
	case r.tool == grammar.ToolRead:
		// What denies a search counts for the directories above, too.
		return other.Action == allow && (other.tool == grammar.ToolGrep || other.tool == grammar.ToolGlob)
	}
	return false
}

// offeredToAny reports whether anyone may have a tool that the rule is about.
func offeredToAny(rule *readRule, agents []manifest.SubagentTools) bool {
	about := []string{rule.tool}
	switch rule.tool {
	case grammar.ToolRead:
		about = append(about, grammar.ToolBash) // < FILE
		if rule.Action != allow {
			about = append(about, grammar.ToolGrep, grammar.ToolGlob)
		}
	case grammar.ToolEdit, grammar.ToolWrite:
		about = append(about, grammar.ToolBash) // > FILE
		if rule.Action != allow {
			about = append(about, grammar.ToolEdit, grammar.ToolWrite)
		}
	}
	for _, tools := range agents {
		for _, tool := range about {
			if mayOffer(tools, tool) {
				return true
			}
		}
	}
	return false
}

// mayOffer reports whether a tool, or one of those that a glob matches, may be offered.
func mayOffer(tools manifest.SubagentTools, tool string) bool {
	denied := func(tool string) bool {
		return slices.ContainsFunc(tools.Deny, func(name manifest.ToolName) bool { return grammar.CoversTool(string(name), tool) })
	}
	if denied(tool) {
		return false
	}
	if tools.Default == "allow" {
		return true
	}
	return slices.ContainsFunc(tools.Allow, func(name manifest.ToolName) bool {
		switch {
		case grammar.CoversTool(string(name), tool):
			return true
		case grammar.CoversTool(tool, string(name)):
			return !denied(string(name))
		}
		return false
	})
}
