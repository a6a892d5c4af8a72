// Package nixtext writes values as Nix text that people read and edit: profiles that
// are made from files of other programs.
//
// Whatever a string, or the name of an attribute, holds, it is that string again when
// the text is evaluated. NUL is the exception: Nix has no strings with it.
package nixtext

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// SecretRef is the name of a secret: insomnia.lib.secrets.ref "NAME".
type SecretRef string

// Format is text with secrets: insomnia.lib.secrets.format "Bearer {}" (…).
type Format struct {
	Template string
	Refs     []SecretRef
}

// Raw is an expression of ours, such as a path. It must not hold anything from a file.
type Raw string

// Commented is a value with a comment of one line after it, which is ours too.
type Commented struct {
	Value any
	Why   string
}

// Set is an attribute set in the order in which it was filled.
type Set struct {
	names  []string
	values map[string]any
}

// Len is the number of attributes.
func (s *Set) Len() int { return len(s.names) }

// Put sets the value at a path of attribute names. Values are string, bool, int64,
// json.Number, []string, []any, *Set and the types of this package.
func (s *Set) Put(value any, path ...string) {
	if s.values == nil {
		s.values = map[string]any{}
	}
	inner, isSet := s.values[path[0]].(*Set)
	if _, there := s.values[path[0]]; !there {
		s.names = append(s.names, path[0])
	}
	if len(path) == 1 {
		s.values[path[0]] = value
		return
	}
	if !isSet {
		inner = &Set{}
		s.values[path[0]] = inner
	}
	inner.Put(value, path[1:]...)
}

// Write writes the attributes, each on lines of its own.
func (s *Set) Write(b *strings.Builder, indent string) {
	for _, name := range s.names {
		path, value := Name(name), s.values[name]
		for inner, ok := value.(*Set); ok && len(inner.names) == 1; inner, ok = value.(*Set) {
			path, value = path+"."+Name(inner.names[0]), inner.values[inner.names[0]]
		}
		b.WriteString(indent + path + " = ")
		why := ""
		if leaf, ok := value.(Commented); ok {
			value, why = leaf.Value, leaf.Why
		}
		Value(b, indent, value)
		if b.WriteByte(';'); why != "" {
			b.WriteString(" # " + why)
		}
		b.WriteByte('\n')
	}
}

// Value writes a value; indent is that of the line that it begins on.
func Value(b *strings.Builder, indent string, value any) {
	switch v := value.(type) {
	case *Set:
		if v.Len() == 0 {
			b.WriteString("{ }")
			return
		}
		b.WriteString("{\n")
		v.Write(b, indent+"  ")
		b.WriteString(indent + "}")
	case string:
		Text(b, indent, v)
	case SecretRef:
		b.WriteString("insomnia.lib.secrets.ref " + String(string(v)))
	case Format:
		b.WriteString("insomnia.lib.secrets.format " + String(v.Template))
		if len(v.Refs) == 1 {
			b.WriteString(" (insomnia.lib.secrets.ref " + String(string(v.Refs[0])) + ")")
			return
		}
		b.WriteString(" [")
		for _, ref := range v.Refs {
			b.WriteString(" (insomnia.lib.secrets.ref " + String(string(ref)) + ")")
		}
		b.WriteString(" ]")
	case Raw:
		b.WriteString(string(v))
	case json.Number:
		b.WriteString(v.String())
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case bool:
		fmt.Fprint(b, v)
	case []string:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = item
		}
		list(b, indent, items)
	case []any:
		list(b, indent, v)
	default:
		panic(fmt.Sprintf("nixtext: a value of type %T", value))
	}
}

func list(b *strings.Builder, indent string, items []any) {
	if len(items) == 0 {
		b.WriteString("[ ]")
		return
	}
	b.WriteString("[\n")
	for _, item := range items {
		b.WriteString(indent + "  ")
		switch v := item.(type) {
		case string:
			b.WriteString(String(v))
		case SecretRef, Format:
			b.WriteByte('(')
			Value(b, indent+"  ", v)
			b.WriteByte(')')
		case Raw:
			if text := string(v); strings.Contains(text, " ") {
				b.WriteString("(" + text + ")")
			} else {
				b.WriteString(text)
			}
		default:
			Value(b, indent+"  ", v)
		}
		b.WriteByte('\n')
	}
	b.WriteString(indent + "]")
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// String writes a string on one line.
func String(s string) string { return `"` + escapes.Replace(s) + `"` }

var plainName = pattern.Lazy{Text: `^[a-zA-Z_][a-zA-Z0-9_-]*$`}

// Name writes the name of an attribute.
func Name(name string) string {
	switch name {
	case "if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or":
		return String(name)
	}
	if plainName.Get().MatchString(name) {
		return name
	}
	return String(name)
}

// awkward matches text that an indented string would have to escape or would not
// preserve.
var awkward = pattern.Lazy{Text: `''|'\$\{|'\z|\$\z|\$\$|\r|(?m:^[ \t]+$)`}

// Text writes a text of several lines so that it reads as one.
func Text(b *strings.Builder, indent, s string) {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	flush := false // a line without indentation preserves the indentation of the others
	for _, line := range lines {
		flush = flush || line != "" && line[0] != ' ' && line[0] != '\t'
	}
	if len(lines) == 1 || !flush || awkward.Get().MatchString(s) || lines[0] == "" {
		b.WriteString(String(s))
		return
	}
	b.WriteString("''\n")
	for i, line := range lines {
		if line != "" {
			b.WriteString(indent + "  " + strings.ReplaceAll(line, "${", "''${"))
		}
		if i < len(lines)-1 || strings.HasSuffix(s, "\n") {
			b.WriteByte('\n')
		}
	}
	if strings.HasSuffix(s, "\n") {
		b.WriteString(indent)
	}
	b.WriteString("''")
}
