package resolve

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// mostWarnings of one code are told one by one.
const mostWarnings = 20

// Warnings returns everything that a valid manifest is warned of: hidden text, and
// rules that do not do what they seem to. With origins, the rules have the places
// where they were written, and those that the author of the profile cannot change,
// since they are built in or imported from elsewhere, are left out, unless they allow
// more than they read.
func Warnings(canonical []byte, origins []Origin) []diag.Diagnostic {
	warnings := Hidden(canonical)
	if len(canonical) == 0 {
		return warnings
	}
	m := rulesOf(canonical)
	last, more := map[string]int{}, map[string]int{}
	count := map[string]int{}
	for _, w := range permission.Warnings(m) {
		places, own := rulePlaces(origins, m, w.Pointer)
		if len(places) > 0 && !own && w.Code != permission.WarnAllowsMore {
			continue
		}
		if count[w.Code]++; count[w.Code] > mostWarnings {
			more[w.Code]++
			continue
		}
		last[w.Code] = len(warnings)
		warnings = append(warnings, diag.Diagnostic{Severity: diag.SeverityWarning, Code: w.Code, Path: manifestfile.Dotted(w.Pointer), Pointer: w.Pointer,
			Message: w.Message, Hint: w.Hint, Positions: append([]diag.Position{}, places...)})
	}
	for code, n := range more {
		warnings[last[code]].Message += diag.Sprintf("; %d more such rules are not listed", n)
	}
	return warnings
}

// AboutRules reports whether a warning is about a permission rule.
func AboutRules(d diag.Diagnostic) bool { return strings.Contains(d.Pointer, "/permissions/rules/") }

// GrantWarnings returns the warnings that matter for consent to a manifest: hidden
// text, and rules that allow more than they seem to.
func GrantWarnings(canonical []byte) []diag.Diagnostic {
	return slices.DeleteFunc(Warnings(canonical, nil), func(d diag.Diagnostic) bool {
		return AboutRules(d) && d.Code != permission.WarnAllowsMore
	})
}

// rulesOf reads what permission rules are compared with, without reflection: every
// run of the program does. What is not there is empty.
func rulesOf(canonical []byte) *manifest.Manifest {
	m := &manifest.Manifest{}
	jsonread.Members(canonical, func(section string, value []byte) error {
		switch section {
		case "tools":
			return readTools(value, &m.Tools.Default, &m.Tools.Allow, &m.Tools.Deny)
		case "permissions":
			return readPermissions(value, &m.Permissions)
		case "subagents":
			m.Subagents = map[manifest.SkillName]manifest.Subagent{}
			return jsonread.Members(value, func(name string, value []byte) error {
				var subagent manifest.Subagent
				err := readHolder(value, &subagent.Tools, &subagent.Permissions)
				m.Subagents[manifest.SkillName(name)] = subagent
				return err
			})
		case "delegation":
			return readDelegation(value, m)
		}
		return nil
	})
	return m
}

// readHolder reads the tools and the permissions of a subagent, or of what holds it.
func readHolder(data []byte, tools *manifest.SubagentTools, permissions *manifest.Permissions) error {
	return jsonread.Members(data, func(section string, value []byte) error {
		switch section {
		case "tools":
			return readTools(value, &tools.Default, &tools.Allow, &tools.Deny)
		case "permissions":
			return readPermissions(value, permissions)
		}
		return nil
	})
}

func readDelegation(data []byte, m *manifest.Manifest) error {
	return jsonread.Members(data, func(name string, value []byte) error {
		if name != "ceiling" {
			return nil
		}
		ceiling := &manifest.Ceiling{}
		m.Delegation = &manifest.Delegation{Ceiling: ceiling}
		return jsonread.Members(value, func(section string, value []byte) error {
			switch section {
			case "tools":
				ceiling.Tools = &manifest.SubagentTools{}
				return readTools(value, &ceiling.Tools.Default, &ceiling.Tools.Allow, &ceiling.Tools.Deny)
			case "permissions":
				ceiling.Permissions = &manifest.Permissions{}
				return readPermissions(value, ceiling.Permissions)
			}
			return nil
		})
	})
}

func readTools(data []byte, otherwise *manifest.ToolDefault, allow, deny *[]manifest.ToolName) error {
	var fallback string
	var allowed, denied []string
	var unread jsontext.Value
	err := jsonread.New(data).Whole(func(name string) any {
		switch name {
		case "default":
			return &fallback
		case "allow":
			return &allowed
		case "deny":
			return &denied
		}
		return &unread
	})
	*otherwise, *allow, *deny = manifest.ToolDefault(fallback), toolNames(allowed), toolNames(denied)
	return err
}

func toolNames(list []string) []manifest.ToolName {
	names := make([]manifest.ToolName, len(list))
	for i, name := range list {
		names[i] = manifest.ToolName(name)
	}
	return names
}

func readPermissions(data []byte, to *manifest.Permissions) error {
	type rule struct{ tool, pattern, action, reason string }
	var rules []rule
	var unread jsontext.Value
	err := jsonread.New(data).Whole(func(name string) any {
		if name != "rules" {
			return &unread
		}
		return jsonread.List(&rules, func(r *rule, name string) any {
			switch name {
			case "tool":
				return &r.tool
			case "pattern":
				return &r.pattern
			case "action":
				return &r.action
			case "reason":
				return &r.reason
			}
			return &unread
		})
	})
	to.Rules = make([]manifest.Rule, len(rules))
	for i, r := range rules {
		to.Rules[i] = manifest.Rule{Tool: manifest.ToolName(r.tool), Pattern: manifest.Pattern(r.pattern), Action: manifest.Action(r.action)}
		if r.reason != "" {
			reason := manifest.Line(r.reason)
			to.Rules[i].Reason = &reason
		}
	}
	return err
}
