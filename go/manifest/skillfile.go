package manifest

import (
	"encoding/base64"
	"strings"

	"github.com/go-json-experiment/json"
)

// MaxBase64Bytes is how long the base64 of a file is at most: that of 1 MiB.
const MaxBase64Bytes = (MaxTextBytes + 2) / 3 * 4

// Base64 is bytes in the standard alphabet of RFC 4648, with padding and without line
// breaks; rule-skill-content holds it to that.
type Base64 string

func (Base64) Constraint() Constraint { return Constraint{MaxBytes: MaxBase64Bytes} }

// Readable returns the bytes as a reader sees them, with a mark for each invalid one.
func (b Base64) Readable() string {
	data, err := base64.StdEncoding.DecodeString(string(b))
	if err != nil {
		return string(b)
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(data), "\uFFFD"), "\x00", "\uFFFD")
}

// SkillFile is a file of a skill: its text, or Content for what is more than text.
type SkillFile struct {
	Text    Text // where Content is nil
	Content *FileContent
}

// FileContent is a file of a skill that is binary or executable: exactly one of Text
// and Base64 is set.
type FileContent struct {
	// The text of the file.
	Text *Text `json:"text,omitzero"`
	// The bytes of a binary file in base64 (RFC 4648, padded, on one line).
	Base64 *Base64 `json:"base64,omitzero"`
	// Whether the file can be started as a program; absent for false.
	Executable *bool `json:"executable,omitzero"`
}

// Alternatives returns the types that are allowed as the value.
func (SkillFile) Alternatives() []any { return []any{Text(""), FileContent{}} }

// Executable reports whether the file can be started.
func (f SkillFile) Executable() bool {
	return f.Content != nil && f.Content.Executable != nil && *f.Content.Executable
}

// Bytes is the content of the file.
func (f SkillFile) Bytes() ([]byte, error) {
	switch {
	case f.Content == nil:
		return []byte(f.Text), nil
	case f.Content.Text != nil:
		return []byte(*f.Content.Text), nil
	case f.Content.Base64 != nil:
		return base64.StdEncoding.DecodeString(string(*f.Content.Base64))
	}
	return nil, nil
}

// Plain is the file in the one way to write it: as text alone where it is no more.
func (f SkillFile) Plain() SkillFile {
	switch {
	case f.Content == nil || f.Executable():
		return f
	case f.Content.Text != nil:
		return SkillFile{Text: *f.Content.Text}
	}
	return SkillFile{Content: &FileContent{Base64: f.Content.Base64}}
}

func (f SkillFile) MarshalJSON() ([]byte, error) {
	if f.Content != nil {
		return json.Marshal(f.Content)
	}
	return json.Marshal(f.Text)
}

func (f *SkillFile) UnmarshalJSON(data []byte) error {
	*f = SkillFile{}
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &f.Text)
	}
	return json.Unmarshal(data, &f.Content, json.RejectUnknownMembers(true))
}
