package resolve

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// RulePlaces returns where the permission rule at a JSON pointer was written: its
// own line where that is known, else the definition that has it. There are several
// if several files have the same rule.
func RulePlaces(origins []Origin, m *manifest.Manifest, pointer string) []diag.Position {
	places, _ := rulePlaces(origins, m, pointer)
	return places
}

// rulePlaces are the places of a rule, and whether one is in the author's own files.
func rulePlaces(origins []Origin, m *manifest.Manifest, pointer string) (places []diag.Position, own bool) {
	list, rule := ruleAt(m, pointer)
	origin := originAt(origins, list)
	if rule == nil || origin == nil {
		return nil, false
	}
	for _, d := range origin.Definitions {
		var written []json.RawMessage
		if d.File == "" || json.Unmarshal(d.Value, &written) != nil {
			continue
		}
		for i, element := range written {
			if !sameRule(element, rule) {
				continue
			}
			at := d.Place()
			if i < len(d.Elements) && d.Elements[i] != nil {
				at.Line, at.Column = d.Elements[i].Line, d.Elements[i].Column
			}
			places, own = append(places, at), own || d.own
			break
		}
	}
	if len(places) == 0 {
		return definitionPlaces(origin), true
	}
	return places, own
}

// FieldPlaces returns where the value of the field at a JSON pointer was chosen: for
// one that a preset gives, where the preset was, which the notes name. There are
// none for a default.
func FieldPlaces(origins []Origin, pointer string) []diag.Position {
	origin := originAt(origins, pointer)
	if origin == nil {
		return nil
	}
	return definitionPlaces(origin)
}

func definitionPlaces(origin *Origin) []diag.Position {
	definitions, note := origin.Definitions, ""
	if len(definitions) == 0 && origin.Preset != nil {
		definitions, note = origin.Preset.Definitions, origin.Preset.Name+" = "+string(origin.Preset.Value)
	}
	var places []diag.Position
	for _, d := range definitions {
		if d.File != "" {
			at := d.Place()
			at.Note = note
			places = append(places, at)
		}
	}
	return places
}

func originAt(origins []Origin, pointer string) *Origin {
	path := manifestfile.Dotted(pointer)
	for i := range origins {
		if origins[i].Path == path {
			return &origins[i]
		}
	}
	return nil
}

// ruleAt finds a rule, and the pointer of the list that has it.
func ruleAt(m *manifest.Manifest, pointer string) (list string, rule *manifest.Rule) {
	slash := strings.LastIndexByte(pointer, '/')
	index, err := strconv.Atoi(pointer[slash+1:])
	if slash < 0 || err != nil {
		return "", nil
	}
	list = pointer[:slash]
	rules := m.Permissions.Rules
	if rest, ok := strings.CutPrefix(list, "/subagents/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		rules = m.Subagents[manifest.SkillName(strings.NewReplacer("~1", "/", "~0", "~").Replace(name))].Permissions.Rules
	}
	if strings.HasPrefix(list, "/delegation/ceiling/") {
		if rules = nil; m.Delegation != nil && m.Delegation.Ceiling != nil && m.Delegation.Ceiling.Permissions != nil {
			rules = m.Delegation.Ceiling.Permissions.Rules
		}
	}
	if index < 0 || index >= len(rules) {
		return list, nil
	}
	return list, &rules[index]
}

// sameRule reports whether an author wrote this rule; what was left out has its default.
func sameRule(written json.RawMessage, rule *manifest.Rule) bool {
	r := struct {
		Tool, Pattern, Action string
		Reason                *string
	}{Pattern: "*"}
	if json.Unmarshal(written, &r) != nil {
		return false
	}
	if (r.Reason == nil) != (rule.Reason == nil) || r.Reason != nil && *r.Reason != string(*rule.Reason) {
		return false
	}
	return r.Tool == string(rule.Tool) && r.Pattern == string(rule.Pattern) && r.Action == string(rule.Action)
}
