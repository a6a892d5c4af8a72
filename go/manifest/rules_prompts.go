package manifest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// contextFileRules hold context files to globs below the workspace.
func (c *checker) contextFileRules(v *value) {
	list := v.get("prompts").get("contextFiles")
	if !list.is(kindArray) {
		return
	}
	at := (*location)(nil).field("prompts").field("contextFiles")
	form := manifestSchema.property("prompts").property("contextFiles").items
	for i, file := range list.items {
		if !form.accepts(file) {
			continue
		}
		if message, hint := contextFileFault(file.text); message != "" {
			c.report(at.element(i), "rule-context-file", shown(file.text)+": "+message, "a path or glob below the workspace, such as AGENTS.md or **/AGENTS.md", hint)
		}
	}
}

// byValue is how a text comes into the context that is not of the workspace.
const byValue = "copy the file next to the profile, and add its text to prompts.append: builtins.readFile ./FILE"

// contextFileFault returns why a glob is not a valid context file, and what to write.
func contextFileFault(glob string) (message, hint string) {
	switch {
	case glob == "":
		return "the path is empty", "write AGENTS.md"
	case strings.HasPrefix(glob, "/"):
		return "must be below the workspace: a manifest must work on any machine", byValue
	case glob == "~" || strings.HasPrefix(glob, "~/"):
		return "must not be in the home directory: a manifest must work on any machine", byValue
	case strings.ContainsAny(glob, `[]{}\`):
		return "must not contain brackets, braces or a backslash", "write an entry for each name, or * for a part of it"
	}
	for _, r := range glob {
		if r == utf8.RuneError || unseen.Hidden(r) {
			return fmt.Sprintf("contains an invisible character, U+%04X", r), "remove the character"
		}
	}
	parts := strings.Split(glob, "/")
	for i, part := range parts {
		switch {
		case part == "..":
			return "must not contain `..`", byValue
		case part == "." && len(parts) > 1:
			return "must not contain `.`", "write the path without it"
		case part == "":
			return "has an empty part", "write one slash between directories, and none at the end"
		case part == "**" && i == len(parts)-1:
			return "`**` matches only directories", "write the name of a file after it, such as **/AGENTS.md"
		case part != "**" && strings.Contains(part, "**"):
			return "two stars must be alone between slashes", "write * for a part of a name, ** for any directories"
		}
	}
	return "", ""
}
