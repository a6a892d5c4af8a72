package words

import (
	"fmt"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

// Grants is the page of what a manifest grants, with the texts that a model reads
// where it is full. It is escaped.
func Grants(v *trust.Verdict, page Page) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if page.Width > 0 {
			text = page.Wrap(text)
		}
		b.WriteString(text)
	}
	line("%s\n", diag.Escape(Consent(v), false))
	line("source  %s\n", diag.Name(v.Source.Key))
	line("digest  %s\n", v.Now.Digest())
	if legend := Legend(v); legend != "" {
		line("%s\n", legend)
	}
	b.WriteString("\n" + page.Text(Entries(v)))
	if groups := groupsOf(v.Now); page.Hosts == nil && len(groups) > 0 {
		line("\nhosts of %s: this machine is asked when a Pod is created; see them with insomnia pod show\n", strings.Join(groups, " and "))
	}
	for i, group := range HostFacts(page.Hosts) {
		if i == 0 {
			b.WriteString("\nHosts of the groups, on this machine\n")
		}
		line("  %s  %s\n", group.Name, group.Text)
	}
	if !page.Full {
		line("\nprompts are named by their digests, and long values and lists are cut; to see all: %s\n", page.More)
		return b.String()
	}
	for i, passage := range grant.Passages(v.Manifest) {
		if i == 0 {
			b.WriteString("\nTexts")
		}
		b.WriteString("\n")
		line("  %s, %s:\n", diag.Name(passage.Pointer), passage.Digest)
		b.WriteString(page.Passage(passage.Text))
	}
	return b.String()
}

// groupsOf names the groups of hosts that a set grants.
func groupsOf(set grant.Set) []string {
	var groups []string
	for _, g := range set {
		if g.Kind == grant.Hosts && strings.HasPrefix(g.Value, "@") && g.Pointer == "/sandbox/network" {
			groups = append(groups, code(g.Value))
		}
	}
	return groups
}
