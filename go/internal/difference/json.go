// Package difference compares manifests as JSON.
package difference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Decode reads a manifest as JSON values; numbers stay as they are written.
func Decode(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("reading a manifest: %w", err)
	}
	return v, nil
}

// Same compares values; numbers by how they are written, as canonical JSON does.
func Same(a, b any) bool { return reflect.DeepEqual(a, b) }

// Keys are the names of the members of either object, in order.
func Keys(a, b map[string]any) []string {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// Escape writes the name of a member in a pointer (RFC 6901).
func Escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// IsSecret reports whether an object is a reference to a secret.
func IsSecret(v map[string]any) bool { return v["_type"] == manifest.SecretRefType }

// IsWhole reports whether an object is one value, such as a reference to a secret or text
// with secrets, and has no fields that are compared one by one.
func IsWhole(v map[string]any) bool { return v["_type"] != nil }

// Canonical returns the elements of a list as texts that are equal when they are.
func Canonical(items []any) []string {
	out := make([]string, len(items))
	for i, item := range items {
		data, err := json.Marshal(item) // keys sorted
		if err == nil {
			out[i] = string(data)
		}
	}
	return out
}
