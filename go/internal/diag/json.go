package diag

import (
	"encoding/json"
	"io"
)

// Report is the JSON form of an Error.
type Report struct {
	Schema      string       `json:"schema"` // "insomnia.diagnostics/v1"
	Exit        Exit         `json:"exit"`
	Meaning     string       `json:"meaning"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	// Omitted is how many further diagnostics there are.
	Omitted int `json:"omitted,omitempty"`
}

// WriteJSON writes the error as one line of JSON.
func WriteJSON(w io.Writer, e *Error) error {
	diagnostics, omitted := bounded(e.Diagnostics)
	if diagnostics == nil {
		diagnostics = []Diagnostic{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(Report{Schema: "insomnia.diagnostics/v1", Exit: e.Exit, Meaning: e.Exit.Meaning(), Diagnostics: diagnostics, Omitted: omitted})
}
