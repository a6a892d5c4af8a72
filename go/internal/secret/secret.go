package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// Secret is a value that can be used once and not looked at.
//
// The bytes live in a closure, where no printer, encoder or reflection finds them, even
// when the Secret sits in an unexported field. Secrets do not compare: the type has no
// ==. Formatting returns a placeholder, encoding an error.
type Secret struct {
	take func() ([]byte, error)
}

// Placeholder is the printed form of any Secret.
const Placeholder = "[secret]"

var (
	errUsed    = errors.New("the secret was used already")
	errEncoded = errors.New("a secret cannot be encoded")
)

// seal makes a Secret of a value and owns its bytes from then on.
func seal(value []byte) *Secret {
	var once sync.Once
	return &Secret{take: func() ([]byte, error) {
		var out []byte
		once.Do(func() { out, value = value, nil })
		if out == nil {
			return nil, errUsed
		}
		return out, nil
	}}
}

// Use hands the value to a function and overwrites it afterwards; the function
// must not keep the slice. A Secret serves one use; the next is an error.
func (s Secret) Use(use func(value []byte) error) error {
	if s.take == nil {
		return errUsed
	}
	value, err := s.take()
	if err != nil {
		return err
	}
	defer wipe(value)
	return use(value)
}

// Deliver writes the value to a pipe or socket and overwrites it, as Use does.
func (s Secret) Deliver(w io.Writer) error {
	return s.Use(func(value []byte) error {
		_, err := w.Write(value)
		return err
	})
}

// Discard overwrites the value without a use.
func (s Secret) Discard() {
	_ = s.Use(func([]byte) error { return nil })
}

// wipe overwrites bytes that held a value.
func wipe(data []byte) { clear(data[:cap(data)]) }

func (Secret) String() string               { return Placeholder }
func (Secret) GoString() string             { return Placeholder }
func (Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, Placeholder) }
func (Secret) LogValue() slog.Value         { return slog.StringValue(Placeholder) }
func (Secret) MarshalJSON() ([]byte, error) { return nil, errEncoded }
func (Secret) MarshalText() ([]byte, error) { return nil, errEncoded }
func (Secret) MarshalYAML() (any, error)    { return nil, errEncoded }
func (Secret) GobEncode() ([]byte, error)   { return nil, errEncoded }

// MaxBytes is the largest value.
const MaxBytes = 64 << 10

// TrimLineBreak removes the line break from the end of a value of one line, since
// programs and editors add one that is not part of a key. A value of several lines,
// such as a private key, stays as it is.
func TrimLineBreak(value []byte) []byte {
	end := bytes.IndexByte(value, '\n')
	if end < 0 || end != len(value)-1 {
		return value
	}
	return bytes.TrimSuffix(value[:end], []byte("\r"))
}

// flaw returns why bytes cannot be a value, or nothing.
func flaw(value []byte) string {
	switch {
	case len(bytes.TrimSpace(value)) == 0:
		return "is empty"
	case len(value) > MaxBytes:
		return "is larger than 64 KiB"
	case bytes.IndexByte(value, 0) >= 0:
		return "has a NUL byte in it"
	}
	return ""
}
