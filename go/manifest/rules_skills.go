package manifest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

func (c *checker) skillRules(at *location, skill *value) {
	files := skill.get("files")
	if !files.is(kindObject) {
		return
	}
	if files.get("SKILL.md") == nil {
		c.report(at.field("files"), "rule-skill-file", "has no SKILL.md", "a file SKILL.md", `set files."SKILL.md" to the instructions of the skill`)
	}
	c.fileNameRules(at.field("files"), files)
	c.fileContentRules(at.field("files"), files)
	entry := files.get("SKILL.md")
	if entry.is(kindObject) {
		entry = entry.get("text")
	}
	if entry.is(kindString) {
		c.frontmatterRules(at, skill, entry.text)
	}
}

// fileContentRules hold what is more than text to one content that can be read.
func (c *checker) fileContentRules(at *location, files *value) {
	const code = "rule-skill-content"
	for _, m := range files.members {
		if !m.value.is(kindObject) {
			continue
		}
		text, bytes := m.value.get("text"), m.value.get("base64")
		at := at.field(m.name)
		switch {
		case (text == nil) == (bytes == nil):
			c.report(at, code, "must have either text or base64", "{ text = \"…\"; } or { base64 = \"…\"; }", "set one of the two")
		case m.name == "SKILL.md" && bytes != nil:
			c.report(at, code, "SKILL.md must be text, not base64", "{ text = \"…\"; }", "write it as text: builtins.readFile ./SKILL.md")
		case bytes.is(kindString) && len(bytes.text) <= MaxBase64Bytes:
			if message, hint := base64Fault(bytes.text); message != "" {
				c.report(at.field("base64"), code, message, "padded RFC 4648 base64 on one line", hint)
			}
		}
	}
}

// base64Fault returns why a text is not the base64 of a file. Only this check detects
// the base64 of text: the Nix library cannot decode it.
func base64Fault(text string) (message, hint string) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	switch {
	case err != nil || strings.ContainsAny(text, "\r\n"): // which the decoder passes over
		return "is not valid base64", "write what `base64 -w0 FILE` prints, without a line break at the end"
	case len(data) > 0 && utf8.Valid(data) && !slices.Contains(data, 0):
		return "must not be base64 of text, which readers of the profile cannot see", "write it as text"
	}
	return "", ""
}

// frontmatterRules compare the frontmatter that a program reads in a SKILL.md with the
// fields of the skill, so that it allows nothing that the user did not consent to.
func (c *checker) frontmatterRules(at *location, skill *value, text string) {
	fields, found := frontmatter.Read(text)
	if !found {
		return
	}
	report := func(message, hint string) {
		c.report(at.field("files").field("SKILL.md"), "rule-skill-frontmatter", keyform.Mask(message), "a frontmatter that agrees with the skill", keyform.Mask(hint))
	}
	for _, fault := range fields.Faults {
		report(fault.Message, fault.Hint)
	}
	if fields.Name != nil && *fields.Name != at.key {
		report("the name in the frontmatter must be "+shown(at.key)+", got "+shown(*fields.Name), "write name: "+at.key)
	}
	if description, is := skill.textOf("description"); is && fields.Description != nil && *fields.Description != frontmatter.Folded(description) {
		report("the description in the frontmatter differs from that of the skill", "write description: "+string(appendString(nil, frontmatter.Folded(description))))
	}
	allowed := skill.names("allowedTools")
	var strange, missing []string
	for _, name := range fields.Tools {
		tool, known := grammar.Foreign(name)
		switch {
		case !known:
			strange = append(strange, shown(name))
		case tool != "" && !anyCovers(allowed, tool) && !slices.Contains(missing, tool):
			missing = append(missing, tool)
		}
	}
	if len(strange) > 0 {
		report("unknown tools in allowed-tools of the frontmatter: "+strings.Join(strange, ", "), "remove them from allowed-tools")
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		all := slices.Concat(allowed, missing)
		slices.Sort(all)
		report("the frontmatter allows "+quotedNames(missing, ", ")+", which allowedTools of the skill does not",
			"write allowedTools = [ "+quotedNames(slices.Compact(all), " ")+" ], or remove them from allowed-tools")
	}
}

