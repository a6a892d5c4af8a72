package frontmatter

import (
	"encoding/json"
	"strings"
)

// Complete returns a SKILL.md with a frontmatter that has name and description, which
// programs require of a skill. If it has one already, validation of the manifest has
// checked that it agrees.
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

// Replace returns a SKILL.md whose frontmatter has name and description and nothing else:
// programs read more there than a manifest holds, such as tools that need no question.
func Replace(name, description string, content []byte) []byte {
	return []byte("---\n" + Field("name", name) + Field("description", description) + "---\n" + body(string(content)))
}

// Field is a line of a frontmatter.
func Field(key, value string) string { return key + ": " + inQuotes(value) + "\n" }

// body is a text without its frontmatter.
func body(text string) string {
	rest := strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	first, rest, ok := strings.Cut(rest, "\n")
	if !ok || strings.TrimRight(first, " \t\r") != "---" {
		return text
	}
	for ok {
		var line string
		line, rest, ok = strings.Cut(rest, "\n")
		if strings.TrimRight(line, " \t\r") == "---" {
			return rest
		}
	}
	return text
}
