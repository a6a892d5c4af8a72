package durable

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// A file is its content between these, with the checksum in the first gap: as a
// whole it is JSON, and every byte of it has to be what it is.
const (
	beforeChecksum = `{"checksum":"`
	afterChecksum  = `","content":`
	afterContent   = "}\n"
)

// Frame returns the bytes of a file with JSON content, and the checksum of the content.
// [Unframe] accepts no change of a single byte.
func Frame(content []byte) (data []byte, sum string) {
	sum = checksum(content)
	data = make([]byte, 0, len(content)+len(sum)+len(beforeChecksum)+len(afterChecksum)+len(afterContent))
	data = append(append(append(data, beforeChecksum...), sum...), afterChecksum...)
	return append(append(data, content...), afterContent...), sum
}

var (
	errCutOff  = errors.New("it does not end, or does not begin, as it was written")
	errChanged = errors.New("its bytes are not those that were written: the checksum differs")
)

// Unframe returns the content of a file and its checksum if no byte has changed.
func Unframe(data []byte) (content []byte, sum string, err error) {
	rest, ok := bytes.CutPrefix(data, []byte(beforeChecksum))
	if !ok {
		return nil, "", errCutOff
	}
	stored, rest, ok := bytes.Cut(rest, []byte(afterChecksum))
	if !ok {
		return nil, "", errCutOff
	}
	content, ok = bytes.CutSuffix(rest, []byte(afterContent))
	if !ok {
		return nil, "", errCutOff
	}
	if sum = checksum(content); sum != string(stored) {
		return nil, "", errChanged
	}
	return content, sum, nil
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
