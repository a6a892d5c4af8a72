package words

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Fact is one line about a profile: the name of a thing, and what holds for it
// in plain words. The text is not escaped.
type Fact struct{ Name, Text string }

// Facts describes what a manifest lets an agent do, in reading order. It counts secrets
// and does not name them.
func Facts(m *manifest.Manifest, s Summary) []Fact {
	var facts []Fact
	add := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		if len(parts) > 0 {
			facts = append(facts, Fact{name, strings.Join(parts, ", ")})
		}
	}
	add("role", s.Role, s.Variant)
	add("model", s.Model, Tokens(s.Window)+" tokens", "answers up to "+Tokens(m.Model.MaxOutputTokens), "effort "+string(m.Model.Effort))
	fit, unfit := servedBy(m)
	add("runtimes", fit, unfit)
	add("permissions", modeWords(s.Mode), "otherwise "+string(m.Permissions.Default), ruleCounts(m.Permissions.Rules))
	tools := toolCount(m.Tools.Default, m.Tools.Allow)
	add("tools", tools, listed("", m.Tools.Allow), listed("denied: ", m.Tools.Deny))
	add("sandbox", "files "+string(m.Sandbox.Filesystem), "network "+string(m.Sandbox.Network), listed("to ", m.Sandbox.AllowedDomains))
	if len(m.Sandbox.Services) > 0 {
		add("services", names(m.Sandbox.Services))
	}
	if len(m.Sandbox.HostCommands) > 0 {
		add("host commands", names(m.Sandbox.HostCommands), "each asked about")
	}
	web := ""
	if m.Web.Fetch.Enabled {
		web = "fetches pages"
	}
	add("web", "search "+string(m.Web.Search.Mode), web)
	add("mcp servers", names(m.MCPServers))
	add("subagents", names(m.Subagents))
	if d := m.Delegation; d != nil {
		add("ceiling", s.Ceiling)
		add("may start pods of", listed("", d.Profiles))
	}
	add("skills", names(m.Skills))
	add("workflows", names(m.Workflows))
	if len(m.Hooks) > 0 {
		add("hooks", Count(len(m.Hooks), "command")+" at events of the session")
	}
	if c := m.Context.Compaction; c.Strategy == "off" {
		add("context", "never compacted")
	} else {
		add("context", "compacted at "+Tokens(c.ThresholdTokens), "keeps "+Tokens(c.RetainedTokens), "summary up to "+Tokens(c.SummaryMaxTokens))
	}
	if m.Memory.Enabled {
		add("memory", "of the "+string(m.Memory.Scope), daysKept(m.Memory.RetentionDays))
	}
	add("limits", limitFacts(m.Limits)...)
	if s.Secrets > 0 {
		add("secrets", "uses "+Count(s.Secrets, "secret"))
	}
	return facts
}

func toolCount(otherwise manifest.ToolDefault, allow []manifest.ToolName) string {
	if otherwise == "allow" {
		return "all but those denied"
	}
	return Count(len(allow), "tool")
}

// ceilingWords describes the most that subagents may do, if that differs from what the
// Pod itself may do; otherwise it is empty.
func ceilingWords(m *manifest.Manifest) string {
	if m.Delegation == nil || m.Delegation.Ceiling == nil {
		return ""
	}
	above := m.Delegation.Ceiling
	var parts []string
	if t := above.Tools; t != nil {
		parts = append(parts, "offers subagents "+toolCount(t.Default, t.Allow), listed("", t.Allow), listed("denied: ", t.Deny))
	}
	if p := above.Permissions; p != nil {
		parts = append(parts, "lets them go as far as "+string(p.Mode)+", otherwise "+string(p.Default), ruleCounts(p.Rules))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func ruleCounts(rules []manifest.Rule) string {
	count := map[string]int{}
	for _, r := range rules {
		count[string(r.Action)]++
	}
	var parts []string
	for _, action := range []string{"allow", "ask", "deny"} {
		if n := count[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "rules: " + strings.Join(parts, " ")
}

func listed[T ~string](prefix string, items []T) string {
	if len(items) == 0 {
		return ""
	}
	var parts []string
	for _, item := range items {
		parts = append(parts, string(item))
	}
	return prefix + strings.Join(parts, " ")
}

func names[K ~string, V any](m map[K]V) string {
	var all []string
	for name := range maps.Keys(m) {
		all = append(all, string(name))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
