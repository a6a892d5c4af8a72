package jsonread

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errEmpty    = errors.New("it is empty")
	errNoObject = errors.New("it is not an object")
)

// Members visits the members of a JSON object; their values are cut out of data.
func Members(data []byte, visit func(name string, value []byte) error) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if kind := d.PeekKind(); kind != jsontext.KindBeginObject && kind != jsontext.KindInvalid {
		return errNoObject
	}
	if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
		return errEmpty
	} else if err != nil {
		return err
	}
	for d.PeekKind() != jsontext.KindEndObject {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		end := int(d.InputOffset())
		if err := visit(name, data[end-len(value):end:end]); err != nil {
			return err
		}
	}
	return nil
}
