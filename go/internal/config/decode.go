package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// decodeFile reads one file; places are by JSON pointer.
func decodeFile(data []byte, path string, scope Scope) (*File, map[string]diag.Position, []diag.Diagnostic) {
	d := &decoder{scope: scope, places: map[string]diag.Position{}}
	file := &File{}
	root, syntax := parseTree(data, path)
	if syntax != nil {
		return file, d.places, []diag.Diagnostic{*syntax}
	}
	d.value(reflect.ValueOf(file).Elem(), root, "")
	return file, d.places, d.problems
}

type decoder struct {
	scope    Scope
	places   map[string]diag.Position
	problems []diag.Diagnostic
}

func (d *decoder) problem(n *node, code, path, message, expected, hint string) {
	if strings.HasPrefix(path, "secrets") {
		code = "secret-literal" // its line is never quoted
	}
	pointer := ""
	if path != "" {
		pointer = "/" + strings.ReplaceAll(path, ".", "/")
	}
	d.problems = append(d.problems, diag.Diagnostic{Severity: diag.SeverityError, Code: code, Path: path, Pointer: pointer,
		Message: message, Expected: expected, Hint: hint, Positions: []diag.Position{n.at}})
}

// value fills v. It reports and omits invalid values, and returns whether the value is
// valid.
func (d *decoder) value(v reflect.Value, n *node, path string) bool {
	switch v.Kind() {
	case reflect.Struct:
		return d.structure(v, n, path)
	case reflect.Map:
		return d.table(v, n, path)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if !d.value(v.Elem(), n, path) {
			v.SetZero()
			return false
		}
	case reflect.Slice:
		if !d.kind(n, path, "list", "a list") {
			return false
		}
		for i, item := range n.items {
			element := reflect.New(v.Type().Elem()).Elem()
			if d.value(element, item, path+"["+strconv.Itoa(i)+"]") {
				v.Set(reflect.Append(v, element))
			}
		}
	case reflect.Bool:
		if !d.kind(n, path, "bool", "true or false") {
			return false
		}
		v.SetBool(n.text == "true")
		d.places["/"+strings.ReplaceAll(path, ".", "/")] = n.at
	default:
		return d.text(v, n, path)
	}
	return true
}

func (d *decoder) kind(n *node, path, want, expected string) bool {
	if n.kind != want {
		d.problem(n, "type", path, "this is a "+n.kind, expected, "")
		return false
	}
	return true
}

func (d *decoder) text(v reflect.Value, n *node, path string) bool {
	c := v.Interface().(constrained).constraint()
	if !d.kind(n, path, "text", c.expected) {
		return false
	}
	if why := c.refuses(n.text); why != "" {
		message := diag.Quote(n.text) + " " + why
		if strings.HasPrefix(path, "secrets") {
			message = "this " + why
		}
		d.problem(n, "pattern", path, message, c.expected, didYouMean(n.text, c.enum))
		return false
	}
	v.SetString(n.text)
	d.places["/"+strings.ReplaceAll(path, ".", "/")] = n.at
	return true
}

func (c constraint) refuses(text string) string {
	switch {
	case c.enum != nil && !slices.Contains(c.enum, text):
		return "is not supported"
	case c.fits != nil && !c.fits(text), len(text) > c.longest():
		return "is invalid"
	}
	return ""
}

func (c constraint) longest() int {
	if c.max > 0 {
		return c.max
	}
	return 1024
}

