package difference

import (
	"encoding/json"
	"strconv"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// Operation is one step of a JSON Patch (RFC 6902).
type Operation struct {
	Op    string          `json:"op"` // add, remove or replace
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value,omitempty"` // not for remove
}

// Patch returns the changes that turn the first manifest into the second: a JSON Patch,
// empty if they are equal.
func Patch(first, second []byte) ([]Operation, error) {
	a, err := Decode(first)
	if err != nil {
		return nil, err
	}
	b, err := Decode(second)
	if err != nil {
		return nil, err
	}
	p := patcher{operations: []Operation{}}
	if err := p.members("", a, b); err != nil {
		return nil, err
	}
	return p.operations, nil
}

type patcher struct{ operations []Operation }

func (p *patcher) add(op, path string, value any) error {
	o := Operation{Op: op, Path: path}
	if op != "remove" {
		data, err := json.Marshal(value)
		if err != nil {
			return err
		}
		o.Value = data
	}
	p.operations = append(p.operations, o)
	return nil
}

func (p *patcher) members(path string, a, b map[string]any) error {
	for _, key := range Keys(a, b) {
		at := path + "/" + Escape(key)
		was, inA := a[key]
		now, inB := b[key]
		var err error
		switch {
		case !inB:
			err = p.add("remove", at, nil)
		case !inA:
			err = p.add("add", at, now)
		default:
			err = p.value(at, was, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *patcher) value(path string, a, b any) error {
	if Same(a, b) {
		return nil
	}
	if a, ok := a.(map[string]any); ok {
		if b, ok := b.(map[string]any); ok && !IsSecret(a) && !IsSecret(b) {
			return p.members(path, a, b)
		}
	}
	if a, ok := a.([]any); ok {
		if b, ok := b.([]any); ok {
			return p.elements(path, a, b)
		}
	}
	return p.add("replace", path, b)
}

// elements removes and adds single elements, from the front; each index refers to the
// list after the steps before.
func (p *patcher) elements(path string, a, b []any) error {
	for _, d := range lcs.DiffLines(Canonical(a), Canonical(b)) {
		for range d.End - d.Start { // what is before is as in b already
			if err := p.add("remove", path+"/"+strconv.Itoa(d.ReplStart), nil); err != nil {
				return err
			}
		}
		for i := d.ReplStart; i < d.ReplEnd; i++ {
			if err := p.add("add", path+"/"+strconv.Itoa(i), b[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
