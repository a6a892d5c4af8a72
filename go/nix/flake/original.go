package flake

import (
	"fmt"
	"reflect"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// OriginalAttrs returns the attributes of an input as flake.lock keeps them: the
// written reference, split into parts. name is the input's name; an input without an
// address is looked up by it in the registry of Nix.
func (in *Input) OriginalAttrs(name string) (map[string]any, error) {
	switch {
	case in.Attrs["type"] != nil:
		attrs := map[string]any{}
		for name, value := range in.Attrs {
			attrs[name] = value
		}
		if in.URL != "" {
			attrs["url"] = in.URL
		}
		return reference.AttributesOf(attrs)
	case len(in.Attrs) > 0:
		return nil, fmt.Errorf("an input with attributes must have a `type`")
	case in.URL != "":
		return reference.Attributes(in.URL, in.Flake)
	}
	return map[string]any{"type": "indirect", "id": name}, nil
}

// addressed reports whether flake.nix specifies where the input comes from.
func (in *Input) addressed() bool { return in.URL != "" || len(in.Attrs) > 0 }

// sameOriginal compares flake.nix with the reference that a lock was made for. It treats
// false as absent: versions of Nix disagree on writing it.
func sameOriginal(written, locked map[string]any) bool {
	normal := func(attrs map[string]any) map[string]any {
		out := map[string]any{}
		for name, value := range reference.SameAddress(attrs) {
			if value != false {
				out[name] = value
			}
		}
		return out
	}
	return reflect.DeepEqual(normal(written), normal(locked))
}
