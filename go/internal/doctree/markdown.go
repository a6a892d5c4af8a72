package doctree

import (
	"encoding/json"
	"strings"
)

// Document is a Markdown file: its frontmatter, and what is below.
type Document struct {
	// Front is nil where there is no frontmatter.
	Front *Node
	Body  string
	// Repaired lists the fields whose values are no YAML, and were taken as the strings
	// that they seem to be: an author who writes `description: Use it for: tests`.
	Repaired []string
}

// Markdown reads a Markdown file whose frontmatter, between two lines of three hyphens, is
// YAML. The error is about the frontmatter; then the body is right all the same.
func Markdown(data []byte, file string) (Document, error) {
	b := &builder{file: file}
	data, err := b.text(data)
	if err != nil {
		return Document{}, err
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	first, rest, found := strings.Cut(text, "\n")
	if !found || strings.TrimRight(first, " \t") != "---" {
		return Document{Body: text}, nil
	}
	var front strings.Builder
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		if rest = after; strings.TrimRight(line, " \t") == "---" {
			doc := Document{Body: strings.TrimLeft(rest, "\n")}
			doc.Front, err = readYAML([]byte(front.String()), file, 1)
			if err != nil {
				repaired, fields := repair(front.String())
				if n, again := readYAML([]byte(repaired), file, 1); again == nil {
					doc.Front, doc.Repaired, err = n, fields, nil
				}
			}
			if err == nil && !doc.Front.Is(Map) {
				err = b.fault(b.at(2, 1), "the frontmatter must be fields: NAME: VALUE")
				doc.Front = nil
			}
			return doc, err
		}
		front.WriteString(line + "\n")
	}
	return Document{Body: text}, nil // a line of hyphens alone is a rule
}

// repair quotes the values of fields at the left that are neither quoted nor more than a
// line.
func repair(front string) (text string, fields []string) {
	lines := strings.Split(front, "\n")
	for i, line := range lines {
		key, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if !ok || key == "" || key[0] == '-' || strings.ContainsAny(key, " \t#\"'[{") || value == "" || strings.ContainsAny(value[:1], `|>`) ||
			strings.ContainsAny(value[:1], `"'[{`) && strings.ContainsAny(value[len(value)-1:], `"']}`) {
			continue
		}
		if i+1 < len(lines) && strings.HasPrefix(lines[i+1], " ") {
			continue
		}
		if !strings.ContainsAny(value, ":#{}[],&*?|<>=!%@`\"'\\") {
			continue
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			continue
		}
		lines[i] = key + ": " + string(quoted)
		fields = append(fields, key)
	}
	return strings.Join(lines, "\n"), fields
}
