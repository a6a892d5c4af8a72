package manifestfile

import (
	"encoding/json"
	"fmt"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Check validates and canonicalises a manifest. places finds where in the
// author's files a problem is; label names the manifest.
func Check(data []byte, label string, places func(manifest.Problem) []diag.Position) (manifest.Judged, error) {
	judged, problems := manifest.Judge(data)
	if len(problems) > 0 {
		diagnostics := make([]diag.Diagnostic, len(problems))
		for i, p := range problems {
			diagnostics[i] = diagnosticOf(p, places(p))
		}
		return judged, Invalid(label, diagnostics)
	}
	return judged, nil
}

// diagnosticOf makes a diagnostic of a problem that package manifest found.
func diagnosticOf(p manifest.Problem, at []diag.Position) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.SeverityError, Code: p.Code, Path: p.Path, Pointer: p.Pointer,
		Message: p.Message, Expected: p.Expected, Hint: p.Hint, Positions: append([]diag.Position{}, at...),
		Veiled: manifest.InSecretSlot(p.Pointer)}
}

// Invalid is the error for everything that is wrong with a manifest.
func Invalid(label string, diagnostics []diag.Diagnostic) *diag.Error {
	summary := ""
	if n := len(diagnostics); n > 1 {
		summary = fmt.Sprintf("%s: %d problems", label, n)
	}
	return &diag.Error{Exit: diag.ExitInvalid, Diagnostics: diagnostics, Summary: summary}
}

// Name is the profile's name as the manifest has it.
func Name(canonical []byte) string {
	name := ""
	jsonread.Members(canonical, func(section string, value []byte) error {
		if section != "profile" {
			return nil
		}
		return jsonread.Members(value, func(field string, value []byte) error {
			if field == "name" {
				return json.Unmarshal(value, &name)
			}
			return nil
		})
	})
	return name
}
