package manifestfile

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Mark is the byte order mark, which some editors write before UTF-8.
const Mark = "\uFEFF"

// WithoutMarks leaves the byte order mark at the beginning of each string of a
// manifest out, and returns the pointers to those that had one.
func WithoutMarks(data []byte) (out []byte, pointers []string) {
	if !bytes.Contains(data, []byte(`"`+Mark)) {
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
		if text := data[start:end]; bytes.HasPrefix(text, []byte(Mark)) {
			out, at = append(out, data[at:start]...), start+len(Mark)
			pointers = append(pointers, string(d.StackPointer()))
		}
	}
}

// Dotted writes a JSON pointer as people read it: prompts.append[0].
func Dotted(pointer string) string {
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
		if !reference.Plain(part) {
			part = strconv.Quote(part)
		}
		b.WriteString(part)
	}
	return b.String()
}
