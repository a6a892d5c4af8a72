package grant

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Passage is a text of a manifest that a model reads.
type Passage struct {
	// Pointer (RFC 6901) is the field.
	Pointer string `json:"pointer"`
	Digest  string `json:"digest"`
	Text    string `json:"text"`
}

// Passages are the texts of a canonical manifest that a model reads: prompts,
// skills with their files, workflows, and what subagents are told.
func Passages(canonical []byte) []Passage {
	var out []Passage
	jsonread.Strings(canonical, func(pointer, text string, name bool) {
		parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
		text = Readable(pointer, text)
		if text != "" && !name && read(parts) {
			out = append(out, Passage{pointer, manifest.Digest([]byte(text)), text})
		}
	})
	order := []string{"prompts", "skills", "workflows", "subagents"}
	slices.SortStableFunc(out, func(a, b Passage) int {
		return slices.Index(order, section(a.Pointer)) - slices.Index(order, section(b.Pointer))
	})
	return out
}

func section(pointer string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return name
}

// isBase64 reports whether a string is the content of a binary file of a skill.
func isBase64(parts []string) bool {
	return len(parts) == 5 && parts[0] == "skills" && parts[2] == "files" && parts[4] == "base64"
}

// Readable is the text that a model can read in a string of a manifest.
func Readable(pointer, text string) string {
	if isBase64(strings.Split(strings.TrimPrefix(pointer, "/"), "/")) {
		return manifest.Base64(text).Readable()
	}
	return text
}

// read reports whether a model reads the field.
func read(parts []string) bool {
	last := parts[len(parts)-1]
	switch parts[0] {
	case "prompts":
		return len(parts) > 1 && (parts[1] == "system" || parts[1] == "append" || parts[1] == "initial")
	case "skills":
		return len(parts) > 2 && (last == "description" || parts[2] == "files")
	case "workflows":
		return len(parts) > 2 && last != "name" && last != "type"
	case "subagents":
		return len(parts) > 2 && (parts[2] == "description" || parts[2] == "prompts")
	}
	return false
}
