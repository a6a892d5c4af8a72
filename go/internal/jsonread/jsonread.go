// Package jsonread reads JSON of a known shape into Go values, strictly and
// without reflection: a process that reads one small file and ends would spend
// more time on preparing that than on reading.
//
//	func (x *thing) field(name string) any {
//		switch name {
//		case "name":
//			return &x.Name
//		case "parts":
//			return jsonread.List(&x.Parts, (*part).field)
//		}
//		return nil
//	}
//
//	err := jsonread.New(data).Whole(x.field)
package jsonread

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Reader reads one JSON text. Duplicate names, invalid UTF-8 and names and
// types that are not expected are errors.
type Reader struct {
	data    []byte
	source  string // the same, to cut strings from without copying each
	decoder *jsontext.Decoder
}

// New returns a Reader of data, which must not change afterwards.
func New(data []byte) *Reader {
	return &Reader{data, string(data), jsontext.NewDecoder(bytes.NewBuffer(data))}
}

// Whole is Object for the whole text: nothing may follow.
func (r *Reader) Whole(field func(name string) any) error {
	if err := r.Object(field); err != nil {
		return err
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("something follows the end of the JSON text")
	}
	return nil
}

// Object reads an object. field gives what takes the value of a name: a
// *string, *int, *bool, *time.Time (as [time.RFC3339Nano] writes it), *[]string
// or *jsontext.Value; a function like field for an object; what List gives, or
// another function that reads it; or nil where there is no such name.
func (r *Reader) Object(field func(name string) any) error {
	if _, err := r.token(jsontext.KindBeginObject); err != nil {
		return err
	}
	for r.decoder.PeekKind() != jsontext.KindEndObject {
		name, err := r.text()
		if err != nil {
			return err
		}
		to := field(name)
		if to == nil {
			return fmt.Errorf("%s is not known", r.decoder.StackPointer())
		}
		if err := r.value(to); err != nil {
			return err
		}
	}
	_, err := r.decoder.ReadToken()
	return err
}

// List reads a list of objects.
func List[T any](to *[]T, field func(*T, string) any) func(*Reader) error {
	return func(r *Reader) error {
		return list(r, to, func(next *T) error {
			return r.Object(func(name string) any { return field(next, name) })
		})
	}
}

func list[T any](r *Reader, to *[]T, read func(*T) error) error {
	if _, err := r.token(jsontext.KindBeginArray); err != nil {
		return err
	}
	*to = []T{}
	for r.decoder.PeekKind() != jsontext.KindEndArray {
		var next T
		if err := read(&next); err != nil {
			return err
		}
		*to = append(*to, next)
	}
	_, err := r.decoder.ReadToken()
	return err
}

// Text reads a string.
func (r *Reader) Text(to *string) (err error) {
	*to, err = r.text()
	return err
}

// Null reports whether null is next, and reads it.
func (r *Reader) Null() bool {
	if r.decoder.PeekKind() != jsontext.KindNull {
		return false
	}
	_, err := r.decoder.ReadToken()
	return err == nil
}

// raw is the next value as it stands, with where it begins.
func (r *Reader) raw(kind jsontext.Kind) (raw jsontext.Value, start int, err error) {
	if next := r.decoder.PeekKind(); next != kind && next > 0 {
		return nil, 0, r.unexpected()
	}
	raw, err = r.decoder.ReadValue()
	return raw, int(r.decoder.InputOffset()) - len(raw), err
}

func (r *Reader) text() (string, error) {
	raw, start, err := r.raw(jsontext.KindString)
	if err != nil {
		return "", err
	}
	if inner := r.source[start+1 : start+len(raw)-1]; strings.IndexByte(inner, '\\') < 0 {
		return inner, nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}

func (r *Reader) unexpected() error {
	return fmt.Errorf("%s is a JSON value of an unexpected type", r.decoder.StackPointer())
}

func (r *Reader) token(kinds ...jsontext.Kind) (jsontext.Token, error) {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return token, err
	}
	for _, kind := range kinds {
		if token.Kind() == kind {
			return token, nil
		}
	}
	return token, r.unexpected()
}

func (r *Reader) value(to any) (err error) {
	switch to := to.(type) {
	case *string:
		*to, err = r.text()
	case *int:
		raw, _, failed := r.raw(jsontext.KindNumber)
		if err = failed; err == nil {
			*to, err = strconv.Atoi(string(raw))
		}
	case *bool:
		token, failed := r.token(jsontext.KindTrue, jsontext.KindFalse)
		if err = failed; err == nil {
			*to = token.Bool()
		}
	case *time.Time:
		text, failed := r.text()
		if err = failed; err == nil {
			*to, err = time.Parse(time.RFC3339Nano, text)
			if err == nil && to.Format(time.RFC3339Nano) != text {
				err = fmt.Errorf("%s is not a time in the form RFC 3339", r.decoder.StackPointer())
			}
		}
	case *[]string:
		err = list(r, to, func(text *string) error { return r.value(text) })
	case *jsontext.Value:
		raw, failed := r.decoder.ReadValue()
		if err = failed; err == nil {
			end := int(r.decoder.InputOffset())
			*to = r.data[end-len(raw) : end : end]
		}
	case func(string) any:
		err = r.Object(to)
	case func(*Reader) error:
		err = to(r)
	default:
		err = fmt.Errorf("nothing can be read into a %T", to)
	}
	return err
}
