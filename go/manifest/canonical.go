package manifest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Canonical returns the canonical bytes of a manifest: JSON with the key order and the
// string escapes of RFC 8785, and with integers exactly as they are. Lists that are
// sets are sorted (strings by their bytes, other elements by their canonical bytes),
// with each element once. No newline follows.
//
// The text must be strict JSON, as for [Decode], but need not be a valid
// manifest; the error is a [Problems].
func Canonical(data []byte) ([]byte, error) {
	v, problems := parse(data)
	if len(problems) > 0 {
		return nil, Problems(problems)
	}
	return appendCanonical(make([]byte, 0, len(data)), manifestSchema, v), nil
}

// Encode returns the canonical bytes of a manifest that was created in Go.
func Encode(m *Manifest) ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding the manifest: %w", err)
	}
	return Canonical(data)
}

// Digest is the digest of canonical bytes as Nix writes it: "sha256-" and base64.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// appendCanonical writes a value; s marks the lists that are sets, and may be nil.
func appendCanonical(out []byte, s *schema, v *value) []byte {
	switch v.kind {
	case kindNull:
		return append(out, "null"...)
	case kindBoolean:
		return append(out, v.text...)
	case kindNumber:
		if s == &asWritten {
			return append(out, v.text...)
		}
		return appendNumber(out, v.text)
	case kindString:
		return appendString(out, s.cased(v.text))
	case kindArray:
		return appendList(out, s, v)
	}
	// Nothing reads the order of the text afterwards.
	slices.SortFunc(v.members, func(a, b member) int { return compareKeys(a.name, b.name) })
	out = append(out, '{')
	for i, m := range v.members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendString(out, m.name), ':')
		out = appendCanonical(out, s.below(m.name), m.value)
	}
	return append(out, '}')
}

func appendList(out []byte, s *schema, v *value) []byte {
	items := s
	if s != nil && s != &asWritten {
		items = s.items
	}
	out = append(out, '[')
	if s != nil && s.merge == "set" {
		out = appendSet(out, items, v.items)
		return append(out, ']')
	}
	for i, item := range v.items {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendCanonical(out, items, item)
	}
	return append(out, ']')
}

// appendSet writes each element once: texts in the order of their bytes, other
// elements in the order of their canonical bytes. lib/manifest/sortSets.nix sorts alike.
func appendSet(out []byte, s *schema, items []*value) []byte {
	type element struct {
		key       string
		canonical []byte
	}
	elements := make([]element, len(items))
	var texts []byte
	for i, item := range items {
		from := len(texts)
		texts = appendCanonical(texts, s, item)
		elements[i] = element{s.cased(item.text), texts[from:len(texts):len(texts)]}
		if item.kind != kindString {
			elements[i].key = string(elements[i].canonical)
		}
	}
	slices.SortFunc(elements, func(a, b element) int {
		return cmp.Or(strings.Compare(a.key, b.key), bytes.Compare(a.canonical, b.canonical))
	})
	elements = slices.CompactFunc(elements, func(a, b element) bool { return bytes.Equal(a.canonical, b.canonical) })
	for i, e := range elements {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, e.canonical...)
	}
	return out
}

// cased is a text with the case that its schema wants.
func (s *schema) cased(text string) string {
	if s != nil && s.lower {
		return strings.Map(lowerASCII, text)
	}
	return text
}

func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r - 'A' + 'a'
	}
	return r
}

// asWritten is a schema for which numbers and lists stay as their author wrote them.
var asWritten schema

// below is the schema of a member, or nil when nothing is known of it.
func (s *schema) below(name string) *schema {
	if s == nil || s == &asWritten {
		return s
	}
	if child := s.property(name); child != nil {
		return child
	}
	return s.additional
}

func appendString(out []byte, text string) []byte {
	// Strings are valid UTF-8 here: parse reports what is not.
	out, _ = jsontext.AppendQuote(out, text)
	return out
}

// appendNumber keeps integers as they are and writes other numbers as RFC 8785
// does, so that 0.70 and 7e-1 are the same bytes.
func appendNumber(out []byte, text string) []byte {
	if text == "-0" {
		return append(out, '0')
	}
	if isInteger(text) {
		return append(out, text...)
	}
	number := jsontext.Value(text)
	if err := number.Canonicalize(); err != nil {
		return append(out, text...)
	}
	return append(out, number...)
}

// compareKeys orders keys by their UTF-16 code units, as RFC 8785 wants.
func compareKeys(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] >= 0x80 || b[i] >= 0x80 {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		}
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}
