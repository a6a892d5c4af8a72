package manifest

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/meant"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Hints for common mistakes of beginners. lib/validate/meant.nix has the same ones.

// meantBy is the line to write for a value of the wrong type; "" where it cannot be told.
func meantBy(at *location, s *schema, v *value) string {
	line := func(field, content string) string { return "write " + at.path() + field + " = " + content }
	if field, ok := s.fieldFor(at, v); ok {
		content := written(v)
		switch {
		case field.Field == "ref" && !strings.Contains(v.text, "/") && meant.Model(v.text) != "":
			content = writtenText(meant.Model(v.text))
		case v.kind == kindBoolean && v.text == "true" && field.Yes != "":
			content = shown(field.Yes)
		case v.kind == kindBoolean && field.No != "" && v.text != "true":
			content = shown(field.No)
		}
		return line("."+field.Field, content)
	}
	switch {
	case s.integer && s.types&kindNull != 0 && v.kind == kindString && slices.Contains(meant.Unlimited[:], strings.ToLower(v.text)):
		return writeNull
	case s.items != nil && v.kind == kindString && s.merge == "replace" && isPlainCommand(v.text):
		return line("", writtenList(strings.Fields(v.text)))
	case s.items != nil && v.kind == kindString && v.text != "" && at.isHookCommand():
		return line("", writtenList([]string{"bash", "-c", v.text}))
	case s.items != nil && v.kind == kindString:
		return line("", writtenList([]string{v.text}))
	case s.items != nil && v.kind == kindObject:
		return line("", "[ { … } ]")
	case s.additional != nil && v.kind&(kindArray|kindString) != 0:
		return line(".NAME", "…")
	case s.integer && v.kind == kindString && isNumeral(v.text),
		s.types == kindBoolean && v.kind == kindString && (v.text == "true" || v.text == "false"):
		return line("", v.text)
	case s.pattern != nil && s.pattern.form == "retention" && v.kind == kindNumber && s.pattern.match(v.text+"d"):
		return line("", shown(v.text+"d"))
	}
	return ""
}

// writeNull is the hint for a number out of bounds, or for a word such as unlimited.
const writeNull = "write null for no limit"

// fieldFor finds the field of a section that a value in its place belongs to.
func (s *schema) fieldFor(at *location, v *value) (meant.Field, bool) {
	if !s.closed || at == nil {
		return meant.Field{}, false
	}
	name := map[kind]string{kindString: "string", kindArray: "list", kindBoolean: "boolean", kindNumber: "number"}[v.kind]
	for _, f := range meant.Fields {
		if below := s.property(f.Field); f.Section == at.key && f.Kind == name && below != nil && (f.Yes != "" || below.types&v.kind != 0) {
			return f, true
		}
	}
	return meant.Field{}, false
}

// maxWritten is how many bytes of a value a line to write repeats.
const maxWritten = 40

func written(v *value) string {
	switch v.kind {
	case kindString:
		return writtenText(v.text)
	case kindArray:
		texts := make([]string, len(v.items))
		for i, item := range v.items {
			if !item.is(kindString) {
				return "[ … ]"
			}
			texts[i] = item.text
		}
		return writtenList(texts)
	}
	return v.text
}

func writtenText(text string) string {
	if len(text) > maxWritten || hasControl(text) || keyform.Mask(text) != text {
		return `"…"`
	}
	return shown(text)
}

func writtenList(texts []string) string {
	const few = 4
	if len(texts) > few || len(texts) == 0 {
		return "[ … ]"
	}
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = writtenText(text)
	}
	return "[ " + strings.Join(quoted, " ") + " ]"
}

// isNumeral reports whether a text is an integer as JSON writes it.
func isNumeral(text string) bool {
	const longest = 19
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && len(digits) <= longest && strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0')
}

// isHookCommand reports whether this is the command of an element of a list, as hooks have it.
func (l *location) isHookCommand() bool {
	return l != nil && l.key == "command" && l.parent != nil && l.parent.index >= 0
}

// isPlainCommand reports whether a command consists of words without a character that is
// special to a shell.
func isPlainCommand(text string) bool {
	return strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/@= -") == "" && strings.TrimSpace(text) != ""
}

// meantByRules is the line to write for a list of rules as other programs have them:
// permissions.allow = [ "Bash(npm test)" ].
func meantByRules(section *location, name string, v *value) string {
	if section == nil || section.key != "permissions" || name != "allow" && name != "ask" && name != "deny" || !v.is(kindArray) {
		return ""
	}
	tool, pattern, more := "TOOL", "…", ""
	if len(v.items) > 0 && v.items[0].is(kindString) {
		if t, p := grammar.ForeignRule(v.items[0].text); t != "" {
			tool, pattern = t, p
		}
	}
	if len(v.items) > 1 {
		more = " …"
	}
	return "write " + section.path() + `.rules = [ { tool = "` + tool + `"; pattern = ` + writtenText(pattern) + `; action = "` + name + `"; }` + more + " ]"
}

// meantBySetting returns a hint where to write a setting that a runtime's fragment does not
// have.
func meantBySetting(section *location, name string) string {
	if section == nil || section.parent == nil || section.parent.key != "runtimes" {
		return ""
	}
	switch setting, ok := meant.SettingOf(name); {
	case !ok:
		return ""
	case setting.Looks:
		return "the appearance of a program is a user setting: set it in [runtimes." + section.key + ".ui] of config.toml"
	default:
		return "this applies to every runtime: write it in " + setting.Field + " of the profile"
	}
}

// meantByText is the text that one of the wrong form was meant to be.
func (p *pattern) meantByText(text string, secret bool) string {
	switch {
	case p.form == "secret name":
		if name := meant.Secret(text); name != "" && keyform.Mask(text) == text {
			return `write secrets.ref "` + name + `", and bind it: insomnia secret bind ` + name + " env:" + text
		}
		return `write lowercase parts with dots between them, such as secrets.ref "github.token"`
	case secret:
		return ""
	case p.form == "model reference" && text == "inherit":
		return "remove it: a subagent without a model uses that of the Pod"
	case p.form == "model reference" && !strings.Contains(text, "/") && p.match("provider/"+text):
		if ref := meant.Model(text); ref != "" {
			return "write " + ticked(ref)
		}
		return "write " + ticked("PROVIDER/"+text) + ", such as " + ticked(p.example)
	case !strings.HasSuffix(p.form, "name") || p.form == "tool name" || len(text) > maxWritten:
		return ""
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	hyphens := strings.NewReplacer(" ", "-", "/", "-", "@", "-", ":", "-", "+", "-").Replace(text)
	for _, candidate := range []string{hyphens, strings.ToLower(hyphens), strings.ReplaceAll(hyphens, "__", "_"),
		strings.ReplaceAll(hyphens, "-", "_"), strings.Join(words, "-")} {
		if candidate != text && p.match(candidate) {
			return "write " + ticked(candidate)
		}
	}
	return ""
}

func ticked(text string) string { return "`" + keyform.Mask(text) + "`" }
