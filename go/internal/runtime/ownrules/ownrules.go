// Package ownrules writes the permissions of a manifest in the formats of agent programs,
// for people who start a program themselves, without a Pod and its guard.
//
// Each rule keeps its meaning if the program can express it. Otherwise a restrictive rule
// becomes stricter, and an allow rule is left out. Both are reported, as well as any
// respect in which the program is laxer by itself.
package ownrules

import (
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// rules are the rules of a manifest by tool and action, together with the settings that
// hide tools and files.
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

// of returns the patterns of a tool with an action, including rules for all tools.
func (r *rules) of(tool string, action manifest.Action) []string {
	var patterns []string
	for _, rule := range r.m.Permissions.Rules {
		if rule.Action == action && grammar.MatchTool(string(rule.Tool), tool) && !slices.Contains(patterns, string(rule.Pattern)) {
			patterns = append(patterns, string(rule.Pattern))
		}
	}
	return patterns
}

// both returns the patterns that are allowed for every one of tools, since the program
// has a single rule for all of them. It reports those that are allowed only for some.
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

// held returns the patterns with an action for any of tools.
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

// closed reports whether every call of a tool is denied, so that it is not offered.
func (r *rules) closed(tool string) bool {
	return !r.m.Tools.Offers(tool) ||
		tool == grammar.ToolWebFetch && !r.m.Web.Fetch.Enabled || tool == grammar.ToolWebSearch && r.m.Web.Search.Mode == "disabled"
}

// fallback returns the action for a call that no rule matches.
func (r *rules) fallback() manifest.Action {
	if r.m.Permissions.Mode == "bypass" && r.m.Permissions.Default == "ask" {
		return "allow"
	}
	return r.m.Permissions.Default
}

// plain returns a command pattern in which only the star is special; ok is false if a
// star in it is literal.
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

// commands converts patterns of commands to the syntax of programs, in which a final ` *`
// also matches no argument: a pair of X and `X *` becomes one pattern. An allow rule for
// only X is exact without the star; one for only `X *` cannot be expressed.
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
			// Together with its pair.
		default:
			if open {
				text = base + " *"
			}
			add(text)
		}
	}
	return out
}

// servers returns the sorted names of the MCP servers.
func (r *rules) servers() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(r.m.MCPServers)) {
		names = append(names, string(name))
	}
	return names
}
