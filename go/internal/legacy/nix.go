package legacy

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// secretRef is a value of a profile that refers to a secret.
type secretRef string

// Nix writes the profile as Nix, with what was lost in comments.
func (p *Profile) Nix() []byte {
	var b strings.Builder
	p.comments(&b)
	b.WriteString("{ insomnia }:\ninsomnia.lib.mkProfile {\n")
	root := &set{}
	for _, a := range p.values {
		root.put(strings.Split(a.path, "."), commented{a.value, a.why})
	}
	root.write(&b, "  ")
	b.WriteString("}\n")
	return []byte(b.String())
}

func (p *Profile) comments(b *strings.Builder) {
	say := func(format string, args ...any) {
		text := strings.TrimRight("# "+diag.Escape(fmt.Sprintf(format, args...), false), " ")
		b.WriteString(text + "\n")
	}
	say("Made of %s, a manifest of the older kind.", p.file)
	if len(p.inputs) > 0 {
		say("")
		say("What belongs to a Pod and not to a profile is given when it is created:")
		say("  insomnia pod new ./profile.nix %s", strings.Join(p.inputs, " "))
	}
	first := true
	for _, s := range p.Secrets {
		if s.From == "" {
			continue
		}
		if first {
			say("")
			say("Where the keys are, each user says once:")
			first = false
		}
		say("  %s", s.Bind())
	}
	first = true
	for _, d := range p.Losses {
		if d.Severity != diag.SeverityWarning {
			continue
		}
		if first {
			say("")
			say("What has no counterpart, or means something else now:")
			first = false
		}
		say("  %s: %s", d.Path, d.Message)
	}
}

// commented is a value with what is said of it.
type commented struct {
	value any
	why   string
}

// set is an attribute set in the order in which it was written.
type set struct {
	names  []string
	values map[string]any
}

func (s *set) put(path []string, value any) {
	if s.values == nil {
		s.values = map[string]any{}
	}
	if _, there := s.values[path[0]]; !there {
		s.names = append(s.names, path[0])
		if len(path) > 1 {
			s.values[path[0]] = &set{}
		}
	}
	if len(path) > 1 {
		s.values[path[0]].(*set).put(path[1:], value)
		return
	}
	s.values[path[0]] = value
}

func (s *set) write(b *strings.Builder, indent string) {
	for _, name := range s.names {
		path, value := name, s.values[name]
		for inner, ok := value.(*set); ok && len(inner.names) == 1; inner, ok = value.(*set) {
			path, value = path+"."+inner.names[0], inner.values[inner.names[0]]
		}
		b.WriteString(indent + path + " = ")
		leaf, _ := value.(commented)
		if leaf.value != nil {
			value = leaf.value
		}
		writeValue(b, indent, value)
		if b.WriteByte(';'); leaf.why != "" {
			b.WriteString(" # " + leaf.why)
		}
		b.WriteByte('\n')
	}
}

func writeValue(b *strings.Builder, indent string, value any) {
	switch v := value.(type) {
	case *set:
		b.WriteString("{\n")
		v.write(b, indent+"  ")
		b.WriteString(indent + "}")
	case string:
		writeText(b, indent, v)
	case secretRef:
		b.WriteString("insomnia.lib.secrets.ref " + NixString(string(v)))
	case json.Number:
		b.WriteString(v.String())
	case bool:
		fmt.Fprint(b, v)
	case []string:
		b.WriteString("[\n")
		for _, item := range v {
			b.WriteString(indent + "  " + NixString(item) + "\n")
		}
		b.WriteString(indent + "]")
	case []rule:
		b.WriteString("[\n")
		for _, r := range v {
			fmt.Fprintf(b, "%s  {\n", indent)
			for _, pair := range [][2]string{{"tool", r.tool}, {"pattern", r.pattern}, {"action", r.action}} {
				if pair != [2]string{"pattern", "*"} {
					fmt.Fprintf(b, "%s    %s = %s;\n", indent, pair[0], NixString(pair[1]))
				}
			}
			fmt.Fprintf(b, "%s  }\n", indent)
		}
		b.WriteString(indent + "]")
	}
}

var nixEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// NixString returns a string as a literal of the Nix language on one line.
func NixString(s string) string { return `"` + nixEscapes.Replace(s) + `"` }

// awkward is what an indented string would have to escape or would not keep.
var awkward = pattern.Lazy{Text: `''|'\$\{|'\z|\$\z|\$\$|\r|(?m:^[ \t]+$)`}

// writeText writes a text of several lines so that it reads as one.
func writeText(b *strings.Builder, indent, s string) {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	flush := false // a line that stands at the left holds the indentation of the others
	for _, line := range lines {
		flush = flush || line != "" && line[0] != ' ' && line[0] != '\t'
	}
	if len(lines) == 1 || !flush || awkward.Get().MatchString(s) || lines[0] == "" {
		b.WriteString(NixString(s))
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
