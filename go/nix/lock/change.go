package lock

import (
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// What happened to an input.
const (
	Added   = "added"
	Updated = "updated"
	Removed = "removed"
)

// Change is one input that a new lock has otherwise than the old one.
type Change struct {
	Input  string `json:"input"`  // `a/b` for the input b of the input a
	Change string `json:"change"` // Added, Updated or Removed
	// From and To are the old and the new value of the input: a reference, or `follows
	// a/b`.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

func changes(before, after *node) []Change {
	old, new := before.flat(), after.flat()
	all := maps.Clone(old)
	maps.Copy(all, new)
	var out []Change
	for _, at := range sorted(all) {
		path := join(strings.Split(at, "\x00"))
		was, had := old[at]
		is, has := new[at]
		switch {
		case !had:
			out = append(out, Change{Input: path, Change: Added, To: is.describe()})
		case !has:
			out = append(out, Change{Input: path, Change: Removed, From: was.describe()})
		case !was.same(is):
			out = append(out, Change{Input: path, Change: Updated, From: was.describe(), To: is.describe()})
		}
	}
	return out
}

func (n *node) flat() map[string]edge {
	all := map[string]edge{}
	_ = n.walk(func(path []string, e edge) error {
		all[key(path)] = e
		return nil
	})
	return all
}

func (e edge) same(o edge) bool {
	if e.to == nil || o.to == nil {
		return e.to == o.to && slices.Equal(e.follows, o.follows)
	}
	return reflect.DeepEqual(e.to.locked, o.to.locked) && e.to.isFlake == o.to.isFlake
}

func (e edge) describe() string {
	if e.to == nil {
		return "follows " + join(e.follows)
	}
	return Describe(e.to.locked)
}

// Describe is a locked source for people: its reference, and the day of its last change.
func Describe(locked map[string]any) string {
	l, err := flake.LockedOf(locked)
	if err != nil {
		return "?"
	}
	text, separator := l.String(), "?"
	if strings.Contains(text, "?") {
		separator = "&"
	}
	if l.Dir != "" {
		text, separator = text+separator+"dir="+l.Dir, "&"
	}
	if l.Rev == "" && l.NarHash != "" {
		text += separator + "narHash=" + url.QueryEscape(l.NarHash)
	}
	if l.LastModified != 0 {
		text += " (" + time.Unix(l.LastModified, 0).UTC().Format(time.DateOnly) + ")"
	}
	return text
}
