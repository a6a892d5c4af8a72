package resolve

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// FileKind is what a file with a manifest is.
type FileKind string

const (
	ManifestFile FileKind = "manifest"
	EnvelopeFile FileKind = "envelope"
	OlderFile    FileKind = "older"
)

// Words names the kind for people.
func (k FileKind) Words() string {
	switch k {
	case EnvelopeFile:
		return "an envelope (insomnia.resolved/v1)"
	case OlderFile:
		return "a manifest of the older kind"
	}
	return "a manifest (insomnia.pod/v1)"
}

// Judged is a file with a manifest that is valid.
type Judged struct {
	Kind   FileKind
	Name   string // of the profile
	Digest string // of the manifest that the file stands for
	Losses []diag.Diagnostic
}

// Judge reads a file of any kind and reports everything that is wrong with it.
func (r *Resolver) Judge(ctx context.Context, path string) (*Judged, error) {
	abs := Absolute(path, r.Dir)
	if strings.EqualFold(filepath.Ext(path), ".json") {
		data, err := readManifestFile(abs, path)
		if err != nil {
			return nil, err
		}
		if saysEnvelope(data) {
			e, err := r.Envelope(path)
			if err != nil {
				return nil, err
			}
			return &Judged{Kind: EnvelopeFile, Name: e.Profile.Name, Digest: e.Digest}, nil
		}
	}
	result, err := r.File(ctx, path, Options{})
	if err != nil {
		return nil, err
	}
	kind := ManifestFile
	if result.Older {
		kind = OlderFile
	}
	return &Judged{Kind: kind, Name: result.Profile.Name, Digest: result.Digest, Losses: result.Losses}, nil
}

// saysEnvelope tells whether a text says that it is an envelope, of whatever version.
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
