package config

import (
	"maps"
	"reflect"

	"github.com/pelletier/go-toml/v2"
)

// only reports whether two files differ by the edit and by nothing else, as
// go-toml decodes them. What cannot be compared, such as nan, counts as changed.
func (e edit) only(old, now []byte) bool {
	before, after := map[string]any{}, map[string]any{}
	if toml.Unmarshal(old, &before) != nil || toml.Unmarshal(now, &after) != nil {
		return false
	}
	want, ok := e.in(before)
	return ok && reflect.DeepEqual(want, e.pruned(after))
}

// holds reports whether a file already has the values of the edit, in whatever form.
func (e edit) holds(data []byte) bool {
	var values any
	if toml.Unmarshal(data, &values) != nil {
		return false
	}
	for _, key := range e.path {
		inner, _ := values.(map[string]any)
		values = inner[key]
	}
	return e.value != nil && reflect.DeepEqual(values, decoded(e.value))
}

// in returns decoded values with the edit made; empty tables on its way are left
// out, since a file can leave them out as well.
func (e edit) in(values map[string]any) (map[string]any, bool) {
	edits := []edit{e}
	if fields, ok := e.value.(table); ok {
		edits = nil
		for _, f := range fields {
			edits = append(edits, edit{append(append([]string{}, e.path...), f.key), f.value})
		}
	}
	for _, one := range edits {
		if !put(values, one.path, one.value) {
			return nil, false
		}
	}
	return e.pruned(values), true
}

func put(values map[string]any, path []string, value any) bool {
	key := path[0]
	switch inner, isTable := values[key].(map[string]any); {
	case len(path) > 1 && isTable:
		return put(inner, path[1:], value)
	case len(path) > 1 && values[key] != nil:
		return value == nil // nothing is there to remove
	case value == nil:
		delete(values, key)
	case len(path) > 1:
		inner = map[string]any{}
		values[key] = inner
		return put(inner, path[1:], value)
	default:
		values[key] = decoded(value)
	}
	return true
}

// decoded is a value as go-toml decodes it.
func decoded(value any) any {
	list, ok := value.([]string)
	if !ok {
		return value
	}
	items := make([]any, len(list))
	for i, item := range list {
		items[i] = item
	}
	return items
}

func (e edit) pruned(values map[string]any) map[string]any {
	return prune(maps.Clone(values), e.path)
}

func prune(values map[string]any, path []string) map[string]any {
	inner, ok := values[path[0]].(map[string]any)
	if !ok {
		return values
	}
	if len(path) > 1 {
		inner = prune(maps.Clone(inner), path[1:])
		values[path[0]] = inner
	}
	if len(inner) == 0 {
		delete(values, path[0])
	}
	return values
}
