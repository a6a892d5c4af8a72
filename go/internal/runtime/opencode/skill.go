package opencode

import "encoding/json"

// quoted is a text as a string of JSON.
func quoted(text string) string {
	data, _ := json.Marshal(text)
	return string(data)
}
