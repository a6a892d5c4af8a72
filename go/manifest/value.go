package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Caps on what is read; they hold before anything is kept of it.
const (
	// MaxManifestBytes is the cap on the bytes of a manifest.
	MaxManifestBytes = 8 << 20
	// MaxDepth is how deep objects and lists may be nested.
	MaxDepth = 64
	// maxValues is how many JSON values are kept: a text of 8 MiB can hold millions.
	maxValues = 1 << 20
)

type kind uint8

const (
	kindNull kind = 1 << iota
	kindBoolean
	kindNumber
	kindString
	kindArray
	kindObject
)

func (k kind) String() string {
	switch k {
	case kindNull:
		return "null"
	case kindBoolean:
		return "a boolean"
	case kindNumber:
		return "a number"
	case kindString:
		return "a string"
	case kindArray:
		return "a list"
	case kindObject:
		return "an object"
	}
	return "nothing"
}

// value is a JSON value as it was written: numbers keep their text and objects their order.
type value struct {
	kind    kind
	text    string // the content of a string, the text of a number, true or false
	items   []*value
	members []member
}

type member struct {
	name  string
	value *value
}

// get returns the member of that name, or nil.
func (v *value) get(name string) *value {
	if v == nil || v.kind != kindObject {
		return nil
	}
	for i := range v.members {
		if v.members[i].name == name {
			return v.members[i].value
		}
	}
	return nil
}

// textAt is the text of a field of a section, or "".
func (v *value) textAt(section, field string) string {
	if text := v.get(section).get(field); text.is(kindString) {
		return text.text
	}
	return ""
}

func (v *value) is(k kind) bool { return v != nil && v.kind == k }

// parse reads JSON strictly. It reports every duplicate key and every string that is
// not valid Unicode. An error that stops it is reported once, and then there is no
// value.
func parse(data []byte) (*value, []Problem) {
	v, problems := parseAll(data)
	return v, problems.all
}

