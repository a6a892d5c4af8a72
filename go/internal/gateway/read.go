package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits on the JSON of a request, far above what the programs send.
const (
	maxDepth   = 128     // levels of nesting; the schema of a tool is the deepest part
	maxMembers = 4096    // members of one object
	maxTokens  = 8 << 20 // tokens of one body
	maxTools   = 4096
	maxName    = 256 // bytes of the name of a model or of a tool
)

// asked is the part of a request that the gateway checks against the manifest.
type asked struct {
	// models are all that may answer: the model, and a list to choose from.
	models []string
	// tools are the names of the offered tools, in the form that a driver's Offer takes.
	tools []string
	// system are the texts of the system prompt, in order.
	system []string
	// calls are the names of the tools that the model called, by the ID of the call.
	calls map[string]string
	// results are the results of tool calls.
	results []result
	// unread names a part that the gateway cannot check, for which it refuses the request;
	// empty if it can check everything.
	unread string
}

// result is the result of a tool call.
type result struct {
	id string
	// tool is the kind of result, if the call is not in the request.
	tool string
	// content is JSON: a string, or a list of parts.
	content []byte
}

// reader parses the JSON of a request within limits. A duplicate name is an error. So is
// a name that differs only in case from an expected one, because some servers treat the
// two as equal.
type reader struct {
	data    []byte
	decoder *jsontext.Decoder
	tokens  int
}

var (
	errTooMuch = errors.New("it has too many values")
	errShape   = errors.New("a value has a type that the API does not know")
)

func newReader(data []byte) *reader {
	return &reader{data: data, decoder: jsontext.NewDecoder(bytes.NewBuffer(data),
		jsontext.AllowInvalidUTF8(true))}
}

// whole parses a body that is a single object.
func (r *reader) whole(members ...member) error {
	if r.decoder.PeekKind() != jsontext.KindBeginObject {
		return errors.New("it is not a JSON object")
	}
	if err := r.fields(members...); err != nil {
		return err
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("something follows the JSON text")
	}
	return nil
}

func (r *reader) token() (jsontext.Token, error) {
	if r.tokens++; r.tokens > maxTokens {
		return jsontext.Token{}, errTooMuch
	}
	if r.decoder.StackDepth() > maxDepth {
		return jsontext.Token{}, errors.New("it is nested too deeply")
	}
	return r.decoder.ReadToken()
}

// object visits the members of the next object; visit reads the value. It is an error if
// the next value is not an object.
func (r *reader) object(visit func(name string) error) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	if token.Kind() != jsontext.KindBeginObject {
		return errShape
	}
	for n := 0; r.decoder.PeekKind() != jsontext.KindEndObject; n++ {
		if n == maxMembers {
			return errTooMuch
		}
		token, err := r.token()
		if err != nil {
			return err
		}
		name := ""
		if visit != nil {
			if name = token.String(); strings.ContainsRune(name, utf8.RuneError) {
				return errors.New("the name of a member is not valid UTF-8")
			}
			err = visit(name)
		} else {
			err = r.skip()
		}
		if err != nil {
			return err
		}
	}
	_, err = r.token()
	return err
}

// list visits the elements of the next list; visit reads each.
func (r *reader) list(visit func() error) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	if token.Kind() != jsontext.KindBeginArray {
		return errShape
	}
	for r.decoder.PeekKind() != jsontext.KindEndArray {
		if err := visit(); err != nil {
			return err
		}
	}
	_, err = r.token()
	return err
}

// skip skips the next value.
func (r *reader) skip() error {
	switch r.decoder.PeekKind() {
	case jsontext.KindBeginObject:
		return r.object(nil)
	case jsontext.KindBeginArray:
		return r.list(r.skip)
	}
	_, err := r.token()
	return err
}

// raw returns the next value as it is written.
func (r *reader) raw() ([]byte, error) {
	begin := int(r.decoder.InputOffset())
	if err := r.skip(); err != nil {
		return nil, err
	}
	return bytes.TrimLeft(r.data[begin:r.decoder.InputOffset()], " \t\r\n:,"), nil
}

// text reads a string; null counts as an empty one.
func (r *reader) text() (string, error) {
	token, err := r.token()
	switch {
	case err != nil:
		return "", err
	case token.Kind() == jsontext.KindString:
		return token.String(), nil
	case token.Kind() == jsontext.KindNull:
		return "", nil
	}
	return "", errShape
}

// null consumes the next value if it is null.
func (r *reader) null() bool {
	if r.decoder.PeekKind() != jsontext.KindNull {
		return false
	}
	_, err := r.token()
	return err == nil
}

