package resolve

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Origin describes the source of one value of a manifest. Values in slots for secrets
// are never included.
type Origin struct {
	Path  string          `json:"path"` // dotted
	Value json.RawMessage `json:"value"`
	// Definitions are the effective definitions: one, or for a list all that contribute to
	// it. Empty if no author set the value.
	Definitions []Definition `json:"definitions"`
	// Overrode are written or derived definitions that have no effect.
	Overrode []Definition `json:"overrode"`
	Preset   *Preset      `json:"preset"`  // what the value was derived from, or null
	Default  bool         `json:"default"` // the schema's default
}

// Definition is one value that was written, or derived if Preset is set.
type Definition struct {
	File     string          `json:"file,omitempty"` // empty where no place is known
	Line     int             `json:"line,omitempty"`
	Column   int             `json:"column,omitempty"`
	Priority int             `json:"priority,omitempty"` // the lower one wins; 100 for what is written plainly
	Value    json.RawMessage `json:"value"`
	Preset   *Preset         `json:"preset,omitempty"`
	// Elements are the places of the elements of a list, null where the one of the
	// list is all that is known; absent where that holds for all of them.
	Elements []*Element `json:"elements,omitempty"`

	source *diag.Source
	own    bool // in the files of the profile's author
}

// Element is the place of an element of a list, in the file of the list.
type Element struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Preset is a semantic preset that a value was derived from.
type Preset struct {
	Name        string          `json:"name"`
	Value       json.RawMessage `json:"value"`
	Formula     string          `json:"formula"`
	Definitions []Definition    `json:"definitions"` // empty: it is the preset's default
	Overrode    []Definition    `json:"overrode"`
}

// Place returns the position of the definition.
func (d Definition) Place() diag.Position {
	return diag.Position{File: d.File, Line: d.Line, Column: d.Column, Source: d.source}
}

// told is one entry of the library's `explain`.
type told struct {
	Value       json.RawMessage  `json:"value"`
	Definitions []toldDefinition `json:"definitions"`
	Overrode    []toldDefinition `json:"overrode"`
	Preset      *toldPreset      `json:"preset"`
	Default     bool             `json:"default"`
}

type toldDefinition struct {
	evaluate.Position
	Priority int             `json:"priority"`
	Value    json.RawMessage `json:"value"`
	Preset   *toldPreset     `json:"preset"`
	Elements []*Element      `json:"elements"`
}

type toldPreset struct {
	Name        string           `json:"name"`
	Value       json.RawMessage  `json:"value"`
	Formula     string           `json:"formula"`
	Definitions []toldDefinition `json:"definitions"`
	Overrode    []toldDefinition `json:"overrode"`
}

// originsOf reads the library's explanation of a profile. For a plain manifest only the
// place of the output is known.
func originsOf(a *answer, canonical []byte, in evaluate.Sources) ([]Origin, error) {
	if a.Explain == nil {
		if a.Kind == "profile" {
			return nil, diag.Errorf(diag.ExitEvaluation, "no-explanation", "the library that made this profile cannot explain it").
				Hintf("update the flake's input insomnia")
		}
		return plainOrigins(a, canonical, in)
	}
	out := make([]Origin, 0, len(a.Explain))
	for _, path := range slices.Sorted(maps.Keys(a.Explain)) {
		t := a.Explain[path]
		out = append(out, Origin{Path: path, Value: t.Value, Default: t.Default, Preset: presetOf(t.Preset, in),
			Definitions: definitionsOf(t.Definitions, in), Overrode: definitionsOf(t.Overrode, in)})
	}
	return out, nil
}

func definitionsOf(list []toldDefinition, in evaluate.Sources) []Definition {
	out := make([]Definition, len(list))
	for i, d := range list {
		out[i] = Definition{Priority: d.Priority, Value: d.Value, Preset: presetOf(d.Preset, in)}
		if at, ok := in.Place(d.Position); ok {
			out[i].File, out[i].Line, out[i].Column, out[i].source = at.File, at.Line, at.Column, at.Source
			out[i].Elements, out[i].own = d.Elements, in.Own(at.File)
		}
	}
	return out
}

func presetOf(p *toldPreset, in evaluate.Sources) *Preset {
	if p == nil {
		return nil
	}
	return &Preset{Name: p.Name, Value: p.Value, Formula: p.Formula,
		Definitions: definitionsOf(p.Definitions, in), Overrode: definitionsOf(p.Overrode, in)}
}

// fileOrigins returns the origins of a manifest written by hand: the values in the file
// are defined there, the rest by the schema.
func fileOrigins(f *manifestfile.File) ([]Origin, error) {
	leaves, err := manifest.Leaves(f.Manifest)
	if err != nil {
		return nil, illegible(Options{}, err)
	}
	out := make([]Origin, len(leaves))
	for i, leaf := range leaves {
		o := Origin{Path: leaf.Path, Value: leaf.Value, Definitions: []Definition{}, Overrode: []Definition{}}
		value, at, ok := f.Written(leaf.Pointer)
		if leaf.Secret && strings.HasPrefix(string(leaf.Value), `{"value":`) {
			o.Value = json.RawMessage(`"<secret>"`)
			value = o.Value
		}
		if o.Default = !ok; ok {
			d := Definition{File: at.File, Line: at.Line, Column: at.Column, Priority: 100, Value: value, source: at.Source, own: true}
			var list []json.RawMessage
			if json.Unmarshal(value, &list) == nil {
				for n := range list {
					at, ok := f.Place(leaf.Pointer + "/" + strconv.Itoa(n))
					if !ok {
						d.Elements = append(d.Elements, nil)
						continue
					}
					d.Elements = append(d.Elements, &Element{Line: at.Line, Column: at.Column})
				}
			}
			o.Definitions = append(o.Definitions, d)
		}
		out[i] = o
	}
	return out, nil
}

// plainOrigins returns the origins of a result of mkManifest: all values are defined at
// the output.
func plainOrigins(a *answer, canonical []byte, in evaluate.Sources) ([]Origin, error) {
	leaves, err := manifest.Leaves(canonical)
	if err != nil {
		return nil, illegible(Options{}, err)
	}
	out := make([]Origin, len(leaves))
	for i, leaf := range leaves {
		out[i] = Origin{Path: leaf.Path, Value: leaf.Value, Definitions: []Definition{}, Overrode: []Definition{}}
		if leaf.Secret && strings.HasPrefix(string(leaf.Value), `{"value":`) {
			out[i].Value = json.RawMessage(`"<secret>"`)
		}
		if a.Position == nil {
			continue
		}
		if at, ok := in.Place(*a.Position); ok {
			out[i].Definitions = append(out[i].Definitions,
				Definition{File: at.File, Line: at.Line, Column: at.Column, Priority: 100, Value: out[i].Value, source: at.Source, own: in.Own(at.File)})
		}
	}
	return out, nil
}
