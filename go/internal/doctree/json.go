package doctree

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// JSON reads JSON, in which comments and commas at the ends of lists are ignored. A name
// that is there twice counts as its last value, as programs read it.
func JSON(data []byte, file string) (*Node, error) {
	b := &builder{file: file}
	data, err := b.text(data)
	if err != nil {
		return nil, err
	}
	plain := uncommented(data)
	r := &jsonReader{builder: b, data: plain, lines: newLines(plain),
		decoder: jsontext.NewDecoder(bytes.NewReader(plain), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	n, err := r.value("")
	if err == nil {
		if _, err = r.decoder.ReadToken(); errors.Is(err, io.EOF) {
			return n, nil
		}
	}
	var ours *diag.Error
	if errors.As(err, &ours) {
		return nil, ours
	}
	line, column := r.lines.position(int(r.decoder.InputOffset()))
	return nil, b.fault(b.at(line, column), "not readable as JSON")
}

// uncommented is JSON with blanks in the place of comments and of commas before a
// bracket that closes, so that offsets stay.
func uncommented(data []byte) []byte {
	out := bytes.Clone(data)
	comma := -1 // the last comma with nothing but blanks behind it
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			for i++; i < len(out) && out[i] != '"' && out[i] != '\n'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			comma = -1
		case c == '/' && i+1 < len(out) && out[i+1] == '/':
			end := i
			for end < len(out) && out[end] != '\n' {
				end++
			}
			blank(i, end)
			i = end - 1
		case c == '/' && i+1 < len(out) && out[i+1] == '*':
			end := len(out)
			if at := bytes.Index(out[i+2:], []byte("*/")); at >= 0 {
				end = i + 2 + at + 2
			}
			blank(i, end)
			i = end - 1
		case c == ',':
			comma = i
		case c == '}' || c == ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	return out
}

type jsonReader struct {
	*builder
	data    []byte
	lines   lines
	decoder *jsontext.Decoder
}

func (r *jsonReader) value(path string) (*Node, error) {
	kind := r.decoder.PeekKind()
	start := int(r.decoder.InputOffset())
	for start < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	text := token.String()
	line, column := r.lines.position(start)
	at := r.at(line, column)
	switch kind {
	case 'n':
		return r.node(Null, "", path, at)
	case 't', 'f':
		return r.node(Bool, text, path, at)
	case '0':
		return r.node(Number, text, path, at)
	case '"':
		return r.node(Text, text, path, at)
	case '[':
		n, err := r.node(List, "", path, at)
		if err != nil {
			return nil, err
		}
		for r.decoder.PeekKind() != ']' {
			item, err := r.value(path + "\x00[" + strconv.Itoa(len(n.Items)) + "]")
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, item)
		}
		_, err = r.decoder.ReadToken()
		return n, err
	default:
		n, err := r.node(Map, "", path, at)
		if err != nil {
			return nil, err
		}
		for r.decoder.PeekKind() != '}' {
			name, err := r.decoder.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String()
			value, err := r.value(path + "\x00" + key)
			if err != nil {
				return nil, err
			}
			n.put(key, value)
		}
		_, err = r.decoder.ReadToken()
		return n, err
	}
}
