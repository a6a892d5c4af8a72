package embedded

import (
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// judged is the JSON of what describe.nix gives of a profile, without the report where
// judge accepts the profile. The report comes from the same evaluation.
func judged(wrapped *nix.Evaluator, value nix.Value, judge evaluate.Judge) ([]byte, error) {
	ev, v, accepted := wrapped.Engine(), value.Engine(), false
	if judge != nil {
		var err error
		if accepted, err = accepts(ev, v, judge); err != nil && ended(err) {
			return nil, err
		}
	}
	members, err := ev.Members(v)
	if err != nil {
		return nil, err
	}
	answer := make(map[string]eval.Value, len(members))
	for _, m := range members {
		if m.Name != "unjudged" && (m.Name != "report" || !accepted) {
			answer[m.Name] = m.Value
		}
	}
	return ev.ToJSON(ev.Set(answer))
}

// accepts asks judge. An error is one more reason for the report, which says it better.
func accepts(ev *eval.Evaluator, v eval.Value, judge evaluate.Judge) (bool, error) {
	part := func(name string) ([]byte, error) {
		part, ok, err := ev.Select(v, "unjudged", name)
		if err != nil || !ok {
			return nil, err
		}
		return ev.ToPlainJSON(part, manifest.MaxManifestBytes)
	}
	if unjudged, ok, err := ev.Select(v, "unjudged"); err != nil || !ok || unjudged == (eval.Null{}) {
		return false, err
	}
	var u evaluate.Unjudged
	var err error
	if u.Layers, err = part("layers"); err != nil {
		return false, err
	}
	if u.Manifest, err = part("sparse"); err != nil {
		return false, err
	}
	if u.Sparse = u.Manifest != nil; !u.Sparse {
		u.Manifest, err = part("manifest")
	}
	return err == nil && judge(u), err
}

// ended reports whether nothing more can be asked after an error.
func ended(err error) bool {
	var limit *eval.LimitError
	return errors.As(err, &limit) && limit.Limit != "depth" && limit.Limit != "output"
}
