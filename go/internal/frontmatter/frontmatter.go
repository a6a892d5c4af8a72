// Package frontmatter reads the text between the lines --- at the beginning of a
// SKILL.md: a small subset of YAML, so that the Nix library (lib/skill/frontmatter.nix)
// reads the same. It refuses anything ambiguous: if a program read something there that
// we do not, the user would never have consented to it.
package frontmatter

import (
	"fmt"
	"slices"
	"strings"
)

// How far the line that ends a frontmatter is looked for, and how many are before it.
const (
	maxBytes = 16 << 10
	maxLines = 256
)

// Fields are the values of a frontmatter.
type Fields struct {
	Name        *string
	Description *string // with each run of blanks as one space
	// Tools are the tools of allowed-tools in the names of other programs, without
	// their patterns: Bash(git:*) is Bash.
	Tools []string
	// Faults are the parts that cannot be read or are not allowed.
	Faults []Fault
}

// Fault is something wrong, and what to do.
type Fault struct{ Message, Hint string }

// entry is a field with its lines: what follows the colon, and those below it.
type entry struct {
	key   string
	lines []string
}

// Read reads the frontmatter of a text; found is false where it has none.
func Read(text string) (fields Fields, found bool) {
	lines, fault := inside(text)
	if lines == nil && fault == nil {
		return Fields{}, false
	}
	var entries []entry
	if fault == nil {
		entries, fault = split(lines)
	}
	if fault != nil {
		fields.Faults = []Fault{*fault}
		return fields, true
	}
	for _, e := range entries {
		fields.take(e)
	}
	return fields, true
}

// inside returns the lines between the two that delimit a frontmatter.
func inside(text string) ([]string, *Fault) {
	text = strings.TrimPrefix(text, "\ufeff")
	lines := strings.Split(text[:min(len(text), maxBytes)], "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, "\r")
	}
	begin := slices.IndexFunc(lines, func(line string) bool { return !isBlank(line) })
	if begin < 0 || !strings.HasPrefix(lines[begin], "---") || strings.HasPrefix(lines[begin], "----") {
		return nil, nil
	}
	if !isBlank(lines[begin][len("---"):]) {
		return nil, &Fault{"unexpected text after --- in the first line of the frontmatter", "write --- alone"}
	}
	lines = lines[begin+1:]
	end := slices.IndexFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "---") && isBlank(line[len("---"):])
	})
	if end < 0 {
		return nil, &Fault{fmt.Sprintf("the frontmatter does not end within %d bytes", maxBytes), "write --- below it, or remove the first line"}
	}
	if end > maxLines {
		return nil, &Fault{fmt.Sprintf("the frontmatter has more than %d lines", maxLines), "keep name, description and allowed-tools"}
	}
	return lines[:end:end], nil
}

// split finds the fields, each with the lines that belong to it.
func split(lines []string) ([]entry, *Fault) {
	var entries []entry
	for _, line := range lines {
		switch key, value, ok := keyed(line); {
		case isBlank(line) || line[0] == '#':
		case ok:
			if slices.ContainsFunc(entries, func(e entry) bool { return normal(e.key) == normal(key) }) {
				return nil, &Fault{"the frontmatter has the field `" + key + "` twice", "keep one of the two"}
			}
			entries = append(entries, entry{key, []string{value}})
		case len(entries) > 0 && (line[0] == ' ' || line[0] == '\t' || line == "-" || strings.HasPrefix(line, "- ")):
			last := &entries[len(entries)-1]
			if strings.HasPrefix(unmarked(line), "allowedtools:") {
				return nil, &Fault{"the frontmatter has allowed-tools inside of `" + last.key + "`", "begin the line with it"}
			}
			last.lines = append(last.lines, line)
		default:
			return nil, &Fault{"the frontmatter has a line that is not a field", "write FIELD: VALUE in each line"}
		}
	}
	return entries, nil
}

// maxKey is how long the name of a field may be, in bytes.
const maxKey = 64

// keyed takes apart a line KEY: VALUE.
func keyed(line string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(line, ":")
	key = strings.TrimRight(key, " \t")
	if !ok || key == "" || len(key) > maxKey || value != "" && value[0] != ' ' && value[0] != '\t' {
		return "", "", false
	}
	for i := range len(key) {
		c := key[i]
		if letter := 'a' <= c|0x20 && c|0x20 <= 'z'; !letter && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return "", "", false
		}
	}
	return key, value, true
}

// normal makes the spellings of a field the same: allowed-tools, allowedTools.
func normal(key string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key))
}

