package resolve

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// sourceMap finds where in a manifest file a JSON pointer stands.
type sourceMap map[string]diag.Position

// at is the place of the pointer, or of what holds it.
func (m sourceMap) at(pointer string) (diag.Position, bool) {
	for {
		if p, ok := m[pointer]; ok {
			return p, true
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return diag.Position{}, false
		}
		pointer = pointer[:i]
	}
}

// File resolves a manifest written by hand, TOML or JSON: it is completed with
// the defaults, validated and canonicalised. No Nix is needed.
func (r *Resolver) File(ctx context.Context, path string, options Options) (*Resolved, error) {
	abs := Absolute(path, r.Dir)
	data, err := readManifestFile(abs, path)
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
			older := &olderFile{abs: abs, doc: data, places: places, found: found}
			return r.resolveOlder(ctx, older, path, options)
		}
	case ".nix":
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
			found = append(found, problemOf(p, find(p)))
		}
	}
	canonical, err := checkManifest(complete, filepath.Base(path), find)
	if len(found) > 0 || err != nil {
		found = together(found, err)
		for i := range found {
			// What cannot be read may hold a key anywhere.
			found[i].Veiled = found[i].Veiled || len(problems) > 0
		}
		return nil, invalid(filepath.Base(path), found)
	}
	return r.ofManifest(canonical, abs, path, options)
}

// ofManifest is a manifest that came from a file.
func (r *Resolver) ofManifest(canonical []byte, abs, path string, options Options) (*Resolved, error) {
	result := resolved(manifest.Identity{Name: manifestName(canonical), Source: "manifest", Ref: path}, canonical)
	if options.Provenance {
		hash, err := NarHash(abs)
		if err != nil {
			return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash %s: %v", path, err)
		}
		result.Provenance = &manifest.Provenance{Program: r.program(), Evaluator: "none", NarHash: hash}
	}
	return result, nil
}

func pointers(found []diag.Diagnostic) map[string]bool {
	told := map[string]bool{}
	for _, d := range found {
		told[d.Pointer] = true
	}
	return told
}

// together adds to the problems found so far what validation says of other places.
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

// maxManifestFile leaves room for comments and spaces around 8 MiB of manifest.
const maxManifestFile = 16 << 20

func readManifestFile(abs, typed string) ([]byte, error) {
	data, err := bounded.ReadFile(abs, maxManifestFile)
	switch {
	case err == nil:
		return data, nil
	case errors.Is(err, bounded.ErrTooLarge):
		return nil, diag.Errorf(diag.ExitInvalid, "max-bytes", "%s has more than %d MiB", typed, maxManifestFile>>20).At(diag.Position{File: abs}).
			Expectedf("at most 8 MiB of manifest")
	case errors.Is(err, bounded.ErrNotRegular):
		return nil, diag.Errorf(diag.ExitNotFound, "manifest-not-found", "%s is not a manifest: %v", typed, bounded.Reason(err)).
			Hintf("name the file that holds the manifest")
	}
	return nil, diag.Errorf(diag.ExitNotFound, "manifest-not-found", "cannot read %s: %v", typed, bounded.Reason(err))
}

// lineIndex turns byte offsets into lines and columns.
type lineIndex struct {
	file   string
	source *diag.Source
	starts []int
}

func newLineIndex(file string, data []byte) *lineIndex {
	x := &lineIndex{file: file, source: diag.NewSource(string(data)), starts: []int{0}}
	for i, c := range data {
		if c == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

func (x *lineIndex) position(offset int) diag.Position {
	lo, hi := 0, len(x.starts)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; x.starts[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return diag.Position{File: x.file, Line: lo + 1, Column: offset - x.starts[lo] + 1, Source: x.source}
}

// pointerKey is a key as it stands in a JSON pointer.
func pointerKey(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
