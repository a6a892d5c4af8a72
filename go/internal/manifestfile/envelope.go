package manifestfile

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Envelope reads an envelope that was written before, by `resolve --provenance` or by
// an export. Its white space does not matter; its content must be as it was resolved.
func (r *Reader) Envelope(path string) (*manifest.Envelope, error) {
	path, err := r.named(path)
	if err != nil {
		return nil, err
	}
	abs, data, err := r.read(path)
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
		diagnostics[i] = diagnosticOf(p, []diag.Position{at})
		diagnostics[i].Veiled = true // one line is all there is, as a rule, and it may hold a key
	}
	return nil, Invalid(filepath.Base(path), diagnostics)
}

// Judge reads a file of any kind and reports everything that is wrong with it.
func (r *Reader) Judge(ctx context.Context, path string) (*File, error) {
	path, err := r.named(path)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(filepath.Ext(path), ".json") {
		abs, data, err := r.read(path)
		if err != nil {
			return nil, err
		}
		if saysEnvelope(data) {
			e, err := r.Envelope(path)
			if err != nil {
				return nil, err
			}
			return fileOf(Envelope, abs, e.Manifest), nil
		}
	}
	return r.Read(ctx, path)
}

// saysEnvelope reports whether a text claims to be an envelope, of whatever version.
func saysEnvelope(data []byte) bool {
	var top struct {
		Schema   any             `json:"schema"`
		Manifest json.RawMessage `json:"manifest"`
	}
	if json.Unmarshal(data, &top) != nil {
		return false
	}
	schema, _ := top.Schema.(string)
	return strings.HasPrefix(schema, "insomnia.resolved/") || top.Manifest != nil
}
