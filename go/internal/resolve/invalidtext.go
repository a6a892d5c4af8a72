package resolve

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// invalidText is the code of the problem that a string is not valid UTF-8.
const invalidText = "invalid-utf8"

// mark is the byte order mark, which some editors write before UTF-8.
const mark = "\uFEFF"

// withoutMarks leaves the byte order mark at the beginning of each string of a
// manifest out, and returns the pointers to those that had one.
func withoutMarks(data []byte) (out []byte, pointers []string) {
	if !bytes.Contains(data, []byte(`"`+mark)) {
		return data, nil
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	at := 0
	for {
		token, err := d.ReadToken()
		if err != nil {
			return append(out, data[at:]...), pointers // what is wrong is reported by those who read it
		}
		kind, length := d.StackIndex(d.StackDepth())
		if token.Kind() != '"' || kind == '{' && length%2 == 1 { // a name
			continue
		}
		end := int(d.InputOffset())
		start := tokenStart(data, end, token) + 1
		if text := data[start:end]; bytes.HasPrefix(text, []byte(mark)) {
			out, at = append(out, data[at:start]...), start+len(mark)
			pointers = append(pointers, string(d.StackPointer()))
		}
	}
}

// dotted writes a JSON pointer as people read it: prompts.append[0].
func dotted(pointer string) string {
	var b strings.Builder
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch _, err := strconv.Atoi(part); {
		case err == nil && b.Len() > 0:
			b.WriteString("[" + part + "]")
			continue
		case b.Len() > 0:
			b.WriteByte('.')
		}
		if !isPlainName(part) {
			part = strconv.Quote(part)
		}
		b.WriteString(part)
	}
	return b.String()
}

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
		data, err := bounded.ReadFile(read.Path, maxManifestFile)
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
		place := newLineIndex(read.Path, data).position(offset)
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
func (r *Resolver) placeInvalidText(ctx context.Context, ref *Reference, options Options, failure error) error {
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
	data, err := bounded.ReadFile(at[0].File, maxManifestFile)
	return err == nil && bytes.HasPrefix(data, []byte(mark))
}
