package config

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// SetBinding writes where a secret is kept to the user's local.toml, and keeps
// everything else in it. A nil binding takes the secret out again.
func SetBinding(dir, name string, binding *Binding) error {
	by := "take it out"
	if binding != nil {
		by = table(name, *binding)
	}
	return change(dir, User, by, func(old []byte, path string) []byte {
		return editBinding(old, path, name, binding)
	}, func(before, now *File) bool {
		want := maps.Clone(before.Secrets)
		if binding == nil {
			delete(want, SecretName(name))
		} else {
			if want == nil {
				want = map[SecretName]Binding{}
			}
			want[SecretName(name)] = *binding
		}
		left, right := *before, *now
		left.Secrets, right.Secrets = nil, nil
		return reflect.DeepEqual(left, right) && (len(want) == 0 && len(now.Secrets) == 0 || reflect.DeepEqual(want, now.Secrets))
	})
}

// CheckBinding tells what would be wrong with a binding before anything is done for it.
func CheckBinding(name string, binding Binding) error {
	_, _, problems := decodeFile([]byte(table(name, binding)), "", User)
	for i := range problems {
		problems[i].Positions = []diag.Position{}
	}
	return Problem(problems)
}

// line is a key of a binding and the text of its value.
type line struct{ key, value string }

// lines are all keys of a binding; what is not set has no value.
func lines(b Binding) []line {
	return []line{{"uri", quote(string(b.URI))}, {"hosts", list(b.Hosts)}, {"commands", list(b.Commands)}}
}

func list[S ~string](items []S) string {
	if len(items) == 0 {
		return ""
	}
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = quote(string(item))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func table(name string, b Binding) string {
	text := "[secrets." + quote(name) + "]\n"
	for _, l := range lines(b) {
		if l.value != "" {
			text += l.key + " = " + l.value + "\n"
		}
	}
	return text
}

func editBinding(old []byte, path, name string, binding *Binding) []byte {
	n := bindingNode(old, path, name)
	switch {
	case n == nil && binding == nil:
		return old
	case n == nil:
		gap := ""
		if len(old) > 0 {
			gap = "\n"
		}
		return insert(old, len(old), gap+table(name, *binding))
	case binding == nil && n.to > n.from:
		return replace(old, n, "", true)
	case binding == nil:
		return withoutTable(old, n)
	case n.to > n.from:
		key, _, _ := bytes.Cut(old[n.from:n.to], []byte("="))
		var fields []string
		for _, l := range lines(*binding) {
			if l.value != "" {
				fields = append(fields, l.key+" = "+l.value)
			}
		}
		return replace(old, n, strings.TrimSpace(string(key))+" = { "+strings.Join(fields, ", ")+" }", false)
	}
	for _, l := range lines(*binding) {
		n := bindingNode(old, path, name) // the places moved
		if n == nil {
			return old
		}
		field := n.fields[l.key]
		switch {
		case field != nil && field.to > field.from:
			old = replace(old, field, l.key+" = "+l.value, l.value == "")
		case l.value != "":
			at := lineEnd(old, n.at.Line)
			for _, f := range n.fields {
				at = max(at, min(f.to+1, len(old)))
			}
			old = insert(old, at, l.key+" = "+l.value+"\n")
		}
	}
	return old
}

func bindingNode(data []byte, path, name string) *node {
	root, syntax := parseTree(data, path)
	if syntax != nil || root.fields["secrets"] == nil {
		return nil
	}
	return root.fields["secrets"].fields[name]
}

// withoutTable takes a table with its header out, and one empty line before it.
func withoutTable(old []byte, n *node) []byte {
	from, to := lineEnd(old, n.at.Line-1), lineEnd(old, n.at.Line)
	for _, f := range n.fields {
		to = max(to, min(f.to+1, len(old)))
	}
	if bytes.HasSuffix(old[:from], []byte("\n\n")) {
		from--
	}
	return slices.Concat(old[:from], old[to:])
}
