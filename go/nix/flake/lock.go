package flake

import (
	"bytes"
	"fmt"
	"maps"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Lock is a flake.lock of version 7 (5 and 6 read the same).
type Lock struct {
	Root    string           `json:"root"`
	Version int              `json:"version"`
	Nodes   map[string]*Node `json:"nodes"`
}

// Node is one locked input, or the flake itself.
type Node struct {
	Inputs map[string]Target
	Locked *Locked
	// Attrs are all attributes of the locked source, including those that Locked lacks.
	// Values are strings, int64 and bool.
	Attrs map[string]any
	// Original is the input as flake.nix describes it, as attributes.
	Original map[string]any
	// Flake is false for an input that is only a source tree.
	Flake *bool
	// Parent is, for a relative path, the input path of the flake that it is
	// relative to; nil where there is none.
	Parent []string
}

// UnmarshalJSON reads a node. Before version 6 a part of what is locked was in `info`.
func (n *Node) UnmarshalJSON(data []byte) error {
	var written struct {
		Inputs   map[string]Target `json:"inputs"`
		Locked   attributes        `json:"locked"`
		Info     attributes        `json:"info"`
		Original attributes        `json:"original"`
		Flake    *bool             `json:"flake"`
		Parent   []string          `json:"parent"`
	}
	if err := json.Unmarshal(data, &written); err != nil {
		return err
	}
	n.Inputs, n.Attrs, n.Original, n.Flake, n.Parent = written.Inputs, written.Locked, written.Original, written.Flake, written.Parent
	if n.Attrs == nil {
		return nil
	}
	maps.Copy(n.Attrs, written.Info)
	var err error
	n.Locked, err = LockedOf(n.Attrs)
	return err
}

// attributes are an object of strings, whole numbers and booleans.
type attributes map[string]any

func (a *attributes) UnmarshalJSON(data []byte) error {
	var written map[string]jsontext.Value
	if err := json.Unmarshal(data, &written); err != nil || written == nil {
		return err
	}
	*a = make(attributes, len(written))
	for name, value := range written {
		switch value.Kind() {
		case '"':
			var text string
			if err := json.Unmarshal(value, &text); err != nil {
				return err
			}
			(*a)[name] = text
		case 't', 'f':
			(*a)[name] = value.Kind() == 't'
		case '0':
			var n int64
			if err := json.Unmarshal(value, &n); err != nil {
				return fmt.Errorf("%q must be a whole number", name)
			}
			(*a)[name] = n
		default:
			return fmt.Errorf("%q must be a string, a whole number or a boolean", name)
		}
	}
	return nil
}

// Target selects the node of an input: by its name, or by following inputs from the
// root.
type Target struct {
	Node    string
	Follows []string
}

// UnmarshalJSON reads a string or a list of strings.
func (t *Target) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		t.Follows = []string{}
		return json.Unmarshal(data, &t.Follows)
	}
	return json.Unmarshal(data, &t.Node)
}

// Locked is a reference that always means the same tree. It is comparable.
type Locked struct {
	Type, Owner, Repo, Host, Rev, Ref, URL, Path, Dir, NarHash string
	LastModified, RevCount                                     int64
}

// LockedOf reads the attributes of a locked input, and ignores those that Locked lacks.
func LockedOf(attrs map[string]any) (*Locked, error) {
	l := &Locked{}
	for _, field := range []struct {
		name string
		to   *string
	}{{"type", &l.Type}, {"owner", &l.Owner}, {"repo", &l.Repo}, {"host", &l.Host}, {"rev", &l.Rev}, {"ref", &l.Ref},
		{"url", &l.URL}, {"path", &l.Path}, {"dir", &l.Dir}, {"narHash", &l.NarHash}} {
		if value, given := attrs[field.name]; given {
			text, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("%q must be a string", field.name)
			}
			*field.to = text
		}
	}
	for _, field := range []struct {
		name string
		to   *int64
	}{{"lastModified", &l.LastModified}, {"revCount", &l.RevCount}} {
		if value, given := attrs[field.name]; given {
			n, ok := value.(int64)
			if !ok {
				return nil, fmt.Errorf("%q must be a whole number", field.name)
			}
			*field.to = n
		}
	}
	return l, nil
}

// UnmarshalJSON reads an object of attributes.
func (l *Locked) UnmarshalJSON(data []byte) error {
	var written attributes
	if err := json.Unmarshal(data, &written); err != nil || written == nil {
		return err
	}
	read, err := LockedOf(written)
	if err == nil {
		*l = *read
	}
	return err
}

// relative reports whether the input is a folder of the flake that names it.
func (l *Locked) relative() bool {
	return l.Type == "path" && (l.Path == "" || l.Path[0] != '/')
}

// ParseLock reads a flake.lock. It rejects duplicate names and names that differ only
// in case, so that this program reads exactly what Nix reads.
func ParseLock(data []byte) (*Lock, error) {
	var l Lock
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("flake.lock cannot be read: %w", err)
	}
	if l.Version < 5 || l.Version > 7 {
		return nil, fmt.Errorf("flake.lock has version %d; versions 5 to 7 are known", l.Version)
	}
	if l.Nodes[l.Root] == nil {
		return nil, fmt.Errorf("flake.lock has no root node %q", l.Root)
	}
	for name, n := range l.Nodes {
		if n == nil || n.Locked == nil && name != l.Root {
			return nil, fmt.Errorf("the node %q of flake.lock is not locked", name)
		}
	}
	return &l, nil
}
