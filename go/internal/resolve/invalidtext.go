package resolve

import (
	"context"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
)

func hasInvalidText(err error) bool {
	return err != nil && slices.ContainsFunc(diag.From(err).Diagnostics, func(d diag.Diagnostic) bool { return d.Code == evaluate.InvalidTextCode })
}

// ofAnswer takes out of messages where in the answer of an evaluator a string
// is: the author does not know that text.
func ofAnswer(err error) error {
	e := diag.From(err)
	for i := range e.Diagnostics {
		if d := &e.Diagnostics[i]; d.Code == evaluate.InvalidTextCode {
			d.Message, _, _ = strings.Cut(d.Message, " (line ")
			d.Hint = evaluate.SaveAsUTF8
		}
	}
	return e
}

// placeInvalidText finds out with the evaluator inside this program which fields
// a failure of the installed Nix is about: Nix names none. What is not found
// there either is reported as Nix did.
func (r *Resolver) placeInvalidText(ctx context.Context, ref *locate.Reference, options Options, failure error) error {
	options.Evaluator, options.Provenance, options.Explain = Embedded, false, false
	if _, err := r.resolve(ctx, ref, options); hasInvalidText(err) {
		return err
	}
	return failure
}
