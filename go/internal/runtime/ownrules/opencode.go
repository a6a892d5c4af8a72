package ownrules

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// entry is a member of an object whose order matters: the last match decides.
type entry struct {
	name  string
	value any
}

type object []entry

// MarshalJSON writes each name once, with its last value in its last position.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	encode := func(value any) {
		text, _ := json.Marshal(value)
		out.Write(text)
	}
	out.WriteByte('{')
	first := true
	for i, e := range o {
		if slices.ContainsFunc(o[i+1:], func(later entry) bool { return later.name == e.name }) {
			continue
		}
		if !first {
			out.WriteByte(',')
		}
		first = false
		encode(e.name)
		out.WriteByte(':')
		encode(e.value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Opencode writes a config for opencode.
func Opencode(m *manifest.Manifest) ([]runtime.File, []runtime.Gap) {
	r := &rules{m: m}
	p := object{{"*", string(r.fallback())}}
	p = append(p, entry{"bash", r.patterns("bash", nil)})
	for _, one := range [...]struct {
		key   string
		tools []string
	}{{"read", []string{"read"}}, {"edit", []string{"edit", "write"}}, {"grep", []string{"grep"}}, {"glob", []string{"glob"}}, {"list", []string{"glob"}}} {
		p = append(p, entry{one.key, r.patterns(one.key, r.opencodePath(one.key), one.tools...)})
	}
	whole := func(pattern string, action manifest.Action) []string { return []string{pattern} }
	for _, one := range [...]struct{ key, tool string }{{"webfetch", "webfetch"}, {"websearch", "websearch"}, {"codesearch", "websearch"}, {"task", "agent"}, {"skill", "skill"}} {
		convert := whole
		if one.tool == "webfetch" {
			convert = r.none("addresses are whole there")
		}
		p = append(p, entry{one.key, r.patterns(one.key, convert, one.tool)})
	}
	for _, action := range []manifest.Action{"allow", "ask", "deny"} {
		for _, rule := range m.Permissions.Rules {
			if rule.Action != action || !strings.HasPrefix(string(rule.Tool), "mcp__") {
				continue
			}
			names := r.servers()
			server, tool, _ := grammar.SplitMCP(string(rule.Tool))
			if rule.Tool != "mcp__*" {
				names = []string{server}
			} else {
				tool = "*"
			}
			for _, name := range names {
				p = append(p, entry{opencodeName(name) + "_" + tool, string(action)})
			}
		}
	}
	for _, name := range m.Tools.Deny {
		if server, tool, ok := grammar.SplitMCP(string(name)); ok {
			p = append(p, entry{opencodeName(server) + "_" + tool, "deny"})
		}
	}
	text, _ := json.Marshal(map[string]any{"$schema": "https://opencode.ai/config.json", "permission": p})
	var out bytes.Buffer
	_ = json.Indent(&out, text, "", "  ")
	out.WriteByte('\n')
	return []runtime.File{{Path: "opencode.json", Mode: 0o600, Content: out.Bytes()}}, r.gaps
}

// opencodeName returns the form of a server's name in the names of its tools.
func opencodeName(server string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, server)
}

// none converts rules whose patterns the program does not support: a restrictive rule
// applies to every call, and an allow rule is left out.
func (r *rules) none(why string) func(string, manifest.Action) []string {
	return func(pattern string, action manifest.Action) []string {
		if action != "allow" {
			return []string{"*"}
		}
		return nil
	}
}

// patterns returns the value of a key for some tools: first what applies to every call,
// and then the looser rules before the stricter ones.
func (r *rules) patterns(key string, convert func(pattern string, action manifest.Action) []string, tools ...string) any {
	command := len(tools) == 0
	if command {
		tools = []string{key}
	}
	if !slices.ContainsFunc(tools, func(tool string) bool { return !r.closed(tool) }) {
		return "deny"
	}
	every := func(action manifest.Action) bool {
		if action == "allow" {
			return slices.Contains(r.both(tools...), "*")
		}
		return slices.Contains(r.held(action, tools...), "*")
	}
	base := string(r.fallback())
	change := slices.Contains(tools, grammar.ToolEdit)
	switch mode := r.m.Permissions.Mode; {
	case mode == "plan" && change:
		base = "deny"
	case mode == "plan" && command && base == "allow":
		base = "ask"
	case mode == "acceptEdits" && change && base != "deny":
		base = "allow"
	}
	asked := every("ask")
	switch {
	case every("deny"):
		return "deny"
	case asked:
		base = "ask"
	case every("allow"):
		base = "allow"
	}
	out := object{{"*", base}}
	for _, action := range []manifest.Action{"allow", "ask", "deny"} {
		list := r.held(action, tools...)
		switch {
		case action == "allow" && (asked || base == "allow"):
			continue
		case action == "allow":
			list = r.both(tools...)
		}
		if command {
			for _, text := range r.commands(action, "?") {
				out = append(out, entry{text, string(action)})
			}
			continue
		}
		for _, pattern := range list {
			if pattern == "*" {
				continue
			}
			as := convert(pattern, action)
			if len(as) == 0 && action == "allow" {
				r.gap(shown(key, pattern, string(action)), false, "the program has no such pattern, so nothing is allowed for it")
			}
			for _, text := range as {
				out = append(out, entry{text, string(action)})
			}
		}
	}
	if key == "read" {
		for _, glob := range r.m.Sandbox.DenyRead {
			for _, text := range convert(string(glob), "deny") {
				out = append(out, entry{text, "deny"})
			}
		}
	}
	if len(out) == 1 {
		return base
	}
	return out
}

// opencodePath converts patterns of paths for a program whose star also matches slashes.
func (r *rules) opencodePath(key string) func(pattern string, action manifest.Action) []string {
	return func(pattern string, action manifest.Action) []string {
		if key == "grep" || key == "glob" || key == "list" {
			if action == "allow" {
				if pattern == "**" {
					return []string{"*"}
				}
				return nil
			}
			r.gap(shown(key, pattern, string(action)), true, "the program has no paths for this tool")
			return []string{}
		}
		hold := action != "allow"
		if strings.ContainsAny(pattern, `\`) && !hold {
			return nil
		}
		text := strings.TrimPrefix(strings.NewReplacer(`\*`, "?", `\?`, "?", `\`, "").Replace(pattern), "./")
		if text == "**" {
			return []string{"*"}
		}
		base, below := strings.CutSuffix(text, "/**")
		starts := []string{""}
		if rest, any := strings.CutPrefix(base, "**/"); any {
			base, starts = rest, []string{"", "*/"}
			if strings.HasPrefix(base, "*") {
				starts = starts[:1] // its star also matches directories
			}
		}
		if !hold {
			dir, last := "", base
			if at := strings.LastIndex(base, "/**/"); at >= 0 {
				dir, last = base[:at+1], base[at+4:]
			}
			// After any directories, only a single leading star keeps its meaning.
			leading := strings.HasPrefix(last, "*") && (dir != "" || len(starts) == 1 && strings.HasPrefix(text, "**/"))
			if strings.ContainsAny(dir, "*?") || strings.ContainsAny(strings.TrimPrefix(last, "*"), "*?") || strings.HasPrefix(last, "*") && !leading || dir != "" && !leading || below && leading {
				return nil
			}
			base = dir + last
		} else {
			base = strings.ReplaceAll(base, "/**/", "/*")
			r.star(key, pattern, string(action), base)
		}
		var out []string
		for _, start := range starts {
			switch {
			case hold:
				out = append(out, start+base)
				if below {
					out = append(out, start+base+"/*")
				}
			case below:
				out = append(out, start+base+"/*")
			default:
				out = append(out, start+base)
			}
		}
		return out
	}
}

// star reports that a star within a path makes a rule stricter.
func (r *rules) star(key, pattern, action, base string) {
	if strings.Contains(strings.TrimPrefix(base, "*"), "*") {
		r.gap(shown(key, pattern, action), false, "a star of the program crosses directories; more is held back")
	}
}
