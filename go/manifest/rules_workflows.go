package manifest

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) workflowRules(at *location, workflow *value) {
	inputs := workflow.get("inputs")
	if inputs != nil && !inputs.is(kindArray) {
		return
	}
	names := map[string]bool{}
	if inputs != nil {
		for i, input := range inputs.items {
			at := at.field("inputs").element(i)
			if name := input.get("name"); name.is(kindString) {
				if names[name.text] {
					c.report(at.field("name"), "rule-workflow-inputs", "duplicate input "+named(name.text), "a unique name", "rename one of the two")
				}
				names[name.text] = true
			}
			c.choiceRules(at, input)
			c.defaultRules(at, input)
		}
	}
	c.placeholderRule(at.field("prompt"), workflow.get("prompt"), names)
}

func (c *checker) choiceRules(at *location, input *value) {
	kind, choices, preset := input.get("type"), input.get("choices"), input.get("default")
	if !kind.is(kindString) || choices != nil && !choices.is(kindArray) {
		return
	}
	const code = "rule-workflow-choices"
	some := choices != nil && len(choices.items) > 0
	switch {
	case kind.text == "choice" && !some:
		c.report(at.field("choices"), code, "must have at least 1 choice, got 0", "at least one choice", "list the choices")
	case kind.text != "choice" && some:
		c.report(at.field("choices"), code, "choices have no effect on an input of type "+shown(kind.text), "no choices", `set type to "choice"`)
	case some && preset.is(kindString) && !slices.ContainsFunc(choices.items, func(v *value) bool { return v.is(kindString) && v.text == preset.text }):
		c.report(at.field("default"), code, "must be one of the choices, got "+shown(preset.text), "one of the choices", "add it to the choices")
	}
}

func (c *checker) defaultRules(at *location, input *value) {
	preset := input.get("default")
	if required := input.get("required"); preset != nil && required.is(kindBoolean) && required.text == "true" {
		c.report(at.field("required"), "rule-workflow-required", "must be false: an input with a default is never missing",
			"required or default, not both", "remove default, or set required = false")
	}
	if !preset.is(kindString) {
		return
	}
	want := ""
	switch {
	case input.isText("type", "number") && !isNumber(preset.text):
		want = "a number such as 20 or 0.5"
	case input.isText("type", "boolean") && preset.text != "true" && preset.text != "false":
		want = "true or false"
	}
	if want != "" {
		c.report(at.field("default"), "rule-workflow-default", fmt.Sprintf("must be %s, got %s", want, shown(preset.text)), want,
			`correct the default, or set type to "string"`)
	}
}

// maxNumber is how many bytes a number may have.
const maxNumber = 64

// isNumber reports whether a text is a number as JSON writes it.
func isNumber(text string) bool {
	if len(text) > maxNumber {
		return false
	}
	text = strings.TrimPrefix(text, "-")
	whole, text := cutDigits(text)
	if whole == "" || whole[0] == '0' && whole != "0" {
		return false
	}
	if fraction, ok := strings.CutPrefix(text, "."); ok {
		if fraction, text = cutDigits(fraction); fraction == "" {
			return false
		}
	}
	if text != "" && text[0]|0x20 == 'e' {
		text = text[1:]
		if text != "" && (text[0] == '+' || text[0] == '-') {
			text = text[1:]
		}
		exponent := ""
		if exponent, text = cutDigits(text); exponent == "" {
			return false
		}
	}
	return text == ""
}

func cutDigits(text string) (digits, rest string) {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return text[:n], text[n:]
}

// maxInputName is the cap of the schema on the name of an input.
const maxInputName = 64

// placeholderRule reports the placeholders of a prompt that no input fills. Braces
// around anything but the name of an input are text: {{.Version}}, {{ area }}.
func (c *checker) placeholderRule(at *location, prompt *value, inputs map[string]bool) {
	if !prompt.is(kindString) {
		return
	}
	var missing, spaced []string
	add := func(list []string, name string) []string {
		if slices.Contains(list, name) || len(list) >= maxPlaceholders {
			return list
		}
		return append(list, name)
	}
	for i, piece := range strings.Split(prompt.text, "{{") {
		if i == 0 {
			continue
		}
		name, _, closed := strings.Cut(piece[:min(len(piece), maxInputName+8)], "}}")
		inner := strings.Trim(name, " ")
		switch {
		case !closed || !isInputName(inner):
		case inner != name && inputs[inner]:
			spaced = add(spaced, inner)
		case inner == name && !inputs[name]:
			missing = add(missing, name)
		}
	}
	const code = "rule-workflow-placeholder"
	slices.Sort(missing)
	switch {
	case len(missing) > 0:
		known := make([]string, 0, len(inputs))
		for name := range inputs {
			known = append(known, name)
		}
		slices.Sort(known)
		hint := didYouMean(missing[0], known)
		if hint == "" {
			hint = fmt.Sprintf(`add { name = "%s"; type = "string"; required = true; } to inputs; for literal braces write {{ %s }}`, missing[0], missing[0])
		}
		c.report(at, code, "no input for "+placeholders(missing), "the name of an input between the braces", hint)
	case len(spaced) > 0:
		c.report(at, code, "`{{ "+spaced[0]+" }}` is plain text: placeholders have no spaces", "the name of an input between the braces",
			"write {{"+spaced[0]+"}}")
	}
}

// maxPlaceholders is how many names one message lists.
const maxPlaceholders = 8

func placeholders(names []string) string {
	return "`{{" + strings.Join(names, "}}`, `{{") + "}}`"
}

// isInputName reports whether a text has the form of [InputName].
func isInputName(text string) bool {
	if text == "" || len(text) > maxInputName {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '-'):
		default:
			return false
		}
	}
	return true
}
