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

// distinct refuses an input in which two names of an object differ in case alone, or not
// at all: the program and the guard might read another one of them each, and so another
// command.
func distinct(input []byte) error {
	if len(input) == 0 {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(input), jsontext.AllowInvalidUTF8(true))
	var objects []map[string]bool // of each open object; nil for a list
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
			// With its name read, the number of strings and values of an object is odd.
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

// folded is the same for names that differ in case alone, as readers of JSON compare them.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