// member is an expected member of an object.
type member struct {
	name string
	read func() error
}

// fields reads an object and its expected members; null counts as an empty object.
func (r *reader) fields(members ...member) error {
	if r.null() {
		return nil
	}
	return r.object(r.only(members))
}

func (r *reader) only(members []member) func(string) error {
	return func(name string) error {
		for _, m := range members {
			if m.name == name {
				return m.read()
			}
		}
		for _, m := range members {
			if strings.EqualFold(m.name, name) {
				return fmt.Errorf("the member %s differs from %s by its case", quote(name), quote(m.name))
			}
		}
		return r.skip()
	}
}

func (r *reader) into(to *string) func() error {
	return func() (err error) {
		*to, err = r.text()
		return err
	}
}

func (r *reader) rawInto(to *[]byte) func() error {
	return func() (err error) {
		*to, err = r.raw()
		return err
	}
}

// texts reads a string, or the texts in a list of parts; null has none.
func (r *reader) texts() ([]string, error) {
	all := []string(nil)
	part := func() error {
		if r.decoder.PeekKind() == jsontext.KindString {
			text, err := r.text()
			all = append(all, text)
			return err
		}
		var text string
		if err := r.fields(member{"text", r.into(&text)}); err != nil {
			return err
		}
		all = append(all, text)
		return nil
	}
	switch r.decoder.PeekKind() {
	case jsontext.KindNull:
		return nil, r.skip()
	case jsontext.KindString:
		err := part()
		return all, err
	}
	err := r.list(part)
	return all, err
}

// each visits the elements of a list that may be null.
func (r *reader) each(visit func() error) func() error {
	return func() error { return r.optional(visit) }
}

// systemTexts reads a part of the system prompt.
func (r *reader) systemTexts(a *asked) func() error {
	return func() error {
		texts, err := r.texts()
		a.system = append(a.system, texts...)
		return err
	}
}

// optional visits a list, or null.
func (r *reader) optional(visit func() error) error {
	if r.null() {
		return nil
	}
	return r.list(visit)
}

// empty skips a value without content: null, false, {} or [].
func (r *reader) empty() (bool, error) {
	value, err := r.raw()
	if err != nil {
		return false, err
	}
	switch string(bytes.Map(func(c rune) rune {
		if strings.ContainsRune(" \t\r\n", c) {
			return -1
		}
		return c
	}, value[:min(len(value), 1024)])) {
	case "null", "false", "{}", "[]":
		return true, nil
	}
	return false, nil
}

// unreadable reads a member that the gateway cannot check unless it is empty.
func (r *reader) unreadable(a *asked, name string) func() error {
	return func() error {
		empty, err := r.empty()
		if err == nil && !empty && a.unread == "" {
			a.unread = name
		}
		return err
	}
}

// model reads the name of a model that may answer.
func (r *reader) model(a *asked) func() error {
	return func() error {
		name, err := r.text()
		a.models = append(a.models, name)
		if err == nil && len(a.models) > maxTools {
			return errTooMuch
		}
		return err
	}
}

// offer records an offered tool.
func (a *asked) offer(name string) error {
	if len(a.tools) == maxTools {
		return errTooMuch
	}
	if name == "" {
		name = "(a tool without a name)"
	}
	a.tools = append(a.tools, name)
	return nil
}

func (a *asked) call(id, tool string) {
	if id == "" || tool == "" {
		return
	}
	if a.calls == nil {
		a.calls = map[string]string{}
	}
	// Of two calls with one ID the first wins, and the other has no receipt.
	if before, ok := a.calls[id]; ok && before != tool {
		a.unread = "two tool calls with one ID"
		return
	}
	a.calls[id] = tool
}

// textOf returns the text of a result's content.
func textOf(content []byte) string {
	if len(content) == 0 {
		return ""
	}
	texts, err := newReader(content).texts()
	if err != nil {
		return ""
	}
	return strings.Join(texts, "\n")
}

// clip shortens an untrusted name for a message.
func clip(name string) string {
	if len(name) <= maxName {
		return name
	}
	return strings.ToValidUTF8(name[:maxName], "") + "…"
}

// unreadable describes why a body cannot be parsed.
func unreadable(err error) string {
	var syntax *jsontext.SyntacticError
	switch {
	case !errors.As(err, &syntax):
		return err.Error()
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "duplicate member " + quote(string(syntax.JSONPointer))
	}
	return fmt.Sprintf("it is not valid JSON at byte %d", syntax.ByteOffset)
}