// unmarked is a line without blanks, quotes and hyphens.
func unmarked(line string) string {
	return strings.NewReplacer(" ", "", "\t", "", `"`, "", "'", "", "-", "", "_", "", "?", "").Replace(strings.ToLower(line))
}

// elsewhere are the fields by which a program would grant more, and what a profile
// has for each.
var elsewhere = [...]struct{ key, section string }{
	{"hooks", "hooks"}, {"tools", "allowedTools of the skill"}, {"mcpservers", "mcpServers"}, {"permissions", "permissions"},
	{"permissionmode", "permissions.mode"}, {"sandbox", "sandbox"}, {"env", "sandbox"}, {"shell", "permissions"},
}

func (f *Fields) take(e entry) {
	switch key := normal(e.key); key {
	case "name":
		f.Name = f.text(e)
	case "description":
		f.Description = f.text(e)
	case "allowedtools":
		f.Tools = tools(e.lines)
	default:
		for _, other := range elsewhere {
			if other.key == key {
				f.Faults = append(f.Faults, Fault{"the frontmatter has `" + e.key + "`, which belongs in the profile",
					"remove it, and write " + other.section + " in the profile"})
			}
		}
	}
}

// text is the value of a field that is text.
func (f *Fields) text(e entry) *string {
	text, ok := scalar(e.lines)
	if !ok {
		f.Faults = append(f.Faults, Fault{"the frontmatter has a `" + e.key + "` that is not plain text", "write " + e.key + `: "TEXT" in one line`})
		return nil
	}
	return &text
}

// scalar reads a text of one or several lines, with each run of blanks as one space.
func scalar(lines []string) (text string, ok bool) {
	first := strings.Trim(lines[0], " \t\r")
	joined := func() string { return folded(strings.Join(lines, " ")) }
	switch {
	case isBlock(first):
		return folded(strings.Join(lines[1:], " ")), true
	case strings.HasPrefix(first, `"`):
		return quoted(joined(), `"`, `\\`, `\`, `\"`, `"`, `\n`, " ", `\t`, " ", `\/`, "/", `\`, wrong, `"`, wrong)
	case strings.HasPrefix(first, "'"):
		return quoted(joined(), "'", "''", "'", "'", wrong)
	case first != "" && strings.ContainsRune("[]{},&*!%@`", rune(first[0])), first == "-", first == "?",
		strings.HasPrefix(first, "- "), strings.HasPrefix(first, "? "),
		first == "" && len(lines) > 1 && strings.HasPrefix(strings.TrimLeft(lines[1], " \t"), "-"):
		return "", false
	}
	bare := make([]string, len(lines))
	for i, line := range lines {
		bare[i] = uncommented(line)
	}
	return folded(strings.Join(bare, " ")), true
}

// wrong stands for what a quoted text must not hold. No line has it: it is a control character.
const wrong = "\x01"

func quoted(text, quote string, replacements ...string) (string, bool) {
	if len(text) < 2 || !strings.HasSuffix(text, quote) || strings.Contains(text, wrong) {
		return "", false
	}
	text = strings.NewReplacer(replacements...).Replace(text[1 : len(text)-1])
	return folded(text), !strings.Contains(text, wrong)
}

// isBlock reports whether a value is in the lines below its key: > or |, with
// indicators.
func isBlock(first string) bool {
	if first == "" || first[0] != '>' && first[0] != '|' {
		return false
	}
	rest := strings.TrimLeft(first[1:], "0123456789+-")
	return rest == "" || (rest[0] == ' ' || rest[0] == '\t') && strings.HasPrefix(strings.TrimLeft(rest, " \t"), "#")
}

// uncommented is a line up to where a comment begins.
func uncommented(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

// tools are the words of a list in any of its forms: with commas, blanks, brackets,
// quotes, or a line each.
func tools(lines []string) []string {
	names := []string{}
	for i, line := range lines {
		if i == 0 && isBlock(strings.Trim(line, " \t\r")) {
			continue
		}
		line = uncommented(withoutPatterns(line))
		for _, name := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r,[]\"'", r) }) {
			if name != "-" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// withoutPatterns removes text in parentheses.
func withoutPatterns(line string) string {
	var out strings.Builder
	for {
		before, rest, open := strings.Cut(line, "(")
		_, after, closed := strings.Cut(rest, ")")
		if !open || !closed {
			out.WriteString(line)
			return out.String()
		}
		out.WriteString(before)
		line = after
	}
}

// Folded is a text with each run of blanks and line breaks as one space.
func Folded(text string) string { return folded(text) }

func folded(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")
}

func isBlank(line string) bool { return strings.Trim(line, " \t\r") == "" }