func (d *decoder) table(v reflect.Value, n *node, path string) bool {
	if !d.kind(n, path, "table", "a table ["+path+"]") {
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, key := range n.keys {
		sub := path + "." + key
		k := reflect.New(v.Type().Key()).Elem()
		if c := k.Interface().(constrained).constraint(); c.refuses(key) != "" {
			message := "invalid name " + diag.Quote(key)
			if path == "secrets" { // a key that was taken for a name
				message = "invalid secret name"
			}
			d.problem(n.fields[key], "property-name", path, message, c.expected, "")
			continue
		}
		k.SetString(key)
		if path != "secrets" && slices.Contains(reserved, key) && path == "sources" {
			d.problem(n.fields[key], "property-name", sub, diag.Quote(key)+" already means something else before a colon", "another name", "")
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		if d.value(value, n.fields[key], sub) {
			v.SetMapIndex(k, value)
		}
	}
	return true
}

// reserved are the words that a reference may begin with already.
var reserved = []string{"builtin", "user", "project", "path", "flake", "github", "gitlab", "sourcehut", "git", "hg", "http", "https", "file", "tarball", "age", "env", "mount", "exec", "login"}

func (d *decoder) structure(v reflect.Value, n *node, path string) bool {
	if !d.kind(n, path, "table", "a table ["+path+"]") {
		return false
	}
	var names []string
	index := map[string]int{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		names, index[name] = append(names, name), i
	}
	for _, key := range n.keys {
		sub := key
		if path != "" {
			sub = path + "." + key
		}
		i, known := index[key]
		switch {
		case !known:
			d.unknown(n.fields[key], key, sub, names)
		case path == "" && d.scope == Project && (key == "secrets" || key == "evaluator" || key == "runtimes"):
			d.problem(n.fields[key], "user-only", sub, diag.Quote(key)+" stands only in the user's config, since a project must not decide it", "",
				"move it to insomnia/config.toml in $XDG_CONFIG_HOME (~/.config)")
		default:
			d.value(v.Field(i), n.fields[key], sub)
		}
	}
	if v.Type() == reflect.TypeFor[Binding]() && v.FieldByName("URI").String() == "" && n.fields["uri"] == nil {
		d.problem(n, "required", path, "`uri` is missing", BindingURI("").constraint().expected, "")
		return false
	}
	return true
}

// unknown refuses a key, and sends a runtime setting to where it belongs.
func (d *decoder) unknown(n *node, key, path string, names []string) {
	if strings.HasPrefix(path, "secrets") {
		d.problem(n, "", path, "only uri, hosts and commands are allowed; a config never contains the value of a secret", "", "")
		return
	}
	if field := runtimeSettings()[strings.ToLower(strings.ReplaceAll(key, "_", ""))]; field != "" {
		d.problem(n, "belongs-in-profile", path, diag.Quote(key)+" is a setting of a profile, and a config holds none", "",
			"set "+diag.Quote(field)+" in a profile; `insomnia profile new NAME` writes one to begin with")
		return
	}
	if slices.Contains(startupInputs, key) {
		d.problem(n, "belongs-to-start", path, diag.Quote(key)+" is said when a Pod is started, and a config does not hold it", "",
			"give it to insomnia pod new")
		return
	}
	d.problem(n, "unknown-field", path, "unknown key "+diag.Quote(key), "one of: "+strings.Join(names, ", "), didYouMean(key, names))
}

var startupInputs = []string{"workspace", "podName", "pod", "runtime", "prompt"}

// runtimeSettings are the fields of profiles by their names in small letters.
var runtimeSettings = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	type object struct {
		Ref        string                     `json:"$ref"`
		Properties map[string]json.RawMessage `json:"properties"`
		Defs       map[string]json.RawMessage `json:"$defs"`
	}
	for _, schema := range [][]byte{manifest.ProfileSchemaJSON(), manifest.SchemaJSON()} {
		var root object
		if json.Unmarshal(schema, &root) != nil {
			continue
		}
		var visit func(raw json.RawMessage, path string)
		visit = func(raw json.RawMessage, path string) {
			var o object
			if json.Unmarshal(raw, &o) != nil {
				return
			}
			if name, ok := strings.CutPrefix(o.Ref, "#/$defs/"); ok {
				json.Unmarshal(root.Defs[name], &o)
			}
			for name, sub := range o.Properties {
				at := name
				if path != "" {
					at = path + "." + name
				}
				if strings.Count(at, ".") > 2 || strings.HasPrefix(at, "overrides") {
					continue
				}
				key := strings.ToLower(name)
				if old, known := out[key]; !known || strings.Count(at, ".") < strings.Count(old, ".") || strings.Count(at, ".") == strings.Count(old, ".") && at < old {
					out[key] = at
				}
				visit(sub, at)
			}
		}
		visit(schema, "")
	}
	return out
})

func didYouMean(word string, known []string) string {
	best := suggest.Closest(word, known, 0.8)
	if best == "" {
		return ""
	}
	return "did you mean " + diag.Quote(best) + "?"
}
