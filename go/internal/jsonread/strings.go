package jsonread

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Strings calls visit with each string of a JSON text and its JSON pointer (RFC
// 6901); name is set for the name of a member. It ends at what is no JSON.
func Strings(data []byte, visit func(pointer, text string, name bool)) {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return
		}
		if token.Kind() == '"' {
			in, length := d.StackIndex(d.StackDepth())
			visit(string(d.StackPointer()), token.String(), in == '{' && length%2 == 1)
		}
	}
}
