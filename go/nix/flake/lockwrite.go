package flake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Bytes is the lock as the text of a flake.lock: what Nix 2.34 writes for the
// same lock, byte by byte.
func (l *Lock) Bytes() []byte {
	nodes := map[string]any{}
	for name, n := range l.Nodes {
		nodes[name] = n.object()
	}
	var w objectWriter
	w.value(map[string]any{"nodes": nodes, "root": l.Root, "version": int64(7)})
	var out bytes.Buffer
	if err := json.Indent(&out, w.Bytes(), "", "  "); err != nil {
		panic(err) // it was just written
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func (n *Node) object() map[string]any {
	object := map[string]any{}
	if len(n.Inputs) > 0 {
		inputs := map[string]any{}
		for name, t := range n.Inputs {
			inputs[name] = t.Node
			if t.Follows != nil {
				inputs[name] = t.Follows
			}
		}
		object["inputs"] = inputs
	}
	if n.Attrs != nil {
		object["locked"], object["original"] = n.Attrs, n.Original
	}
	if n.Flake != nil && !*n.Flake {
		object["flake"] = false
	}
	if n.Parent != nil {
		object["parent"] = n.Parent
	}
	return object
}

// objectWriter writes JSON as Nix does: keys are sorted, and only what must be
// escaped is.
type objectWriter struct{ bytes.Buffer }

func (w *objectWriter) value(v any) {
	switch v := v.(type) {
	case map[string]any:
		w.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				w.WriteByte(',')
			}
			w.text(name)
			w.WriteByte(':')
			w.value(v[name])
		}
		w.WriteByte('}')
	case []string:
		w.WriteByte('[')
		for i, s := range v {
			if i > 0 {
				w.WriteByte(',')
			}
			w.text(s)
		}
		w.WriteByte(']')
	case string:
		w.text(v)
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case int64:
		w.WriteString(strconv.FormatInt(v, 10))
	default:
		panic(fmt.Sprintf("a lock does not hold a %T", v))
	}
}

func (w *objectWriter) text(s string) {
	w.WriteByte('"')
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == '"' || c == '\\':
			w.WriteString(`\` + s[i:i+1])
		case c == '\b':
			w.WriteString(`\b`)
		case c == '\f':
			w.WriteString(`\f`)
		case c == '\n':
			w.WriteString(`\n`)
		case c == '\r':
			w.WriteString(`\r`)
		case c == '\t':
			w.WriteString(`\t`)
		case c < 0x20:
			fmt.Fprintf(w, `\u%04x`, c)
		default:
			w.WriteString(string(c))
		}
		i += size
	}
	w.WriteByte('"')
}
