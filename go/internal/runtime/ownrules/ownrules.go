// Package ownrules writes the permissions of a manifest in the words of agent programs, for
// people who start a program themselves, without a Pod and its guard.
//
// Each rule keeps its meaning where the program can say it. What it cannot say becomes
// stricter where a rule holds back, and is left out where one allows; both are told, and so
// is where the program is laxer by itself.
package ownrules

import (
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// rules are the rules of a manifest by tool and action, with what keeps tools from being
// offered and files from being read.
type rules struct {
	m    *manifest.Manifest
	gaps []runtime.Gap
}

func (r *rules) gap(rule string, laxer bool, why string) {
	g := runtime.Gap{Rule: rule, Laxer: laxer, Why: why}
	if !slices.Contains(r.gaps, g) {
		r.gaps = append(r.gaps, g)
	}
}

func shown(tool, pattern, action string) string {
	if pattern == "*" {
		return action + " " + tool
	}
	return action + " " + tool + " " + pattern
}

// of are the patterns of a tool with an action; rules about every tool count.
func (r *rules) of(tool string, action manifest.Action) []string {
	var patterns []string
	for _, rule := range r.m.Permissions.Rules {
		if rule.Action == action && grammar.MatchTool(string(rule.Tool), tool) && !slices.Contains(patterns, string(rule.Pattern)) {
			patterns = append(patterns, string(rule.Pattern))
		}
	}
	return patterns
}

// both are the patterns that are allowed of every one of tools, since the program has one
// rule for all of them. What only some of them are allowed is told.
func (r *rules) both(tools ...string) []string {
	var common []string
	for _, tool := range tools {
		for _, pattern := range r.of(tool, "allow") {
			if !slices.ContainsFunc(tools, func(other string) bool {
				all := r.of(other, "allow")
				return !slices.Contains(all, pattern) && !slices.Contains(all, "*")
			}) {
				if !slices.Contains(common, pattern) {
					common = append(common, pattern)
				}
			} else {
				r.gap(shown(tool, pattern, "allow"), false, "the program has one rule for "+strings.Join(tools, ", "))
			}
		}
	}
	return common
}

// held are the patterns with an action of any of tools.
func (r *rules) held(action manifest.Action, tools ...string) []string {
	var all []string
	for _, tool := range tools {
		for _, pattern := range r.of(tool, action) {
			if !slices.Contains(all, pattern) {
				all = append(all, pattern)
			}
		}
	}
	return all
}

// closed reports whether no call of a tool is ever let through: it is not offered.
func (r *rules) closed(tool string) bool {
	return !r.m.Tools.Offers(tool) ||
		tool == grammar.ToolWebFetch && !r.m.Web.Fetch.Enabled || tool == grammar.ToolWebSearch && r.m.Web.Search.Mode == "disabled"
}

// fallback is what becomes of a call that no rule matches.
func (r *rules) fallback() manifest.Action {
	if r.m.Permissions.Mode == "bypass" && r.m.Permissions.Default == "ask" {
		return "allow"
	}
	return r.m.Permissions.Default
}

// plain is a pattern of a command in which nothing but the star is special; ok is false
// where it has a star that is a character.
func plain(pattern string) (text string, ok bool) {
	ok = true
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
			ok = ok && pattern[i] != '*' && pattern[i] != '?'
		}
		b.WriteByte(pattern[i])
	}
	return b.String(), ok
}

// commands are patterns of commands as programs have them in which ` *` at the end also
// matches no argument: pairs of X and `X *` are one. Where only one of them is there, a rule
// that allows is exact without the star, and cannot be said with it.
func (r *rules) commands(action manifest.Action, special string) []string {
	all := r.of(grammar.ToolBash, action)
	var out []string
	add := func(text string) {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, pattern := range all {
		text, ok := plain(pattern)
		base, open := strings.CutSuffix(text, " *")
		told := shown(grammar.ToolBash, pattern, string(action))
		switch {
		case pattern == "*":
			add("*")
		case action != "allow":
			if strings.HasSuffix(text, ":*") { // which is a prefix there
				text = strings.TrimSuffix(text, ":*") + "*"
				r.gap(told, false, "the program reads :* as any arguments; more is held back")
			} else if !ok || open && !slices.Contains(all, strings.TrimSuffix(pattern, " *")) {
				r.gap(told, false, "the program holds back more than the pattern matches")
			}
			add(text)
		case !ok || strings.ContainsAny(text, special) || strings.HasSuffix(text, ":*"):
			r.gap(told, false, "the program reads a sign of the pattern in another way, so nothing is allowed for it")
		case open && strings.Count(text, "*") > 1:
			r.gap(told, false, "whether the program wants an argument is not certain, so nothing is allowed for it")
		case open && !slices.Contains(all, strings.TrimSuffix(pattern, " *")):
			r.gap(told, false, "the program allows the command without an argument, too, so nothing is allowed for it")
		case slices.Contains(all, pattern+" *") && !strings.Contains(text, "*"):
			// With its pair.
		default:
			if open {
				text = base + " *"
			}
			add(text)
		}
	}
	return out
}

// servers are the names of the MCP servers, in order.
func (r *rules) servers() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(r.m.MCPServers)) {
		names = append(names, string(name))
	}
	return names
}
