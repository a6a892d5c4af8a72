package manifest

import "github.com/go-json-experiment/json"

// Decode reads a manifest strictly and checks all of it. It returns the manifest if
// there is no problem, and otherwise all problems.
//
// Beyond the schema and the rules, these are problems: more than [MaxManifestBytes],
// nesting beyond [MaxDepth], a duplicate key, a key in the wrong case, text that is not
// Unicode, a byte order mark, anything after the manifest, and numbers that JSON does
// not have.
func Decode(data []byte) (*Manifest, []Problem) {
	_, problems := judge(data)
	if len(problems) > 0 {
		return nil, problems
	}
	return decode(data)
}

// DecodeForm is [Decode] without the rules: for a manifest that was judged before,
// perhaps by an earlier version of this program, whose rules were fewer.
func DecodeForm(data []byte) (*Manifest, []Problem) {
	if _, problems := form(data); len(problems) > 0 {
		return nil, problems
	}
	return decode(data)
}

// DecodeJudged is [Decode] of what [Check] or [Judge] gave as canonical bytes.
func DecodeJudged(canonical []byte) (*Manifest, []Problem) { return decode(canonical) }

// form reads a manifest and returns the problems of its text and its fields.
func form(data []byte) (*value, []Problem) {
	v, problems := parseAll(data)
	if v == nil {
		return nil, problems.all
	}
	c := checker{problems: problems}
	c.check(manifestSchema, v, false)
	return v, c.problems.all
}

// decode converts a valid manifest to Go types.
func decode(data []byte) (*Manifest, []Problem) {
	m := new(Manifest)
	if json.Unmarshal(data, m, json.RejectUnknownMembers(true)) != nil {
		// What the schema allows, the types hold; a test walks through both. The error could show a value.
		var top *location
		return nil, []Problem{top.problem("type", "the manifest does not fit the Go types")}
	}
	return m, nil
}

// Validate returns all problems of a manifest: of its text, its fields and its rules. A
// valid manifest has none.
func Validate(data []byte) []Problem {
	_, problems := judge(data)
	return problems
}

// judge reads a manifest and returns all its problems; nothing else if it has any.
func judge(data []byte) (*value, []Problem) { return Read(data).judge(false) }

// Check validates a manifest, as [Validate] does, and returns its canonical bytes, as
// [Canonical] does, if there is no problem. It reads the text only once.
func Check(data []byte) (canonical []byte, problems []Problem) {
	judged, problems := Judge(data)
	return judged.Canonical, problems
}

// Judged is a valid manifest, with what lists of manifests show.
type Judged struct {
	Canonical         []byte
	Name, Role, Model string
}

// Judge is [Check] with what else the reading told.
func Judge(data []byte) (Judged, []Problem) { return Read(data).Judge(false) }

// ValidateLayer is [Document.Layer] of a text.
func ValidateLayer(data []byte) []Problem { return Read(data).Layer() }
