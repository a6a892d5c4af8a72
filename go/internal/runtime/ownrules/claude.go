package ownrules

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// claudePermissions is `permissions` in the settings of Claude Code.
type claudePermissions struct {
	Mode  string   `json:"defaultMode"`
	Deny  []string `json:"deny"`
	Ask   []string `json:"ask"`
	Allow []string `json:"allow"`
}

// Claude writes settings for Claude Code.
func Claude(m *manifest.Manifest) ([]runtime.File, []runtime.Gap) {
	r := &rules{m: m}
	p := claudePermissions{Mode: r.claudeMode(), Deny: []string{}, Ask: []string{}, Allow: []string{}}
	for _, one := range [...]struct{ tool, name string }{
		{"bash", "Bash"}, {"read", "Read"}, {"edit", "Edit"}, {"write", "Write"}, {"grep", "Grep"}, {"glob", "Glob"},
		{"webfetch", "WebFetch"}, {"websearch", "WebSearch"}, {"agent", "Agent"}, {"skill", "Skill"},
	} {
		if r.closed(one.tool) {
			p.Deny = append(p.Deny, one.name)
		}
	}
	for _, glob := range m.Sandbox.DenyRead {
		if slices.Contains(m.Sandbox.DenyRead, glob+"/**") {
			continue // the other glob covers both
		}
		p.Deny = append(p.Deny, "Read("+claudePath(string(glob), true)+")")
	}
	for _, to := range [...]struct {
		action manifest.Action
		list   *[]string
	}{{"deny", &p.Deny}, {"ask", &p.Ask}, {"allow", &p.Allow}} {
		r.claude(to.action, to.list)
	}
	text, _ := json.MarshalIndent(map[string]any{"permissions": p}, "", "  ")
	return []runtime.File{{Path: "settings.json", Mode: 0o600, Content: append(text, '\n')}}, r.gaps
}

func (r *rules) claudeMode() string {
	reads := func(tool string) bool {
		for _, pattern := range r.of(tool, "allow") {
			if pattern == "*" || pattern == "**" {
				return true
			}
		}
		return r.fallback() == "allow" || r.closed(tool)
	}
	for _, tool := range []string{"read", "grep", "glob"} {
		if !reads(tool) {
			r.gap("default "+tool, true, "the program reads files of the workspace without a question")
		}
	}
	if r.fallback() != "allow" && !r.closed("agent") && len(r.of("agent", "allow")) == 0 {
		r.gap("default agent", true, "the program starts subagents without a question")
	}
	switch mode := r.m.Permissions.Mode; {
	case mode == "plan":
		return "plan"
	case r.m.Permissions.Default == "deny":
		if len(r.held("ask", "bash", "read", "edit", "write", "webfetch", "agent", "skill")) > 0 {
			r.gap("ask", false, "in the mode dontAsk, what rules ask about is denied")
		}
		return "dontAsk"
	case r.fallback() == "allow":
		return "bypassPermissions"
	case mode == "acceptEdits":
		return "acceptEdits"
	}
	return "default"
}

