package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// peer is a configuration language that writes the same manifest: a base of all fields, each
// with its type, numbers that are not negative, no other fields in an object, and a profile
// that changes some. It has less to do than a profile: nothing is derived from presets, and
// nothing is known of where a value comes from.
type peer struct {
	name    string
	file    string
	command func(program, file string) []string
	write   func(task peerTask) string
}

var peers = []peer{
	{"pkl", "task.pkl", func(p, file string) []string { return []string{p, "eval", "--no-cache", file} }, pklTask},
	{"cue", "task.cue", func(p, file string) []string { return []string{p, "export", "--out", "json", "-e", "coder", file} }, cueTask},
	{"jsonnet", "task.jsonnet", func(p, file string) []string { return []string{p, file} }, jsonnetTask},
}

// peerTask is the input of the peers.
type peerTask struct{ base, change map[string]any }

// peerTaskOf splits a manifest into a base and what a profile changes of it.
func peerTaskOf(manifest []byte) (task peerTask, err error) {
	d := json.NewDecoder(bytes.NewReader(manifest))
	d.UseNumber()
	if err := d.Decode(&task.base); err != nil {
		return task, err
	}
	task.change = map[string]any{}
	for _, section := range []string{"profile", "limits", "permissions"} {
		fields, _ := task.base[section].(map[string]any)
		other, change := maps.Clone(fields), map[string]any{}
		for name, v := range fields {
			switch v := v.(type) {
			case string:
				change[name], other[name] = v, v+" of the base"
			case json.Number:
				change[name], other[name] = v, json.Number("1"+v.String())
			}
		}
		task.base[section], task.change[section] = other, change
	}
	return task, nil
}

// peerRows are those of the installed peers, each checked to write the manifest.
func peerRows(dir string, manifest []byte) ([]row, error) {
	task, err := peerTaskOf(manifest)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, p := range peers {
		program, err := exec.LookPath(p.name)
		if err != nil {
			continue
		}
		file := filepath.Join(dir, p.file)
		if err := os.WriteFile(file, []byte(p.write(task)), 0o600); err != nil {
			return nil, err
		}
		argv := p.command(program, file)
		out, err := exec.Command(argv[0], argv[1:]...).Output()
		if err != nil {
			var failed *exec.ExitError
			if errors.As(err, &failed) {
				err = fmt.Errorf("%w: %s", err, failed.Stderr)
			}
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if !same(out, manifest) {
			return nil, fmt.Errorf("%s does not write the manifest", p.name)
		}
		version, _ := exec.Command(program, "--version").Output()
		if p.name == "cue" {
			version, _ = exec.Command(program, "version").Output()
		}
		rows = append(rows, row{Name: p.name + ", the same fields and checks", Version: firstLine(version), argv: argv})
	}
	return rows, nil
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line
}

func same(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return bytes.Equal(p, q)
}

func literal(v any) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it was JSON before
	return strings.TrimSpace(out.String())
}

// fields writes one line for each field of an object.
func fields(object map[string]any, line func(name string, v any) string) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(object)) {
		out.WriteString(line(name, object[name]) + "\n")
	}
	return out.String()
}

func cueTask(task peerTask) string {
	var field func(name string, v any) string
	field = func(name string, v any) string {
		kind := "_"
		switch v := v.(type) {
		case map[string]any:
			return fmt.Sprintf("%q: {\n%s}", name, fields(v, field))
		case string:
			kind = "string"
		case bool:
			kind = "bool"
		case json.Number:
			kind = "number & >=0"
		case nil:
			kind = "null"
		case []any:
			kind = "[...]"
		}
		return fmt.Sprintf("%q: *%s | %s", name, literal(v), kind)
	}
	return fmt.Sprintf("#Manifest: {\n%s}\ncoder: #Manifest & %s\n", fields(task.base, field), literal(task.change))
}

func jsonnetTask(task peerTask) string {
	names := func(object map[string]any) string {
		return literal(append([]string{}, slices.Sorted(maps.Keys(object))...))
	}
	var field func(name string, v any) string
	field = func(name string, v any) string {
		check := func(what string) string {
			return fmt.Sprintf("%q: %s,\nassert std.is%s : %q,", name, literal(v), fmt.Sprintf(what, fmt.Sprintf("self[%q]", name)), name)
		}
		switch v := v.(type) {
		case map[string]any:
			return fmt.Sprintf("%q: {\nassert std.objectFields(self) == %s : %q,\n%s},", name, names(v), name, fields(v, field))
		case string:
			return check("String(%s)")
		case bool:
			return check("Boolean(%s)")
		case json.Number:
			return check("Number(%[1]s) && %[1]s >= 0")
		case []any:
			return check("Array(%s)")
		}
		return fmt.Sprintf("%q: null,\nassert self[%q] == null : %q,", name, name, name)
	}
	change := fields(task.change, func(name string, v any) string { return fmt.Sprintf("%q+: %s,", name, literal(v)) })
	return fmt.Sprintf("local base = {\nassert std.objectFields(self) == %s : \"manifest\",\n%s};\nbase + {\n%s}\n", names(task.base), fields(task.base, field), change)
}

// pklTask has a class for each object.
func pklTask(task peerTask) string {
	var classes strings.Builder
	var value func(v any) string
	value = func(v any) string {
		switch v := v.(type) {
		case map[string]any:
			return "new Dynamic {\n" + fields(v, func(name string, v any) string { return "`" + name + "` = " + value(v) }) + "}"
		case []any:
			var items []string
			for _, item := range v {
				items = append(items, value(item))
			}
			return "List(" + strings.Join(items, ", ") + ")"
		}
		return literal(v)
	}
	count := 0
	var class func(object map[string]any) string
	class = func(object map[string]any) string {
		count++
		name := fmt.Sprintf("Object%d", count)
		body := fields(object, func(name string, v any) string {
			kind := ""
			switch v := v.(type) {
			case map[string]any:
				return fmt.Sprintf("`%s`: %s", name, class(v))
			case string:
				kind = "String"
			case bool:
				kind = "Boolean"
			case json.Number:
				kind = "Number(this >= 0)"
			case []any:
				kind = "List"
			default:
				kind = "Null"
			}
			return fmt.Sprintf("`%s`: %s = %s", name, kind, value(v))
		})
		fmt.Fprintf(&classes, "class %s {\n%s}\n", name, body)
		return name
	}
	root := class(task.base)
	change := fields(task.change, func(name string, v any) string {
		return "`" + name + "` {\n" + fields(v.(map[string]any), func(name string, v any) string { return "`" + name + "` = " + value(v) }) + "}"
	})
	return fmt.Sprintf("%sbase: %s = new {}\ncoder = (base) {\n%s}\noutput {\nvalue = coder\nrenderer = new JsonRenderer { omitNullProperties = false }\n}\n", classes.String(), root, change)
}
