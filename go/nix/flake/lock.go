package flake

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Lock is a flake.lock of version 7 (5 and 6 read the same).
type Lock struct {
	Root    string           `json:"root"`
	Version int              `json:"version"`
	Nodes   map[string]*Node `json:"nodes"`
}

// Node is one locked input, or the flake itself.
type Node struct {
	Inputs map[string]Target `json:"inputs"`
	Locked *Locked           `json:"locked"`
	// Original is what flake.nix said of the input, as attributes.
	Original map[string]any `json:"original"`
	// Flake is false for an input that is only a source tree.
	Flake *bool `json:"flake"`
	// Parent is, for a relative path, the input path of the flake that it is relative to.
	Parent []string `json:"parent"`
}

// Target says which node an input is: by its name, or by following inputs from the root.
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

// Locked is a reference that always means the same tree.
type Locked struct {
	Type         string `json:"type"`
	Owner        string `json:"owner,omitempty"`
	Repo         string `json:"repo,omitempty"`
	Host         string `json:"host,omitempty"`
	Rev          string `json:"rev,omitempty"`
	Ref          string `json:"ref,omitempty"`
	URL          string `json:"url,omitempty"`
	Path         string `json:"path,omitempty"`
	Dir          string `json:"dir,omitempty"`
	NarHash      string `json:"narHash,omitempty"`
	LastModified int64  `json:"lastModified,omitempty"`
	RevCount     int64  `json:"revCount,omitempty"`
}

// relative reports whether the input is a folder of the flake that names it.
func (l *Locked) relative() bool {
	return l.Type == "path" && (l.Path == "" || l.Path[0] != '/')
}

// ParseLock reads a flake.lock.
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
