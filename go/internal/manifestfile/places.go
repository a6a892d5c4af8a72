package manifestfile

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// sourceMap finds the position of a JSON pointer in a manifest file.
type sourceMap map[string]diag.Position

// at is the place of the pointer, or of what holds it.
func (m sourceMap) at(pointer string) (diag.Position, bool) {
	for {
		if p, ok := m[pointer]; ok {
			return p, true
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return diag.Position{}, false
		}
		pointer = pointer[:i]
	}
}

// mostPointers is how many bytes all pointers may have: a key of megabytes is
// part of the pointer to each value below it.
const mostPointers = 32 << 20

// jsonPlaces finds the place of every value in JSON, as far as it can be read;
// a syntax error is placed at the top.
func jsonPlaces(data []byte, file string) sourceMap {
	places, index, spent := sourceMap{}, newLineIndex(file, data), 0
	decoder := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		token, err := decoder.ReadToken()
		var syntax *jsontext.SyntacticError
		switch {
		case errors.Is(err, io.EOF):
			return places
		case errors.As(err, &syntax):
			places[""] = index.position(min(int(syntax.ByteOffset), len(data)))
			return places
		case err != nil:
			return places
		}
		pointer := string(decoder.StackPointer())
		if spent += len(pointer); spent > mostPointers {
			return places // the rest is reported without its place
		}
		if kind := token.Kind(); kind == '}' || kind == ']' {
			continue
		}
		// A member is placed at its name: the first token with its pointer.
		if _, seen := places[pointer]; !seen {
			end := int(decoder.InputOffset())
			places[pointer] = index.position(tokenStart(data, end, token))
		}
	}
}

// tokenStart finds where the token that ends at `end` begins.
func tokenStart(data []byte, end int, token jsontext.Token) int {
	switch token.Kind() {
	case '{', '[':
		return end - 1
	case '"':
		for i := end - 2; i >= 0; i-- {
			if data[i] == '"' && !escaped(data, i) {
				return i
			}
		}
		return 0
	}
	i := end
	for i > 0 && !bytes.ContainsRune([]byte(" \t\r\n,:[{"), rune(data[i-1])) {
		i--
	}
	return i
}

func escaped(data []byte, i int) bool {
	backslashes := 0
	for j := i - 1; j >= 0 && data[j] == '\\'; j-- {
		backslashes++
	}
	return backslashes%2 == 1
}

// lineIndex turns byte offsets into lines and columns.
type lineIndex struct {
	file   string
	source *diag.Source
	starts []int
}

func newLineIndex(file string, data []byte) *lineIndex {
	x := &lineIndex{file: file, source: diag.NewSource(string(data)), starts: []int{0}}
	for i, c := range data {
		if c == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

func (x *lineIndex) position(offset int) diag.Position {
	lo, hi := 0, len(x.starts)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; x.starts[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return diag.Position{File: x.file, Line: lo + 1, Column: offset - x.starts[lo] + 1, Source: x.source}
}

// Place is the place of a byte of a file.
func Place(file string, data []byte, offset int) diag.Position {
	return newLineIndex(file, data).position(offset)
}

// pointerKey escapes a key for a JSON pointer.
func pointerKey(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
