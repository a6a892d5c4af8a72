// Package legacy converts legacy manifests, snake_case TOML with one table per section,
// to profiles.
//
// [Read] checks a file and returns a [Profile]: Nix text that resolves to the same
// behavior, and the settings without a counterpart. Nothing is evaluated here. The text
// goes through the evaluator like any other profile, so a legacy manifest and the
// profile converted from it resolve to the same bytes.
package legacy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Recognise reports whether a document is a legacy manifest or a layer of one. Such a
// document has no `schema`. It has a section that only a legacy manifest has, or only
// sections of a legacy manifest and no name that is spelled as ours are.
func Recognise(doc []byte) bool {
	var top map[string]json.RawMessage
	if json.Unmarshal(doc, &top) != nil || top["schema"] != nil {
		return false
	}
	for _, section := range []string{"pod", "worker", "scope", "compaction"} {
		if top[section] != nil {
			return true
		}
	}
	known := sections()
	for name, value := range top {
		var fields map[string]json.RawMessage
		if _, ok := known[name]; !ok || json.Unmarshal(value, &fields) != nil {
			return false
		}
		for field := range fields {
			if strings.ToLower(field) != field {
				return false
			}
		}
	}
	return len(top) > 0
}

// Profile is a profile converted from a legacy manifest.
type Profile struct {
	// Name of the profile, derived from pod.name.
	Name string
	// Losses are warnings about settings that have no counterpart or a different meaning
	// now, and notes about settings that were converted to something else.
	Losses []diag.Diagnostic
	// Secrets are the new names of the keys.
	Secrets []Secret

	file   string // base name, for the comment
	inputs []string
	values []assignment
}

// Secret is the name for a key, and the place of the key.
type Secret struct {
	Name string `json:"name"`
	From string `json:"from,omitempty"` // env:VARIABLE or file:PATH; empty if the legacy manifest named a secret already
	// Hosts are those that the manifest sends it to, as far as they are known.
	Hosts []string `json:"hosts,omitempty"`
}

// Bind is the command that binds the secret.
func (s Secret) Bind() string {
	command := "insomnia secret bind " + s.Name + " " + shellWord(s.From)
	for _, host := range s.Hosts {
		command += " --host " + shellWord(host)
	}
	return command
}

// SendTo adds to the secrets where the manifest sends them.
func (p *Profile) SendTo(hosts map[string][]string) {
	for i, s := range p.Secrets {
		before := s.Bind()
		p.Secrets[i].Hosts = hosts[s.Name]
		for j, d := range p.Losses {
			if d.Code == "secret-bind" && d.Hint == before {
				p.Losses[j].Hint = p.Secrets[i].Bind()
			}
		}
	}
}

// assignment is one value of the profile.
type assignment struct {
	path   string // dotted, from the top of the profile
	value  any    // string, bool, json.Number, list of strings or of rule
	origin string // pointer to where it was written; empty for a default of the legacy program
	why    string // comment
}

// Place returns the position of a pointer in the file.
type Place func(pointer string) (diag.Position, bool)

// Read checks a legacy manifest, given as JSON, and converts it. If it is invalid, all
// its problems are returned and no profile. file is its base name.
func Read(doc []byte, file string, place Place) (*Profile, []diag.Diagnostic) {
	c := &converter{place: place, p: &Profile{file: file}}
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.UseNumber()
	if err := decoder.Decode(&c.doc); err != nil {
		return nil, []diag.Diagnostic{c.diagnostic(diag.SeverityError, "syntax", "", "not a manifest")}
	}
	c.check(sections(), c.doc, "")
	if len(c.problems) == 0 {
		c.convert()
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	slices.SortStableFunc(c.p.Losses, func(a, b diag.Diagnostic) int { return line(a) - line(b) })
	return c.p, nil
}

func line(d diag.Diagnostic) int {
	if len(d.Positions) == 0 {
		return 0
	}
	return d.Positions[len(d.Positions)-1].Line
}

// Origin is the pointer to what the value at a path of the profile was made
// from; ok is false for what was not written in the file.
func (p *Profile) Origin(path string) (pointer string, ok bool) {
	best := -1
	for _, a := range p.values {
		if (a.path == path || within(path, a.path) || within(a.path, path)) && len(a.path) > best && a.origin != "" {
			best, pointer, ok = len(a.path), a.origin, true
		}
	}
	return pointer, ok
}

func within(path, section string) bool {
	return len(path) > len(section) && path[:len(section)] == section && (path[len(section)] == '.' || path[len(section)] == '[')
}

// WithoutAssumed returns the profile without a number that the legacy program assumed
// and that is invalid for the model; a preset derives it. It returns nil if nothing was
// assumed at that path.
func (p *Profile) WithoutAssumed(path string) *Profile {
	for i, a := range p.values {
		if a.path == path && a.origin == "" {
			less := *p
			less.values = append(append([]assignment{}, p.values[:i]...), p.values[i+1:]...)
			less.Losses = append(append([]diag.Diagnostic{}, p.Losses...), diag.Diagnostic{Severity: diag.SeverityNote,
				Code: "default-dropped", Path: path, Positions: []diag.Position{},
				Message: fmt.Sprintf("the legacy default of %v does not fit the model's window; it is derived by a preset", a.value)})
			return &less
		}
	}
	return nil
}
