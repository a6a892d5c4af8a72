package opencode

import (
	"encoding/base64"
	"encoding/json"

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

// quoted is a text as a string of JSON.
func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
