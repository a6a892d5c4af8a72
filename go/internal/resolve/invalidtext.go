package resolve

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// invalidText is the code of the problem that a string is not valid UTF-8.
const invalidText = "invalid-utf8"

// notUTF8 is the problem where its field is not known.
func notUTF8(at []diag.Position) *diag.Error {
	return diag.Errorf(diag.ExitInvalid, invalidText, "a string of the profile is not valid UTF-8").At(at...).Hintf(saveAsUTF8)
}

const saveAsUTF8 = "save the file that it is read from as UTF-8"

func hasInvalidText(err error) bool {
	return err != nil && slices.ContainsFunc(diag.From(err).Diagnostics, func(d diag.Diagnostic) bool { return d.Code == invalidText })
}

// ofAnswer takes out of messages where in the answer of an evaluator a string
// is: the author does not know that text.
func ofAnswer(err error) error {
	e := diag.From(err)
	for i := range e.Diagnostics {
		if d := &e.Diagnostics[i]; d.Code == invalidText {
			d.Message, _, _ = strings.Cut(d.Message, " (line ")
			d.Hint = saveAsUTF8
		}
	}
	return e
}

// misread returns the first invalid place of each file that an evaluation has
// read and that is not valid UTF-8; none if its answer is valid.
func misread(ev *eval.Evaluator, answer []byte) (at []diag.Position) {
	if utf8.Valid(answer) {
		return nil
	}
	for _, read := range ev.Reads() {
		data, err := bounded.ReadFile(read.Path, manifestfile.MaxSize)
		if err != nil || utf8.Valid(data) {
			continue
		}
		offset := 0
		for {
			r, n := utf8.DecodeRune(data[offset:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			offset += n
		}
		place := manifestfile.Place(read.Path, data, offset)
		place.Note = fmt.Sprintf("byte 0x%02X", data[offset])
		at = append(at, place)
	}
	return at
}

// misread is the same for the answer of a flake's evaluation, where its files are known.
func (f *flakeSource) misread(answer []byte) []diag.Position {
	if e, ok := f.flakeRun.(*embeddedFlake); ok && e.flake != nil {
		return misread(e.flake.Evaluator(), answer)
	}
	return nil
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

// beginsWithMark reports whether an error is about the byte order mark of a file.
func beginsWithMark(at []diag.Position) bool {
	if len(at) == 0 || at[0].Line != 1 || at[0].Column != 1 {
		return false
	}
	data, err := bounded.ReadFile(at[0].File, manifestfile.MaxSize)
	return err == nil && bytes.HasPrefix(data, []byte(manifestfile.Mark))
}
