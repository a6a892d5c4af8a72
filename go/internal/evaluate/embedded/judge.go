package embedded

import (
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix"
)

// judged returns the JSON of describe.nix for a profile, without the report if judge
// accepts the profile. The report comes from the same evaluation.
func judged(ev *nix.Evaluator, v nix.Value, judge evaluate.Judge) ([]byte, error) {
	accepted := false
	if judge != nil {
		var err error
		if accepted, err = accepts(v, judge); err != nil && ended(err) {
			return nil, err
		}
	}
	attrs, err := v.Attrs()
	if err != nil {
		return nil, err
	}
	answer := make(map[string]nix.Value, len(attrs))
	for _, a := range attrs {
		if a.Name != "unjudged" && (a.Name != "report" || !accepted) {
			answer[a.Name] = a.Value
		}
	}
	set, err := ev.Encode(answer)
	if err != nil {
		return nil, err
	}
	return set.JSON()
}

// accepts calls judge. On an error it asks for the report, which has the better
// message.
func accepts(v nix.Value, judge evaluate.Judge) (bool, error) {
	unjudged, ok, err := v.Attr("unjudged")
	if err != nil || !ok {
		return false, err
	}
	if t, err := unjudged.Type(); err != nil || t == nix.Null {
		return false, err
	}
	part := func(name string) (*manifest.Document, error) {
		part, ok, err := unjudged.Attr(name)
		if err != nil || !ok {
			return nil, err
		}
		var b manifest.Builder
		if err := part.Plain(manifest.MaxManifestBytes, &b); err != nil {
			return nil, err
		}
		if d, ok := b.Document(); ok {
			return d, nil
		}
		return nil, errOdd
	}
	var u evaluate.Unjudged
	if u.Layers, err = part("layers"); err != nil {
		return false, err
	}
	if u.Manifest, err = part("sparse"); err != nil {
		return false, err
	}
	if u.Sparse = u.Manifest != nil; !u.Sparse {
		u.Manifest, err = part("manifest")
	}
	return err == nil && u.Manifest != nil && judge(u), err
}

// errOdd reports data that no manifest can contain.
var errOdd = errors.New("not the data of a manifest")

// ended reports whether nothing more can be asked after an error.
func ended(err error) bool {
	var limit *nix.LimitError
	return errors.As(err, &limit) && limit.Limit != "depth" && limit.Limit != "output"
}
