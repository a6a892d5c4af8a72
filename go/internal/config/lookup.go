package config

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Keys are the dotted keys of a config whose values are not tables, in the order of
// [File]. NAME stands for a name of the user's own, and secrets are left out.
func Keys() []string { return keysOf(reflect.TypeFor[File](), "") }

func keysOf(t reflect.Type, path string) (keys []string) {
	switch {
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if path == "" && name == "secrets" {
				continue
			}
			keys = append(keys, keysOf(t.Field(i).Type, strings.TrimPrefix(path+"."+name, "."))...)
		}
		return keys
	case t.Kind() == reflect.Map:
		return keysOf(t.Elem(), path+".NAME")
	}
	return []string{path}
}

// Found is a value of a config and where it is set.
type Found struct {
	Key   string        `json:"key"`
	Value any           `json:"value"` // string or bool
	Scope Scope         `json:"scope"`
	At    diag.Position `json:"set"`
}

// Lookup finds the value of a key in the files of a scope, the one that counts; nil
// where it is not set, or is a table.
func Lookup(dir string, scope Scope, key string) (*Found, []diag.Diagnostic) {
	var found *Found
	var problems []diag.Diagnostic
	for _, name := range []string{FileName, LocalName} {
		data, err := ReadFile(dir, scope, name, maxSize)
		path := filepath.Join(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			problems = append(problems, unreadable(path, err))
			continue
		}
		file, places, wrong := decodeFile(data, path, scope)
		problems = append(problems, wrong...)
		var values any
		if text, err := json.Marshal(file); err != nil || json.Unmarshal(text, &values) != nil {
			continue
		}
		for part := range strings.SplitSeq(key, ".") {
			inner, _ := values.(map[string]any)
			values = inner[part]
		}
		switch values.(type) {
		case string, bool:
			found = &Found{Key: key, Value: values, Scope: scope, At: places["/"+strings.ReplaceAll(key, ".", "/")]}
		}
	}
	return found, problems
}

// SetValue writes a value to local.toml of a directory as the type of its key; empty
// removes the key. A key or a value that a config cannot have is an error.
func SetValue(dir string, scope Scope, key, text string) error {
	e := edit{path: strings.Split(key, ".")}
	if text != "" {
		e.value = text
		if (text == "true" || text == "false") && isBool(key) {
			e.value = text == "true"
		}
		if err := checkText(keys(e.path)+" = "+write(e.value)+"\n", scope); err != nil {
			return err
		}
	}
	return change(dir, scope, func(*File) edit { return e })
}

func isBool(key string) bool {
	t := reflect.TypeFor[File]()
	for part := range strings.SplitSeq(key, ".") {
		if t.Kind() != reflect.Struct {
			return false
		}
		field, ok := reflect.StructField{}, false
		for i := range t.NumField() {
			if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name == part {
				field, ok = t.Field(i), true
			}
		}
		if !ok {
			return false
		}
		t = field.Type
	}
	return t == reflect.TypeFor[*bool]()
}
