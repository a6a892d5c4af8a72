package grammar

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/suggest"
)

// The tools that every manifest may name. MCP tools are named mcp__SERVER__TOOL.
const (
	ToolRead      = "read"
	ToolEdit      = "edit"
	ToolWrite     = "write"
	ToolBash      = "bash"
	ToolGrep      = "grep"
	ToolGlob      = "glob"
	ToolWebFetch  = "webfetch"
	ToolWebSearch = "websearch"
	ToolAgent     = "agent"
	ToolSkill     = "skill"
	// ToolAny is the name that a rule about every tool has.
	ToolAny = "*"
)

// tools is the closed set, in the order in which it is listed for people.
var tools = [...]string{
	ToolRead, ToolEdit, ToolWrite, ToolBash, ToolGrep, ToolGlob,
	ToolWebFetch, ToolWebSearch, ToolAgent, ToolSkill,
}

// Tools returns the names of the tools that are not of MCP servers.
func Tools() []string { return slices.Clone(tools[:]) }

// maxToolName bounds the name of a tool, in bytes. The manifest has the same bound.
const maxToolName = 128

// CheckTool reports whether a rule or a list of tools may have this name: one of
// [Tools], "*", mcp__*, mcp__SERVER__* or mcp__SERVER__TOOL, where TOOL may end in
// a star and servers are the names of the manifest's MCP servers. The error is a
// [*Problem] whose hint has the nearest name:
//
//	tool-unknown    the name is not in the vocabulary
//	tool-form       the name holds a pattern, a wildcard in the wrong place, or too many bytes
//	tool-server     the manifest has no MCP server of this name
func CheckTool(name string, servers []string) error {
	if problem := checkTool(name, servers); problem != nil {
		return problem
	}
	return nil
}

func checkTool(name string, servers []string) *Problem {
	if name == ToolAny || slices.Contains(tools[:], name) {
		return nil
	}
	if name == "" {
		return problemf("tool-form", "the tool name is empty").hintf("write one of %s, or `*` for every tool", listed())
	}
	if len(name) > maxToolName {
		return problemf("tool-form", "the tool name is %d bytes long; at most %d are allowed", len(name), maxToolName).
			hintf("write one of %s, or mcp__SERVER__TOOL", listed())
	}
	if strings.HasPrefix(name, mcpPrefix) {
		return checkMCP(name, servers)
	}
	if tool, pattern, ok := toolWithPattern(name); ok {
		problem := problemf("tool-form", "tool `%s`: must be a name, got a name and a pattern", name)
		if known := nearest(tool); known != "" {
			return problem.hintf("write tool = `%s` and pattern = `%s`", known, pattern)
		}
		return problem.hintf("write the name in `tool` and the pattern in `pattern`")
	}
	if strings.Contains(name, "*") {
		problem := problemf("tool-form", "tool `%s`: only the names of MCP tools may have wildcards", name)
		if start := strings.TrimSuffix(name, "*"); !strings.Contains(start, "*") {
			if meant := startingWith(start); meant != "" {
				return problem.hintf("write a rule for each of %s", meant)
			}
		}
		return problem.hintf("write one of %s, or `*` for every tool", listed())
	}
	problem := problemf("tool-unknown", "unknown tool: `%s`", name)
	if server, tool, ok := foreignMCP(name, servers); ok {
		return problem.hintf("did you mean `%s`?", mcpPrefix+server+"__"+tool)
	}
	known, listed := foreignTool(normalize(name))
	switch {
	case known != "":
		return problem.hintf("did you mean `%s`?", known)
	case listed:
		return problem.hintf("remove it: rules do not govern this tool of another program")
	}
	if known := nearest(name); known != "" {
		return problem.hintf("did you mean `%s`?", known)
	}
	return problem.hintf("write one of %s, or mcp__SERVER__TOOL", joined(tools[:]))
}

// Nearest returns the tool that a name of another program or a misspelt name most
// likely means, in any case, or "" if there is none. Use it for suggestions only, never
// to decide what a call does.
func Nearest(name string) string { return nearest(name) }

func nearest(name string) string {
	if known, listed := foreignTool(normalize(name)); listed {
		return known
	}
	return suggest.Closest(name, tools[:], 0.8)
}