// parseAll is parse for a caller that adds problems of its own.
func parseAll(data []byte) (*value, problemList) {
	var top *location
	switch {
	case len(data) > MaxManifestBytes:
		return nil, problemList{all: []Problem{sizeProblem(len(data))}}
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		p := top.problem("byte-order-mark", "the text starts with a byte order mark")
		p.Hint = "save it as UTF-8 without one"
		return nil, problemList{all: []Problem{p}}
	case len(bytes.TrimLeft(data, " \t\r\n")) == 0:
		p := top.problem("empty", "the text is empty")
		p.Expected = "a JSON object"
		return nil, problemList{all: []Problem{p}}
	}
	r := reader{data: data, source: string(data), decoder: jsontext.NewDecoder(bytes.NewBuffer(data),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	v, err := r.value()
	if err == nil {
		err = r.end()
	}
	if err != nil {
		v = nil
		r.problems.all = append(r.problems.all, r.fatal(err))
	}
	return v, r.problems
}

func sizeProblem(size int) Problem {
	var top *location
	p := top.problem("rule-manifest-size", fmt.Sprintf("manifest too large: %d bytes", size))
	p.Expected = fmt.Sprintf("at most %d bytes", MaxManifestBytes)
	return p
}

type reader struct {
	data     []byte
	source   string // the same, to cut strings from without copying each
	trail    []step
	values   valueBlock
	decoder  *jsontext.Decoder
	problems problemList
	start    int // of the string that was read last, in the end of what follows the value
	seen     int // an offset, the line ends before it, and where its line begins
	lines    int
	line     int
}

var (
	errDepth    = errors.New("too deep")
	errTrailing = errors.New("trailing data")
	errValues   = errors.New("too many values")
)

// valueBlock allocates values many at a time.
type valueBlock struct {
	spare []value
	made  int
}

func (b *valueBlock) make(k kind, text string) *value {
	const block = 64
	if len(b.spare) == 0 {
		b.spare = make([]value, block)
		b.made += block
	}
	v := &b.spare[0]
	b.spare = b.spare[1:]
	v.kind, v.text = k, text
	return v
}

func (r *reader) value() (*value, error) {
	if r.values.made > maxValues {
		return nil, errValues
	}
	switch r.decoder.PeekKind() {
	case jsontext.KindString:
		text, err := r.text()
		return r.values.make(kindString, text), err
	case jsontext.KindBeginObject:
		return r.object()
	case jsontext.KindBeginArray:
		return r.array()
	}
	raw, err := r.decoder.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(r.decoder.InputOffset())
	text := r.source[end-len(raw) : end]
	switch raw.Kind() {
	case jsontext.KindNull:
		return r.values.make(kindNull, text), nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return r.values.make(kindBoolean, text), nil
	}
	return r.values.make(kindNumber, text), nil
}

func (r *reader) object() (*value, error) {
	if r.decoder.StackDepth() >= MaxDepth {
		return nil, errDepth
	}
	if _, err := r.decoder.ReadToken(); err != nil {
		return nil, err
	}
	const usual = 8
	v := r.values.make(kindObject, "")
	seen := names{}
	for {
		if r.decoder.PeekKind() == jsontext.KindEndObject {
			_, err := r.decoder.ReadToken()
			return v, err
		}
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		start := r.start
		again := seen.add(v.members, name)
		r.trail = append(r.trail, step{name, -1})
		content, err := r.value()
		if err != nil {
			return nil, err
		}
		if again && !r.problems.full {
			line, column := r.place(start)
			p := locate(r.trail).problem("duplicate-key", fmt.Sprintf("duplicate key %s (again at line %d, column %d)", named(name), line, column))
			p.Hint = "remove one of the two"
			r.problems.add(p)
		}
		if !again {
			if v.members == nil {
				v.members = make([]member, 0, usual)
			}
			v.members = append(v.members, member{name, content})
		}
		r.trail = r.trail[:len(r.trail)-1]
	}
}

// names finds duplicates: by looking through a small object, by a map for a large one.
type names struct{ index map[string]bool }

func (n *names) add(members []member, name string) bool {
	const small = 32
	if n.index == nil && len(members) <= small {
		return slices.ContainsFunc(members, func(m member) bool { return m.name == name })
	}
	if n.index == nil {
		n.index = make(map[string]bool, 2*small)
		for _, m := range members {
			n.index[m.name] = true
		}
	}
	again := n.index[name]
	n.index[name] = true
	return again
}

func (r *reader) array() (*value, error) {
	if r.decoder.StackDepth() >= MaxDepth {
		return nil, errDepth
	}
	if _, err := r.decoder.ReadToken(); err != nil {
		return nil, err
	}
	v := r.values.make(kindArray, "")
	for {
		if r.decoder.PeekKind() == jsontext.KindEndArray {
			_, err := r.decoder.ReadToken()
			return v, err
		}
		r.trail = append(r.trail, step{"", len(v.items)})
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		r.trail = r.trail[:len(r.trail)-1]
		v.items = append(v.items, item)
	}
}

// text reads a string and reports what in it is no Unicode.
func (r *reader) text() (string, error) {
	raw, err := r.decoder.ReadValue()
	if err != nil {
		return "", err
	}
	end := int(r.decoder.InputOffset())
	r.start = end - len(raw)
	if inner := r.source[r.start+1 : end-1]; strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner, nil
	}
	content, err := jsontext.AppendUnquote(nil, raw)
	if err != nil && !r.problems.full {
		at := locate(r.trail)
		p := at.problem("lone-surrogate", "a \\u escape is only half of a character")
		p.Hint = "write the character itself, or both halves of it"
		if !utf8.Valid(raw) {
			p = at.problem("invalid-utf8", "the text is not valid UTF-8")
		}
		line, column := r.place(r.start)
		p.Message += fmt.Sprintf(" (line %d, column %d)", line, column)
		r.problems.add(p)
	}
	return string(content), nil
}

// end makes sure that nothing follows the value.
func (r *reader) end() error {
	r.start = int(r.decoder.InputOffset())
	_, err := r.decoder.ReadToken()
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return errTrailing
}

// fatal is the problem that stopped the reading.
func (r *reader) fatal(err error) Problem {
	var top *location
	offset := int(r.decoder.InputOffset())
	code, message := "syntax", "not valid JSON"
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, errDepth):
		code, message = "too-deep", fmt.Sprintf("objects and lists are nested more than %d deep", MaxDepth)
	case errors.Is(err, errValues):
		code, message = "too-many-values", fmt.Sprintf("the text has more than %d values", maxValues)
	case errors.Is(err, errTrailing):
		code, message = "trailing-data", "unexpected text after the manifest"
		offset = skipSpace(r.data, r.start)
	case errors.As(err, &syntax):
		offset = int(syntax.ByteOffset)
		message = syntaxMessage(syntax.Err.Error())
		if errors.Is(err, io.ErrUnexpectedEOF) {
			message = "unexpected end of the text"
		}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		offset = len(r.data)
		message = "unexpected end of the text"
	}
	line, column := r.place(offset)
	p := top.problem(code, fmt.Sprintf("%s (line %d, column %d)", message, line, column))
	p.Positions = []Position{{Line: line, Column: column}}
	if word := wordAt(r.data, offset); code == "syntax" && slices.Contains(noNumbers, strings.ToLower(strings.TrimLeft(word, "+-"))) {
		p.Message = fmt.Sprintf("%s is not a JSON number (line %d, column %d)", word, line, column)
		p.Expected = "a finite number"
	}
	return p
}

var noNumbers = []string{"nan", "inf", "infinity"}

// wordAt returns the letters around an offset, with a sign before them.
func wordAt(data []byte, offset int) string {
	const longest = 16
	isLetter := func(i int) bool {
		return i >= 0 && i < len(data) && (data[i]|0x20 >= 'a' && data[i]|0x20 <= 'z' || data[i] == '+' || data[i] == '-')
	}
	from, to := offset, offset
	for isLetter(from-1) && offset-from < longest {
		from--
	}
	for isLetter(to) && to-offset < longest {
		to++
	}
	return string(data[from:to])
}

// syntaxMessage words an error of jsontext, which quotes at most one character of the input.
func syntaxMessage(text string) string {
	return "not valid JSON: " + strings.TrimPrefix(text, "jsontext: ")
}

func skipSpace(data []byte, offset int) int {
	for offset < len(data) && strings.IndexByte(" \t\r\n", data[offset]) >= 0 {
		offset++
	}
	return offset
}

func (r *reader) place(offset int) (line, column int) {
	offset = max(0, min(offset, len(r.data)))
	if offset < r.seen {
		r.seen, r.lines, r.line = 0, 0, 0
	}
	passed := r.data[r.seen:offset]
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		r.line = r.seen + i + 1
	}
	r.lines += bytes.Count(passed, []byte("\n"))
	r.seen = offset
	return r.lines + 1, offset - r.line + 1
}
