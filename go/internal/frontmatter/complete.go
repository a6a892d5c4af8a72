package frontmatter

import (
	"encoding/json"
	"strings"
)

// Complete returns a SKILL.md with a frontmatter that has name and description, without
// which programs do not take it for a skill. Where it has one, that says the same, which
// is validated with the manifest.
func Complete(name, description string, content []byte) []byte {
	text := strings.TrimPrefix(string(content), "\ufeff")
	fields, found := Read(text)
	if found && fields.Name != nil && fields.Description != nil {
		return content
	}
	var add string
	if fields.Name == nil {
		add += "name: " + inQuotes(name) + "\n"
	}
	if fields.Description == nil {
		add += "description: " + inQuotes(strings.Join(strings.Fields(description), " ")) + "\n"
	}
	if !found {
		return []byte("---\n" + add + "---\n\n" + text)
	}
	_, rest, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n"), "\n")
	return []byte("---\n" + add + rest)
}

// inQuotes is a text in double quotes, in which YAML reads the escapes of JSON.
func inQuotes(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
