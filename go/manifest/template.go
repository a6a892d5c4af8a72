package manifest

import (
	"errors"
	"strings"
)

// Template is text with placeholders for secrets: each {} is replaced by one; {{ and }}
// produce a brace.
type Template string

func (Template) Constraint() Constraint { return Constraint{MaxBytes: MaxArgBytes, Text: true} }

var errStrayBrace = errors.New("a brace is neither {} nor doubled")

// Pieces is the text before, between and after the places for secrets, one more than
// there are places. The error is about a brace that is neither doubled nor part of {};
// the pieces hold it as it is.
func (t Template) Pieces() (pieces []string, err error) {
	var piece strings.Builder
	for rest := string(t); rest != ""; {
		switch {
		case strings.HasPrefix(rest, "{}"):
			pieces = append(pieces, piece.String())
			piece.Reset()
			rest = rest[2:]
			continue
		case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
			piece.WriteByte(rest[0])
			rest = rest[2:]
			continue
		case rest[0] == '{', rest[0] == '}':
			err = errStrayBrace
		}
		piece.WriteByte(rest[0])
		rest = rest[1:]
	}
	return append(pieces, piece.String()), err
}
