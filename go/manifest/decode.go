package manifest

import (
	"strings"

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

// form reads a manifest and gives the problems of its text and its fields.
func form(data []byte) (*value, []Problem) {
	v, problems := parseAll(data)
	if v == nil {
		return nil, problems.all
	}
	c := checker{problems: problems}
	c.check(manifestSchema, v, false)
	return v, c.problems.all
}

// decode gives a valid manifest as Go types.
func decode(data []byte) (*Manifest, []Problem) {
	m := new(Manifest)
	if json.Unmarshal(data, m, json.RejectUnknownMembers(true)) != nil {
		// What the schema allows, the types hold; a test walks through both. The error could show a value.
		var top *location
		return nil, []Problem{top.problem("type", "the manifest does not fit the Go types")}
	}
	return m, nil
}

// Validate gives every problem of a manifest: of its text, its fields and its
// rules. A valid manifest has none.
func Validate(data []byte) []Problem {
	_, problems := judge(data)
	return problems
}

// judge reads a manifest and gives all its problems; nothing else when it has any.
func judge(data []byte) (*value, []Problem) { return judgeFilled(data, false) }

// judgeFilled is judge, of a sparse manifest with its defaults.
func judgeFilled(data []byte, sparse bool) (*value, []Problem) {
	v, problems := parseAll(data)
	if v == nil {
		return nil, problems.all
	}
	if sparse {
		reached(v)
		v = fill(manifestSchema, v)
	}
	c := checker{problems: problems}
	c.check(manifestSchema, v, false)
	c.rules(v)
	return v, c.problems.all
}

// Check judges a manifest whole, as [Validate] does, and gives its canonical
// bytes, as [Canonical] does, when there is no problem: both from one reading.
func Check(data []byte) (canonical []byte, problems []Problem) {
	judged, problems := Judge(data, false)
	return judged.Canonical, problems
}

// Judged is a valid manifest, with what lists of manifests show.
type Judged struct {
	Canonical         []byte
	Name, Role, Model string
}

// Judge is [Check] with what else the reading told; of a sparse manifest after its
// defaults were filled in, as [FillDefaults] does.
func Judge(data []byte, sparse bool) (Judged, []Problem) {
	v, problems := judgeFilled(data, sparse)
	if len(problems) > 0 {
		return Judged{}, problems
	}
	// Copies: parts of the text would keep all of it.
	j := Judged{Name: strings.Clone(v.textAt("profile", "name")), Role: strings.Clone(v.textAt("profile", "role")), Model: strings.Clone(v.textAt("model", "ref"))}
	size := len(data)
	if sparse {
		const defaults = 4 << 10 // about what they take
		size += defaults
	}
	j.Canonical = appendCanonical(make([]byte, 0, size), manifestSchema, v)
	return j, nil
}

// ValidateLayer gives the problems of one layer of a profile, as JSON, against
// the schema of [Profile]. Of a profile as a whole the Nix library says what layers and
// presets have against each other.
func ValidateLayer(data []byte) []Problem {
	v, problems := parseAll(data)
	if v == nil {
		return problems.all
	}
	c := checker{problems: problems}
	c.check(profileSchema, v, false)
	return c.problems.all
}
