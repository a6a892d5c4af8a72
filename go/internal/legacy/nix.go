package legacy

import (
	"fmt"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
)

// Nix writes the profile as Nix, with what was lost in comments.
func (p *Profile) Nix() []byte {
	var b strings.Builder
	p.comments(&b)
	b.WriteString("{ insomnia }:\ninsomnia.lib.mkProfile {\n")
	root := &nixtext.Set{}
	for _, a := range p.values {
		value := a.value
		if rules, ok := value.([]rule); ok {
			value = ruleSets(rules)
		}
		root.Put(nixtext.Commented{Value: value, Why: a.why}, strings.Split(a.path, ".")...)
	}
	root.Write(&b, "  ")
	b.WriteString("}\n")
	return []byte(b.String())
}

func (p *Profile) comments(b *strings.Builder) {
	say := func(format string, args ...any) {
		text := strings.TrimRight("# "+diag.Escape(fmt.Sprintf(format, args...), false), " ")
		b.WriteString(text + "\n")
	}
	say("Created from %s, a legacy manifest.", p.file)
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

func ruleSets(rules []rule) []any {
	sets := make([]any, len(rules))
	for i, r := range rules {
		set := &nixtext.Set{}
		for _, pair := range [][2]string{{"tool", r.tool}, {"pattern", r.pattern}, {"action", r.action}} {
			if pair != [2]string{"pattern", "*"} {
				set.Put(pair[1], pair[0])
			}
		}
		sets[i] = set
	}
	return sets
}
