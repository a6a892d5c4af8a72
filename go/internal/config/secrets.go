package config

import "path/filepath"

// SetBinding writes where a secret is kept to the user's local.toml, and keeps
// everything else in it. A nil binding takes the secret out again.
func SetBinding(dir, name string, binding *Binding) error {
	return change(dir, User, func(*File) edit { return bindingEdit(name, binding) })
}

func bindingEdit(name string, b *Binding) edit {
	e := edit{path: []string{"secrets", name}}
	if b != nil {
		e.value = table{{"uri", string(b.URI)}, {"hosts", list(b.Hosts)}, {"commands", list(b.Commands)}}
	}
	return e
}

// list is a list of strings as a value of an edit, nil for an empty one.
func list[S ~string](items []S) any {
	if len(items) == 0 {
		return nil
	}
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = string(item)
	}
	return out
}

// CanBind reports why the binding could not be written, before anything is done for it.
func CanBind(dir, name string, binding Binding) error {
	return InStore(filepath.Join(dir, LocalName), bindingEdit(name, &binding).declared())
}

// CheckBinding reports what would be wrong with a binding before anything is done for it.
func CheckBinding(name string, binding Binding) error {
	e := bindingEdit(name, &binding)
	return checkText((&document{newline: "\n"}).section(e.path, e.value.(table)), User)
}
