package resolve

import (
	"path/filepath"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Envelope reads an envelope that was written before, by `resolve
// --provenance` or by an export. How it is spaced does not matter; what it says
// must be as it was resolved.
func (r *Resolver) Envelope(path string) (*manifest.Envelope, error) {
	abs := Absolute(path, r.Dir)
	data, err := readManifestFile(abs, path)
	if err != nil {
		return nil, err
	}
	text := data
	if spaced := jsontext.Value(data).Clone(); spaced.Canonicalize(jsontext.CanonicalizeRawInts(false)) == nil {
		text = spaced
	}
	e, problems := manifest.DecodeEnvelope(text)
	if len(problems) == 0 {
		return e, nil
	}
	places := jsonPlaces(data, abs)
	diagnostics := make([]diag.Diagnostic, len(problems))
	for i, p := range problems {
		at := diag.Position{File: abs}
		if found, ok := places.at(p.Pointer); ok {
			at = found
		}
		diagnostics[i] = problemOf(p, []diag.Position{at})
		diagnostics[i].Veiled = true // one line is all there is, as a rule, and it may hold a key
	}
	return nil, invalid(filepath.Base(path), diagnostics)
}
