package manifest

import (
	"github.com/go-json-experiment/json"
)

// Decode reads a manifest strictly and judges it whole. It gives the manifest
// only when there is no problem, and every problem otherwise.
//
// Beyond the schema and the rules, these are problems: more than
// [MaxManifestBytes], nesting beyond [MaxDepth], a duplicate key, a key in the
// wrong case, text that is no Unicode, a byte order mark, anything after the
// manifest, and numbers that JSON does not have.
func Decode(data []byte) (*Manifest, []Problem) {
	if problems := Validate(data); len(problems) > 0 {
		return nil, problems
	}
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		// What the schema allows, the types hold; a test walks through both.
		var top *location
		return nil, []Problem{top.problem("type", "the manifest does not fit the Go types: "+err.Error())}
	}
	return m, nil
}

// Validate gives every problem of a manifest: of its text, its fields and its
// rules. A valid manifest has none.
func Validate(data []byte) []Problem {
	v, problems := parse(data)
	if v == nil {
		return problems
	}
	c := checker{problems: problems}
	c.check(manifestSchema, v, false)
	c.rules(v)
	return c.problems
}

// Check judges a manifest whole, as [Validate] does, and gives its canonical
// bytes, as [Canonical] does, when there is no problem: both from one reading.
func Check(data []byte) (canonical []byte, problems []Problem) {
	v, problems := parse(data)
	if v == nil {
		return nil, problems
	}
	c := checker{problems: problems}
	c.check(manifestSchema, v, false)
	c.rules(v)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return appendCanonical(make([]byte, 0, len(data)), manifestSchema, v), nil
}

// ValidateLayer gives the problems of one layer of a profile, as JSON, against
// the schema of [Profile]. Only the Nix library can judge a profile as a whole.
func ValidateLayer(data []byte) []Problem {
	v, problems := parse(data)
	if v == nil {
		return problems
	}
	c := checker{problems: problems}
	c.check(profileSchema, v, false)
	return c.problems
}
