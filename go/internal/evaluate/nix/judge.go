package nix

import (
	"encoding/json"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// asking selects the part of an answer of describe.nix to ask for.
type asking int

const (
	forPlain            asking = iota // all but the report
	forReport                         // all but what is unjudged
	forReportAfterwards               // the same, of what was evaluated before: its warnings were passed on
)

// judged asks for what judge can accept, and else for the report.
func judged(judge evaluate.Judge, ask func(asking) ([]byte, error)) ([]byte, error) {
	if judge == nil {
		return ask(forReport)
	}
	out, err := ask(forPlain)
	var failure *evaluate.Failure
	switch {
	case errors.As(err, &failure) && !failure.Kind.Limit():
		return ask(forReport) // with the better message
	case err != nil || accepts(out, judge):
		return out, err
	}
	return ask(forReportAfterwards)
}

// accepts reports whether nothing more is to be asked after an answer.
func accepts(out []byte, judge evaluate.Judge) bool {
	var unjudged json.RawMessage
	err := jsonread.Members(out, func(name string, value []byte) error {
		if name == "unjudged" {
			unjudged = value
		}
		return nil
	})
	switch {
	case err != nil || unjudged == nil: // not a profile
		return true
	case string(unjudged) == "null":
		return false
	}
	var u evaluate.Unjudged
	err = jsonread.Members(unjudged, func(name string, value []byte) error {
		switch name {
		case "layers":
			u.Layers = manifest.Read(value)
		case "manifest", "sparse":
			u.Manifest, u.Sparse = manifest.Read(value), name == "sparse"
		}
		return nil
	})
	return err == nil && u.Manifest != nil && judge(u)
}
