package secret

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"filippo.io/age"
	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// entry is the decrypted content of a file of the store. The MAC covers all other
// fields: age alone neither binds a file to its name nor authenticates its author.
type entry struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	// Gen counts the values that the name has had.
	Gen   uint64 `json:"gen"`
	Value []byte `json:"value"`
	MAC   []byte `json:"mac"`
}

const entrySchema = "insomnia.secret/v1"

var (
	errDamaged = errors.New("damaged")
	errForged  = errors.New("forged")
	errSwapped = errors.New("swapped")
	errNewer   = errors.New("newer")
)

// seal encrypts a value for the identity and all further recipients.
func (k *keys) seal(name string, gen uint64, value []byte) ([]byte, error) {
	e := entry{Schema: entrySchema, Name: name, Gen: gen, Value: value}
	e.MAC = k.mac(k.macKeys[0], entryFields(e)...)
	plain, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	defer wipe(plain)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, k.recipients...)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, diag.Errorf(diag.ExitRefused, "recipients", "the value cannot be encrypted for these recipients together: %v", err)
	}
	return out.Bytes(), nil
}

// open decrypts and checks a whole file before it returns any part of it.
func (k *keys) open(sealed []byte, name string) (gen uint64, value []byte, err error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), k.identities...)
	if err != nil {
		return 0, nil, err
	}
	// All of it is read before any is used. The room is made beforehand, so that
	// no copy is left behind.
	plain := bytes.NewBuffer(make([]byte, 0, len(sealed)+bytes.MinRead))
	defer func() { wipe(plain.Bytes()) }()
	if _, err := plain.ReadFrom(r); err != nil {
		return 0, nil, errDamaged
	}
	var e entry
	if err := json.Unmarshal(plain.Bytes(), &e); err != nil {
		wipe(e.Value)
		return 0, nil, errForged
	}
	switch {
	case e.Schema != entrySchema:
		err = errNewer
	case !k.genuine(e.MAC, entryFields(e)...):
		err = errForged
	case e.Name != name:
		err = errSwapped
	}
	if err != nil {
		wipe(e.Value)
		return 0, nil, err
	}
	return e.Gen, e.Value, nil
}

func entryFields(e entry) [][]byte {
	return [][]byte{[]byte(e.Schema), []byte(e.Name), binary.BigEndian.AppendUint64(nil, e.Gen), e.Value}
}

// mac is over fields with their lengths, so that none runs into the next.
func (k *keys) mac(key []byte, fields ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, field := range fields {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(field))))
		h.Write(field)
	}
	return h.Sum(nil)
}

func (k *keys) genuine(mac []byte, fields ...[]byte) bool {
	return slices.ContainsFunc(k.macKeys, func(key []byte) bool { return hmac.Equal(mac, k.mac(key, fields...)) })
}
