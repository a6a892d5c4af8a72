package secret

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// record is the file that remembers the last generation of each name, so that the
// return of an older file is detected.
type record struct {
	Schema      string                `json:"schema"`
	Generations map[string]generation `json:"generations"`
	MAC         []byte                `json:"mac"`
}

type generation struct {
	Gen     uint64 `json:"gen"`
	Removed bool   `json:"removed,omitzero"`
}

const (
	recordSchema = "insomnia.secret-generations/v1"
	recordName   = "generations.json"
	maxRecord    = 4 << 20
)

func recordFields(r record) [][]byte {
	fields := [][]byte{[]byte(r.Schema)}
	for _, name := range slices.Sorted(maps.Keys(r.Generations)) {
		g := r.Generations[name]
		state := byte(0)
		if g.Removed {
			state = 1
		}
		fields = append(fields, []byte(name), append(binary.BigEndian.AppendUint64(nil, g.Gen), state))
	}
	return fields
}

// generations reads the record; without one, nothing is remembered.
func (k *keys) generations(data []byte) (map[string]generation, error) {
	if data == nil {
		return map[string]generation{}, nil
	}
	var r record
	err := json.Unmarshal(data, &r, json.RejectUnknownMembers(true))
	if err != nil || r.Schema != recordSchema || !k.genuine(r.MAC, recordFields(r)...) {
		return nil, diag.Errorf(diag.ExitState, "store-record", "%s in the store of secrets is damaged, or was not written with the identity of this store", recordName).
			Hintf("put it back from a backup; or, if you trust the files as they are, delete it")
	}
	if r.Generations == nil {
		r.Generations = map[string]generation{}
	}
	return r.Generations, nil
}

func (k *keys) encode(known map[string]generation) ([]byte, error) {
	r := record{Schema: recordSchema, Generations: known}
	r.MAC = k.mac(k.macKeys[0], recordFields(r)...)
	return json.Marshal(r, json.Deterministic(true))
}

func (s *Store) recordPath() string { return filepath.Join(s.Dir, recordName) }

func (s *Store) record(k *keys) (map[string]generation, error) {
	data, err := readPrivate(s.recordPath(), maxRecord)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, s.because(err)
	}
	return k.generations(data)
}

// recordHas reports whether the record may still name a value, without a look at
// who wrote it.
func (s *Store) recordHas(name string) bool {
	data, err := readPrivate(s.recordPath(), maxRecord)
	var r record
	if err != nil || json.Unmarshal(data, &r) != nil {
		return false
	}
	last := r.Generations[name]
	return last.Gen > 0 && !last.Removed
}

func (s *Store) writeRecord(k *keys, known map[string]generation) error {
	data, err := k.encode(known)
	if err != nil {
		return err
	}
	if err := durable.Replace(s.fs(), s.recordPath(), data, 0o600); err != nil {
		return s.because(err)
	}
	return nil
}
