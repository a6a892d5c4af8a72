package guard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// distinct rejects an input in which two names of an object are equal or differ only in
// case: the program and the guard might each read a different one, and so a different
// command.
func distinct(input []byte) error {
	if len(input) == 0 {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(input), jsontext.AllowInvalidUTF8(true))
	var objects []map[string]bool // names of each open object; nil for a list
	for {
		token, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errors.New("its input is not valid JSON")
		}
		switch token.Kind() {
		case jsontext.KindBeginObject:
			objects = append(objects, map[string]bool{})
		case jsontext.KindBeginArray:
			objects = append(objects, nil)
		case jsontext.KindEndObject, jsontext.KindEndArray:
			objects = objects[:len(objects)-1]
		case jsontext.KindString:
			// Once a name is read, the object holds an odd number of strings and values.
			if _, n := d.StackIndex(d.StackDepth()); len(objects) > 0 && objects[len(objects)-1] != nil && n%2 == 1 {
				name := folded(token.String())
				if objects[len(objects)-1][name] {
					return fmt.Errorf("its input has the name %s twice", named(token.String()))
				}
				objects[len(objects)-1][name] = true
			}
		}
	}
}

// folded returns the same string for names that differ only in case, as JSON decoders
// compare them.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
