package ownrules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Codex writes rules and settings for Codex, whose rules only match the words at the
// start of a command.
func Codex(m *manifest.Manifest) ([]runtime.File, []runtime.Gap) {
	r := &rules{m: m}
	var b strings.Builder
	decisions := map[manifest.Action]string{"deny": "forbidden", "ask": "prompt", "allow": "allow"}
	for _, action := range []manifest.Action{"deny", "ask", "allow"} {
		var seen [][]string
		all := r.of(grammar.ToolBash, action)
		for _, pattern := range all {
			words := r.prefix(action, all, pattern)
			if len(words) == 0 || slices.ContainsFunc(seen, func(s []string) bool { return slices.Equal(s, words) }) {
				continue
			}
			seen = append(seen, words)
			quoted := make([]string, len(words))
			for i, word := range words {
				quoted[i] = strconv.Quote(word)
			}
			fmt.Fprintf(&b, "prefix_rule(pattern=[%s], decision=%q)\n", strings.Join(quoted, ", "), decisions[action])
		}
		if action == "allow" {
			continue
		}
		for _, rule := range m.Permissions.Rules {
			if rule.Action == action && rule.Tool != grammar.ToolBash {
				r.gap(shown(string(rule.Tool), string(rule.Pattern), string(action)), true, "the program has rules about commands alone")
			}
		}
	}
	for _, glob := range m.Sandbox.DenyRead {
		r.gap("sandbox.denyRead "+string(glob), true, "the program has rules about commands alone")
	}
	sandbox := map[manifest.Filesystem]string{"read-only": "read-only", "workspace-write": "workspace-write", "full": "danger-full-access"}[m.Sandbox.Filesystem]
	approval := "untrusted"
	switch mode := m.Permissions.Mode; {
	case mode == "plan":
		sandbox = "read-only"
	case m.Permissions.Default == "deny":
		r.gap("default deny", true, "the program asks about what no rule names")
	case r.fallback() == "allow":
		approval = "never"
	case mode == "acceptEdits" && sandbox != "danger-full-access":
		approval = "on-request"
		r.gap("default ask", true, "the program runs commands in its sandbox without a question")
	}
	settings := fmt.Sprintf("approval_policy = %q\nsandbox_mode = %q\n", approval, sandbox)
	if m.Sandbox.Network == "full" && sandbox == "workspace-write" {
		settings += "\n[sandbox_workspace_write]\nnetwork_access = true\n"
	}
	return []runtime.File{
		{Path: "config.toml", Mode: 0o600, Content: []byte(settings)},
		{Path: "rules/insomnia.rules", Mode: 0o600, Content: []byte(b.String())},
	}, r.gaps
}

// prefix returns the words of a rule; none if it cannot be expressed as a prefix.
func (r *rules) prefix(action manifest.Action, all []string, pattern string) []string {
	told := shown(grammar.ToolBash, pattern, string(action))
	base, open := strings.CutSuffix(pattern, " *")
	partial := false
	if !open {
		base, partial = strings.CutSuffix(pattern, "*")
		partial = partial && base != "" && !strings.HasSuffix(base, `\`)
		if !partial {
			base = pattern
		}
	}
	text, ok := plain(base)
	words := strings.Split(text, " ")
	if action == "allow" {
		switch {
		case !ok || strings.Contains(base, "*") || strings.Contains(base, "|"):
			r.gap(told, false, "a rule of the program has no wildcards, so nothing is allowed for it")
			return nil
		case partial:
			r.gap(told, false, "a rule of the program is about whole words")
		case !slices.Contains(all, base) || !slices.Contains(all, base+" *"):
			r.gap(told, false, "a rule of the program is about a command with any arguments and with none, so nothing is allowed for it")
			return nil
		}
		return words
	}
	exact := !partial && slices.Contains(all, base) && slices.Contains(all, base+" *")
	if at := slices.IndexFunc(words, func(w string) bool { return strings.ContainsAny(w, "*|") }); at >= 0 {
		words, exact = words[:at], false
	} else if partial {
		// The last word may be incomplete.
		words = words[:len(words)-1]
	}
	switch {
	case pattern == "*" || len(words) == 0:
		r.gap(told, true, "a rule of the program names the first words of a command")
		return nil
	case !exact:
		r.gap(told, false, "the program holds back every command that begins so")
	}
	return words
}
