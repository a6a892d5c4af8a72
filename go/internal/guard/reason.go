package guard

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/permission"
)

const (
	// mostReason limits the characters of a sentence, and mostQuoted those of a quotation
	// in it.
	mostReason, mostQuoted = 1000, 160
)

// sentence explains the decision about a call, for the model and the user.
func sentence(d permission.Decision) string {
	verb := map[string]string{"allow": "allowed", "ask": "asked about"}[string(d.Action)]
	if verb == "" {
		verb = "denied"
	}
	if d.Rule == nil {
		return verb + ": " + d.Reason
	}
	rule := "`" + string(d.Rule.Rule.Tool) + " " + string(d.Rule.Rule.Pattern) + "`"
	by := verb + " by rule " + strconv.Itoa(d.Rule.Index+1) + " of " + owner(d.Rule.Pointer)
	if !strings.HasPrefix(d.Reason, "rule "+rule) {
		return by + ": " + d.Reason
	}
	if why := d.Rule.Rule.Reason; why != nil && *why != "" {
		return by + ", " + rule + ": " + string(*why)
	}
	return by + ", " + rule
}

// owner names the agent whose rules a pointer refers to.
func owner(pointer string) string {
	if rest, ok := strings.CutPrefix(pointer, "/subagents/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		return "the subagent " + named(strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	if strings.HasPrefix(pointer, "/delegation/") {
		return "the subagent ceiling"
	}
	return "the Pod"
}

// about names the call that a sentence is about, if there were several.
func about(call permission.Call) string {
	switch {
	case len(call.Paths) > 0:
		return " (" + call.Tool + " of " + named(call.Paths[0]) + ")"
	case call.Command != "":
		return " (" + named(call.Command) + ")"
	}
	return " (" + call.Tool + ")"
}

// named quotes a name from the program or the model.
func named(name string) string { return diag.Quote(cut(name, mostQuoted)) }

// shortened returns a sentence on one line, with its quotations cut and without invisible
// characters.
func shortened(s string) string {
	return cut(diag.Escape(diag.Shorten(s, mostQuoted), false), mostReason)
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}