// claude adds the rules with an action.
func (r *rules) claude(action manifest.Action, list *[]string) {
	add := func(rule string) {
		if !slices.Contains(*list, rule) {
			*list = append(*list, rule)
		}
	}
	hold := action != "allow"
	for _, text := range r.commands(action, "") {
		if text == "*" {
			add("Bash")
		} else {
			add("Bash(" + text + ")")
		}
	}
	paths := func(name string, patterns []string, whole ...string) {
		for _, pattern := range patterns {
			if pattern == "*" {
				for _, w := range whole {
					add(w)
				}
				continue
			}
			if !hold && !claudeExact(pattern) {
				r.gap(shown(strings.ToLower(name), pattern, "allow"), false, "the program would allow what is below a match, too, so nothing is allowed for it")
				continue
			}
			if hold && belowAlone(pattern) {
				r.gap(shown(strings.ToLower(name), pattern, string(action)), true, "a file of that name in the workspace itself is not meant there")
			}
			add(name + "(" + claudePath(pattern, hold) + ")")
		}
	}
	if hold {
		paths("Read", r.held(action, "read"), "Read", "Grep", "Glob")
		for _, tool := range []string{"grep", "glob"} {
			for _, pattern := range r.of(tool, action) {
				if pattern != "*" && !slices.Contains(r.of("read", action), pattern) {
					r.gap(shown(tool, pattern, string(action)), false, "the program has no paths for this tool alone; every call of it is meant")
				}
				if pattern == "*" || !slices.Contains(r.of("read", action), pattern) {
					add(map[string]string{"grep": "Grep", "glob": "Glob"}[tool])
				}
			}
		}
		paths("Edit", r.held(action, "edit", "write"), "Edit", "Write")
		if len(r.of("read", action)) > 0 {
			r.gap(string(action)+" read", false, "what the program may not read, it may not change either")
		}
	} else {
		paths("Read", r.both("read", "grep", "glob"), "Read", "Grep", "Glob")
		paths("Edit", r.both("edit", "write"), "Edit", "Write")
	}
	for _, pattern := range r.of("webfetch", action) {
		host, whole := claudeHost(pattern)
		switch {
		case pattern == "*":
			add("WebFetch")
		case whole:
			add("WebFetch(domain:" + host + ")")
		case hold && host != "":
			r.gap(shown("webfetch", pattern, string(action)), false, "the program knows hosts alone; every address of it is meant")
			add("WebFetch(domain:" + host + ")")
		case hold:
			r.gap(shown("webfetch", pattern, string(action)), false, "the program knows hosts alone; every address is meant")
			add("WebFetch")
		default:
			r.gap(shown("webfetch", pattern, string(action)), false, "the program knows hosts alone, so nothing is allowed for it")
		}
	}
	if len(r.of("websearch", action)) > 0 {
		add("WebSearch")
	}
	for _, tool := range []string{"agent", "skill"} {
		name := map[string]string{"agent": "Agent", "skill": "Skill"}[tool]
		for _, pattern := range r.of(tool, action) {
			switch {
			case pattern == "*":
				add(name)
			case !strings.Contains(pattern, "*"):
				add(name + "(" + pattern + ")")
			case hold:
				r.gap(shown(tool, pattern, string(action)), false, "the program knows whole names alone; every call is meant")
				add(name)
			default:
				r.gap(shown(tool, pattern, string(action)), false, "the program knows whole names alone, so nothing is allowed for it")
			}
		}
	}
	for _, rule := range r.m.Permissions.Rules {
		name := string(rule.Tool)
		if rule.Action != action || !strings.HasPrefix(name, "mcp__") && name != "*" {
			continue
		}
		server, tool, _ := grammar.SplitMCP(name)
		switch {
		case name == "*", name == "mcp__*":
			for _, s := range r.servers() {
				add("mcp__" + s)
			}
		case tool == "*":
			add("mcp__" + server)
		case !strings.HasSuffix(tool, "*"):
			add(name)
		case hold:
			r.gap(shown(name, "*", string(action)), false, "the program knows whole names alone; every tool of the server is meant")
			add("mcp__" + server)
		default:
			r.gap(shown(name, "*", string(action)), false, "the program knows whole names alone, so nothing is allowed for it")
		}
	}
}

// belowAlone reports whether a pattern matches exactly a directory at the top of the
// workspace with its content: its bare name would match in any directory.
func belowAlone(pattern string) bool {
	rest, ok := strings.CutSuffix(pattern, "/**")
	return ok && rest != "" && !strings.ContainsAny(rest, "/~*")
}

// claudePath converts a pattern of paths to gitignore syntax, in which a match includes
// everything below it.
func claudePath(pattern string, hold bool) string {
	if hold {
		pattern = strings.NewReplacer(`\*`, "?", `\?`, "?", `\`, "").Replace(pattern)
		if rest := strings.TrimSuffix(pattern, "/**"); rest != "" && rest != "~" && !strings.HasSuffix(rest, "**") && !belowAlone(pattern) {
			pattern = rest
		}
	} else {
		pattern = strings.ReplaceAll(pattern, `\`, "")
	}
	switch {
	case strings.HasPrefix(pattern, "/"):
		return "/" + pattern
	case pattern == "**":
		return "./**"
	case !strings.Contains(pattern, "/"):
		return "./" + pattern
	}
	return pattern
}

// claudeExact reports whether a pattern allows no more in the program than it matches
// here: it ends in everything below a directory, or in the name of a file.
func claudeExact(pattern string) bool {
	if strings.ContainsAny(pattern, `\[]{}`) {
		return false
	}
	if pattern == "**" || strings.HasSuffix(pattern, "/**") {
		return true
	}
	last := pattern[strings.LastIndexByte(pattern, '/')+1:]
	return strings.LastIndexByte(last, '.') > 0 && !strings.HasSuffix(last, "*")
}

// claudeHost returns the host of a pattern of addresses; whole is set if the pattern
// consists of the host.
func claudeHost(pattern string) (host string, whole bool) {
	_, rest, scheme := strings.Cut(pattern, "://")
	if !scheme {
		rest = pattern
	}
	host, _, path := strings.Cut(rest, "/")
	if strings.ContainsAny(host, ":[*") {
		return "", false
	}
	return host, !scheme && !path
}