func quotedNames(names []string, between string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = shown(name)
	}
	return strings.Join(quoted, between)
}

// maxNameBytes is how long most file systems allow a name to be.
const maxNameBytes = 255

// path is a file of a skill, or a directory that one is in.
type path struct {
	spelled   string
	directory bool
}

// fileNameRules report the paths that some system cannot have, or takes for another.
func (c *checker) fileNameRules(at *location, files *value) {
	const code = "rule-skill-names"
	if len(files.members) == 1 && files.members[0].name == "SKILL.md" {
		return
	}
	names := make([]string, len(files.members))
	for i, m := range files.members {
		names[i] = m.name
	}
	slices.Sort(names)
	form := manifestSchema.property("skills").additional.property("files").propertyNames
	first := make(map[string]path, 2*len(names))
	for _, name := range names {
		if !form.accepts(&value{kind: kindString, text: name}) {
			continue
		}
		if message, hint := nameFault(name); message != "" {
			c.report(at.field(name), code, message, "a path below the directory of the skill", hint)
			continue
		}
		clash := ""
		for i := range len(name) + 1 {
			if i < len(name) && name[i] != '/' {
				continue
			}
			own := path{name[:i], i < len(name)}
			key := folded(own.spelled)
			other, known := first[key]
			if !known {
				first[key] = own
			} else if other != own && clash == "" {
				clash = other.spelled
				if other.directory {
					clash += "/"
				}
			}
		}
		if clash != "" {
			c.report(at.field(name), code, "cannot exist together with "+shown(clash),
				"paths that differ in more than case, none of them below a file", "rename one of the two")
		}
	}
}

// configurations are the names that programs look for in any directory, to read their
// settings from it or to run what is in it.
var configurations = [...]string{".git", ".claude", ".claude-plugin", ".codex", ".opencode", ".mcp.json"}

// nameFault returns why a file of a skill cannot have this path, and what to do.
func nameFault(name string) (message, hint string) {
	if name == "" {
		return "the name is empty", "write the name of a file"
	}
	if strings.HasPrefix(name, "/") {
		return "begins with a slash", "write " + named(strings.TrimLeft(name, "/"))
	}
	if strings.Contains(name, `\`) {
		return "has a backslash", "write / between directories"
	}
	for _, r := range name {
		if r == utf8.RuneError || unseen.Hidden(r) {
			return fmt.Sprintf("contains an invisible character, U+%04X", r), "remove the character"
		}
	}
	for i, part := range strings.Split(name, "/") {
		switch {
		case part == "":
			return "has an empty part", "write one slash between directories, and none at the end"
		case part == "." || part == "..":
			return "`" + part + "` is not resolved", "write the path from the directory of the skill"
		case part == "~" && i == 0:
			return "is not expanded to the home directory", "write the content: builtins.readFile ./FILE"
		case len(part) > maxNameBytes:
			return fmt.Sprintf("a part must have at most %d bytes, got %d", maxNameBytes, len(part)), "shorten it"
		case slices.Contains(configurations[:], folded(part)):
			return named(part) + " is reserved for the configuration of programs", "give the file another name"
		}
	}
	return "", ""
}

// folded is a text in which letters that differ only by case are the same. For Nix,
// [Folds] has all that is not ASCII.
func folded(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.Map(fold, text)
		}
	}
	return strings.ToLower(text)
}

// fold is the letter of ASCII among those that differ from r only by case, else the first.
func fold(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	if least >= 'A' && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}

// Folds returns each character beyond ASCII that case folding maps to another.
func Folds() map[string]string {
	folds := map[string]string{}
	for r := rune(utf8.RuneSelf); r <= unicode.MaxRune; r++ {
		if to := fold(r); to != r {
			folds[string(r)] = string(to)
		}
	}
	return folds
}
