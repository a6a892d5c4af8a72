package opencode

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func bytesOf(f manifest.SkillFile) []byte {
	switch {
	case f.Content == nil:
		return []byte(f.Text)
	case f.Content.Text != nil:
		return []byte(*f.Content.Text)
	case f.Content.Base64 != nil:
		data, _ := base64.StdEncoding.DecodeString(string(*f.Content.Base64)) // validated with the manifest
		return data
	}
	return nil
}

// entry is a SKILL.md with a frontmatter that has name and description, which the program
// wants. Where there is one, it says the same as the manifest, which is validated.
func entry(name, description string, content []byte) []byte {
	text := strings.TrimPrefix(string(content), "\ufeff")
	fields, found := frontmatter.Read(text)
	if found && fields.Name != nil && fields.Description != nil {
		return content
	}
	var add string
	if fields.Name == nil {
		add += "name: " + quoted(name) + "\n"
	}
	if fields.Description == nil {
		add += "description: " + quoted(strings.Join(strings.Fields(description), " ")) + "\n"
	}
	if !found {
		return []byte("---\n" + add + "---\n\n" + text)
	}
	_, rest, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n"), "\n")
	return []byte("---\n" + add + rest)
}

// quoted is a text in double quotes, in which YAML reads the escapes of JSON.
func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
