package grammar

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/suggest"
)

const mcpPrefix = "mcp__"

// SplitMCP takes the name of an MCP tool apart. A server's name has no underscore
// in a row with another and none at its end, so the first two after it end it. The
// tool may be a glob.
func SplitMCP(name string) (server, tool string, ok bool) {
	rest, ok := strings.CutPrefix(name, mcpPrefix)
	if !ok {
		return "", "", false
	}
	server, tool, ok = strings.Cut(rest, "__")
	return server, tool, ok && server != "" && tool != ""
}

func checkMCP(name string, servers []string) *Problem {
	if name == mcpPrefix+"*" {
		return nil
	}
	server, tool, ok := SplitMCP(name)
	if !ok {
		problem := problemf("tool-form", "tool `%s`: must be mcp__SERVER__TOOL", name)
		start := strings.TrimRight(strings.TrimPrefix(name, mcpPrefix), "*_")
		if known := nearestServer(start, servers); known != "" {
			return problem.hintf("write `%s` for every tool of the server", mcpPrefix+known+"__*")
		}
		return problem.hintf("write mcp__SERVER__* for every tool of a server, or `%s` for those of every server", mcpPrefix+"*")
	}
	if strings.Contains(server, "*") {
		return problemf("tool-form", "tool `%s`: the server's name may not have a wildcard", name).
			hintf("write a rule for each server, or `%s` for every tool of every server", mcpPrefix+"*")
	}
	if star := strings.IndexByte(tool, '*'); star >= 0 && star < len(tool)-1 {
		return problemf("tool-form", "tool `%s`: a star may only be at the end", name).
			hintf("write `%s`, or a rule for each tool", mcpPrefix+server+"__"+tool[:star]+"*")
	}
	for _, r := range strings.TrimSuffix(tool, "*") {
		if !nameRune(r) && r != ':' {
			return problemf("tool-form", "tool `%s`: the tool's name may have letters, digits and `_`, `-`, `.`, `:`", name).
				hintf("write the name as the server lists it, or `%s` for every tool of the server", mcpPrefix+server+"__*")
		}
	}
	if slices.Contains(servers, server) {
		return nil
	}
	problem := problemf("tool-server", "MCP server `%s` not found in this manifest", server)
	if known := nearestServer(server, servers); known != "" {
		return problem.hintf("did you mean `%s`?", mcpPrefix+known+"__"+tool)
	}
	return problem.hintf("add the server to `mcpServers`, or remove `%s`", name)
}

func nearestServer(name string, servers []string) string {
	if slices.Contains(servers, name) {
		return name
	}
	return suggest.Closest(name, servers, 0.8)
}

// foreignMCP finds the server in how other programs write its tools: linear_search,
// linear/search, linear.search, linear(search). The longest server that fits counts.
func foreignMCP(name string, servers []string) (server, tool string, ok bool) {
	for _, s := range servers {
		if len(s) <= len(server) || len(name) < len(s)+2 || !strings.EqualFold(name[:len(s)], s) {
			continue
		}
		if rest := name[len(s):]; strings.ContainsRune("_/.:", rune(rest[0])) {
			if t := strings.TrimLeft(rest, "_/.:"); t != "" {
				server, tool, ok = s, t, true
			}
		}
	}
	return server, tool, ok
}

func nameRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-' || r == '.'
}

// MatchTool reports whether a rule about this tool is about a call of the tool called.
// Both are case sensitive. It accepts any text: CheckTool reports whether the name in
// the rule is valid.
func MatchTool(rule, called string) bool {
	if start, ok := strings.CutSuffix(rule, "*"); ok {
		return strings.HasPrefix(called, start)
	}
	return rule == called
}

// CoversTool reports whether a rule about the tool wide is about all the calls
// that one about the tool narrow is about.
func CoversTool(wide, narrow string) bool {
	if start, ok := strings.CutSuffix(wide, "*"); ok {
		return strings.HasPrefix(strings.TrimSuffix(narrow, "*"), start)
	}
	return wide == narrow
}