// normalize makes the spellings of one name the same: WebFetch, web_fetch and
// web-fetch, and those that end in "tool".
func normalize(name string) string {
	if len(name) > maxToolName {
		return ""
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-. ", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
	if short := strings.TrimSuffix(name, "tool"); short != "" {
		return short
	}
	return name
}

// foreignTools are the names that other programs give their tools, normalized, with a
// space between them, and the name here: "" for tools without a counterpart.
var foreignTools = [...]struct{ ours, theirs string }{
	{ToolRead, "read readfile readmanyfiles view viewimage viewfile notebookread cat openfile lsp"},
	{ToolEdit, "edit multiedit applypatch patch notebookedit editfile strreplace strreplaceeditor " +
		"strreplacebasededit replace searchreplace fileedit"},
	{ToolWrite, "write writefile create createfile filewrite"},
	{ToolBash, "bash shell localshell execcommand exec containerexec shellcommand unifiedexec writestdin " +
		"runshellcommand runterminalcmd runinterminal runcommand executecommand terminal powershell " +
		"bashoutput readbash writebash stopbash killbash killshell monitor taskoutput taskstop agentoutput " +
		"jsrepl jsreplreset command sh"},
	{ToolGrep, "grep grepfiles searchfilecontent grepsearch rg ripgrep codebasesearch search"},
	{ToolGlob, "glob ls list listdir listdirectory listfiles find findfiles filesearch"},
	{ToolWebFetch, "webfetch fetch fetchurl fetchwebpage url browser openurl"},
	{ToolWebSearch, "websearch googlewebsearch codesearch searchweb websearchrequest exasearch"},
	{ToolAgent, "agent task subagent spawnagent spawnagentsoncsv sendinput wait waitagent closeagent resumeagent " +
		"listagents assigntask followuptask sendmessage teamcreate teamdelete delegatetoagent delegate " +
		"runagent invokeagent"},
	{ToolSkill, "skill slashcommand activateskill useskill"},
	{mcpPrefix + "*", "listmcpresources listmcpresourcetemplates readmcpresource readmcpresourcedir mcp"},
	{"", "todowrite todoread updateplan taskcreate taskget tasklist taskupdate askuserquestion askuser " +
		"question requestuserinput requestpermissions senduserfile sendusermessage enterplanmode " +
		"exitplanmode planenter planexit enterworktree exitworktree croncreate crondelete cronlist " +
		"schedulewakeup pushnotification remotetrigger toolsearch toolsuggest structuredoutput sleep batch " +
		"invalid savememory memory imagegeneration testsync getcontextremaining deferredtoolplaceholder " +
		"reportintent"},
}

// ForeignTools returns the names that other programs give their tools, in lowercase
// and without separators, and the tool here that each means: "" for those that have
// no counterpart. It is for suggestions only.
func ForeignTools() map[string]string {
	names := map[string]string{}
	for _, row := range foreignTools {
		for name := range strings.SplitSeq(row.theirs, " ") {
			names[name] = row.ours
		}
	}
	return names
}

// Foreign returns the tool of the vocabulary that a name means, of ours or of another
// program: "" for a tool that has no counterpart. Known is false for other names. MCP
// tools and the star keep their name.
func Foreign(name string) (tool string, known bool) {
	if name == ToolAny || slices.Contains(tools[:], name) || strings.HasPrefix(name, mcpPrefix) {
		return name, true
	}
	return foreignTool(normalize(name))
}

// foreignTool finds a normalized name among those that other programs give their
// tools. Known is "" for a tool that is listed and has no counterpart.
func foreignTool(name string) (known string, listed bool) {
	for _, row := range foreignTools {
		for theirs := range strings.SplitSeq(row.theirs, " ") {
			if theirs == name {
				return row.ours, true
			}
		}
	}
	return "", false
}

// ForeignRule reads a rule as other programs write it, such as Bash(npm test:*), Read(./.env)
// or WebFetch: the tool here that it means and its pattern. Tool is empty for a rule about
// none of them. It is for suggestions only.
func ForeignRule(text string) (tool, pattern string) {
	name, pattern, ok := toolWithPattern(text)
	if !ok {
		name, pattern = text, "*"
	}
	tool, _ = Foreign(name)
	return tool, pattern
}

// toolWithPattern takes apart how other programs write a rule: Bash(git push:*).
func toolWithPattern(text string) (tool, pattern string, ok bool) {
	tool, inner, ok := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed || tool == "" || strings.ContainsAny(tool, " */~.") {
		return "", "", false
	}
	return tool, translated(inner), true
}

// translated puts the pattern of another program into our form.
func translated(pattern string) string {
	if start, ok := strings.CutSuffix(pattern, ":*"); ok {
		return start + "*"
	}
	if host, ok := cutAny(pattern, "domain:", "host:", "url:"); ok {
		return strings.TrimSpace(host)
	}
	if rest, ok := strings.CutPrefix(pattern, "//"); ok {
		return "/" + strings.TrimLeft(rest, "/")
	}
	if pattern == "" {
		return "*"
	}
	return pattern
}

func cutAny(text string, prefixes ...string) (string, bool) {
	for _, prefix := range prefixes {
		if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return text[len(prefix):], true
		}
	}
	return text, false
}

func startingWith(start string) string {
	var found []string
	for _, tool := range tools {
		if strings.HasPrefix(tool, strings.ToLower(start)) {
			found = append(found, tool)
		}
	}
	return joined(found)
}

func listed() string { return joined(tools[:]) }

func joined(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// Power is the set of effects that a call of a tool has by itself.
type Power uint8

const (
	PowerRead     Power = 1 << iota // reads files
	PowerWrite                      // changes files
	PowerRun                        // runs a program, which may do all that the sandbox leaves it
	PowerWeb                        // sends something over the network
	PowerDelegate                   // starts an agent
	PowerAll      = PowerRead | PowerWrite | PowerRun | PowerWeb | PowerDelegate
)

// PowerOf returns what calls of a tool may do. A name that is not in the
// vocabulary, a wildcard and every MCP tool may do anything.
func PowerOf(tool string) Power {
	switch tool {
	case ToolRead, ToolGrep, ToolGlob, ToolSkill:
		return PowerRead
	case ToolEdit, ToolWrite:
		return PowerWrite
	case ToolBash:
		return PowerRun
	case ToolWebFetch, ToolWebSearch:
		return PowerWeb
	case ToolAgent:
		return PowerDelegate
	}
	return PowerAll
}
