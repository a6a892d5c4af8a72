// Package manifestfile reads manifests from files: JSON or TOML written by hand,
// envelopes, and legacy manifests. Every problem is reported at its place in the
// file, and no message quotes the file where it may hold a key.
package manifestfile

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Kind is the kind of manifest that a file contains.
type Kind string

const (
	Plain    Kind = "manifest"
	Envelope Kind = "envelope"
	Legacy   Kind = "older"
)

// Words names the kind for people.
func (k Kind) Words() string {
	switch k {
	case Envelope:
		return "an envelope (insomnia.resolved/v1)"
	case Legacy:
		return "a legacy manifest"
	}
	return "a manifest (insomnia.pod/v1)"
}

// File is a file with a valid manifest.
type File struct {
	Kind     Kind
	Path     string // absolute
	Manifest []byte // canonical JSON, no newline
	Name     string // of the profile
	Digest   string
	// Losses are the settings of a legacy manifest that this one lacks.
	Losses []diag.Diagnostic
	// Typed is the text where it came from standard input, and nil for a file.
	Typed []byte

	places  sourceMap
	written []byte // as JSON, in the order of the file
}

// Written returns what the file has at a JSON pointer, as JSON, and where. It is
// false for what the file does not have, such as a default, and for a legacy manifest.
func (f *File) Written(pointer string) (value []byte, at diag.Position, ok bool) {
	if at, ok = f.places.at(pointer); !ok {
		return nil, at, false
	}
	value = f.written
	for key := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		var found []byte
		jsonread.Members(value, func(name string, value []byte) error {
			if pointerKey(name) == key {
				found = value
			}
			return nil
		})
		value = found // none below a list
	}
	return value, at, value != nil
}

// Place returns the place of a JSON pointer in the file.
func (f *File) Place(pointer string) (diag.Position, bool) {
	at, ok := f.places[pointer]
	return at, ok
}

func fileOf(kind Kind, path string, canonical []byte) *File {
	return &File{Kind: kind, Path: path, Manifest: canonical, Name: Name(canonical), Digest: manifest.Digest(canonical)}
}

// Reader reads manifests from files.
type Reader struct {
	Dir string // relative names start from it
	// Evaluate evaluates the profile that a legacy manifest is converted to, and
	// returns its canonical manifest. Errors are *diag.Error.
	Evaluate func(ctx context.Context, p *legacy.Profile) ([]byte, error)
	// Stdin is the input that the name [Stdin] reads; nil for that of this process.
	Stdin io.Reader

	typed []byte // from Stdin; nil before it is read
}

// Read reads a manifest written by hand, TOML or JSON: it is completed with the
// defaults, validated and canonicalised. A legacy manifest is converted.
func (r *Reader) Read(ctx context.Context, path string) (*File, error) {
	path, err := r.named(path)
	if err != nil {
		return nil, err
	}
	abs, data, err := r.read(path)
	if err != nil {
		return nil, err
	}
	written := data
	var places sourceMap
	var found []diag.Diagnostic
	asWritten := false // the validator sees the file itself, and its lines are the file's
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".json":
		places = jsonPlaces(data, abs)
	case ".toml":
		if data, places, found, err = tomlToJSON(data, abs); err != nil {
			return nil, err
		}
		if legacy.Recognise(data) {
			old := &legacyFile{abs: abs, doc: data, places: places, found: found}
			c, err := r.convert(ctx, old)
			if err != nil {
				return nil, err
			}
			f := fileOf(Legacy, abs, c.Manifest)
			f.Typed = r.typed
			f.Losses = c.Profile.Losses
			return f, nil
		}
	case ".nix", ".md":
		return nil, usage("manifest-is-profile", "--manifest reads a resolved or hand-written manifest, and %s is a profile", path).
			Hintf("insomnia resolve %s", path)
	default:
		return nil, usage("manifest-format", "--manifest needs a file that ends in .json or .toml: %s", path)
	}

	source := diag.NewSource(string(written))
	find := func(p manifest.Problem) []diag.Position {
		if asWritten && len(p.Positions) > 0 {
			at := p.Positions[0]
			return []diag.Position{{File: abs, Line: at.Line, Column: at.Column, Note: at.Note, Source: source}}
		}
		if at, ok := places.at(p.Pointer); ok {
			return []diag.Position{at}
		}
		return []diag.Position{{File: abs}}
	}
	complete, problems := manifest.FillDefaults(data)
	if len(problems) > 0 {
		complete, asWritten = data, strings.EqualFold(filepath.Ext(path), ".json") // what cannot be read is reported from the file as it is
	}
	told := pointers(found)
	for _, p := range manifest.Validate(data) {
		// Completing rewrites numbers (1.0 as 1), so what is there is judged as it
		// was written; what is missing, and the rules, only when it is complete.
		if p.Code != "required" && !strings.HasPrefix(p.Code, "rule-") && len(problems) == 0 && !told[p.Pointer] {
			found = append(found, diagnosticOf(p, find(p)))
		}
	}
	judged, err := Check(complete, filepath.Base(path), find)
	if len(found) > 0 || err != nil {
		found = together(found, err)
		for i := range found {
			// What cannot be read may hold a key anywhere.
			found[i].Veiled = found[i].Veiled || len(problems) > 0
		}
		return nil, Invalid(filepath.Base(path), found)
	}
	f := fileOf(Plain, abs, judged.Canonical)
	f.places, f.written, f.Typed = places, data, r.typed
	return f, nil
}

func pointers(found []diag.Diagnostic) map[string]bool {
	told := map[string]bool{}
	for _, d := range found {
		told[d.Pointer] = true
	}
	return told
}

// together adds to the problems found so far those of validation at other places.
func together(found []diag.Diagnostic, err error) []diag.Diagnostic {
	if err == nil {
		return found
	}
	told := pointers(found)
	for _, d := range diag.From(err).Diagnostics {
		if !told[d.Pointer] {
			found = append(found, d)
		}
	}
	return found
}

// MaxSize leaves room for comments and spaces around 8 MiB of manifest.
const MaxSize = 16 << 20

func read(abs, typed string) ([]byte, error) {
	data, err := bounded.ReadFile(abs, MaxSize)
	switch {
	case err == nil:
		return data, nil
	case errors.Is(err, bounded.ErrTooLarge):
		return nil, diag.Errorf(diag.ExitInvalid, "max-bytes", "%s has more than %d MiB", typed, MaxSize>>20).At(diag.Position{File: abs}).
			Expectedf("at most 8 MiB of manifest")
	case errors.Is(err, bounded.ErrNotRegular):
		return nil, diag.Errorf(diag.ExitNotFound, "manifest-not-found", "%s is not a manifest: %v", typed, bounded.Reason(err)).
			Hintf("name the file that holds the manifest")
	}
	return nil, diag.Errorf(diag.ExitNotFound, "manifest-not-found", "cannot read %s: %v", typed, bounded.Reason(err))
}

func usage(code, format string, args ...any) *diag.Error {
	return diag.Errorf(diag.ExitUsage, code, format, args...)
}
