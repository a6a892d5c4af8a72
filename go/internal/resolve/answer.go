package resolve

import (
	"bytes"
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// answer is the result of describe.nix and select.nix.
type answer struct {
	Status   string
	Name     string
	Names    []string
	At       int
	Kind     string
	Position *evaluate.Position
	Problems []problem
	Reported bool // the profile itself has made the problems
	Manifest json.RawMessage
	Explain  map[string]told

	// judged is the part that judge accepted.
	judged manifest.Judged
	// misread are the places in files that are not valid UTF-8, where the answer is not.
	misread []diag.Position
	// notes describe the changes of check.
	notes []diag.Diagnostic
}

type problem struct {
	Code      string              `json:"code"`
	Path      string              `json:"path"`
	Pointer   string              `json:"pointer"`
	Message   string              `json:"message"`
	Expected  string              `json:"expected"`
	Hint      string              `json:"hint"`
	Positions []evaluate.Position `json:"positions"`
}

// judgeOf is judge, or nil where the library is to judge.
func (a *answer) judgeOf(options Options) evaluate.Judge {
	if options.Explain || options.Reported {
		return nil
	}
	return a.judge
}

// judge is evaluate.Judge. What it accepts is never anything that the library reports on:
// a test holds both to that.
func (a *answer) judge(u evaluate.Unjudged) bool {
	if u.Layers != nil && len(u.Layers.Layer()) > 0 {
		return false
	}
	judged, problems := u.Manifest.Judge(u.Sparse)
	if len(problems) > 0 || len(judged.Canonical) > manifest.MaxManifestBytes || bytes.Contains(judged.Canonical, []byte(`"`+manifestfile.Mark)) {
		return false
	}
	a.judged = judged
	return true
}

// read takes an answer apart. The manifest is only cut out, since its own package
// reads it; what an answer for a healthy profile does not have costs nothing.
func (a *answer) read(data []byte) error {
	return jsonread.Members(data, func(name string, value []byte) error {
		var to any
		switch name {
		case "manifest":
			a.Manifest = value
			return nil
		case "report":
			return a.read(value)
		case "status":
			to = &a.Status
		case "name":
			to = &a.Name
		case "names":
			to = &a.Names
		case "at":
			to = &a.At
		case "kind":
			to = &a.Kind
		case "position":
			to = &a.Position
		case "problems":
			to = &a.Problems
		case "reported":
			to = &a.Reported
		case "explain":
			to = &a.Explain
		}
		if to == nil || string(value) == "null" || string(value) == "[]" {
			return nil
		}
		return json.Unmarshal(value, to)
	})
}
