package claudecode

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// input holds the arguments of a tool. The case of names is significant.
type input map[string]json.RawMessage

// text returns a field that must be a nonempty string.
func (in input) text(tool, name string) (string, error) {
	text, err := in.optional(tool, name)
	if err == nil && text == "" {
		err = fmt.Errorf("the call of %s has no %s", tool, name)
	}
	return text, err
}

// optional returns a field that must be a string if it is present.
func (in input) optional(tool, name string) (string, error) {
	raw, ok := in[name]
	if !ok || string(raw) == "null" {
		return "", nil
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		return "", fmt.Errorf("the call of %s has a %s that is not a string", tool, name)
	}
	return *text, nil
}

// calls translates a tool call for the guard.
func calls(use runtime.ToolUse) ([]permission.Call, error) {
	if use.Manifest == nil {
		return nil, fmt.Errorf("no manifest to judge %s by", shown(use.Tool))
	}
	base := permission.Call{Directory: use.Directory, Subagent: subagent(use.Subagent)}
	if strings.HasPrefix(use.Tool, "mcp__") {
		return mcpCalls(use, base)
	}
	b, ok := named(use.Tool)
	if !ok {
		return nil, fmt.Errorf("no rule can decide the tool %s of Claude Code", shown(use.Tool))
	}
	if b.internal {
		return nil, nil
	}
	var in input
	if err := json.Unmarshal(use.Input, &in); err != nil || in == nil {
		return nil, fmt.Errorf("cannot read the arguments of %s", shown(use.Tool))
	}
	base.Tool = b.tool
	var err error
	switch b.tool {
	case grammar.ToolBash:
		base.Command, err = in.text(b.name, "command")
	case grammar.ToolRead, grammar.ToolEdit, grammar.ToolWrite:
		field := "file_path"
		if b.name == "NotebookEdit" {
			field = "notebook_path"
		}
		var file string
		file, err = in.text(b.name, field)
		base.Paths = []string{file}
	case grammar.ToolGrep, grammar.ToolGlob:
		base.Paths, err = searched(in, b.name)
	case grammar.ToolWebFetch:
		base.URL, err = in.text(b.name, "url")
	case grammar.ToolWebSearch:
		base.Argument, err = in.text(b.name, "query")
	case grammar.ToolAgent:
		var name string
		name, err = in.text(b.name, "subagent_type")
		base.Argument = unprefixed(name)
		if _, known := use.Manifest.Subagents[manifest.SkillName(base.Argument)]; err == nil && !known {
			err = fmt.Errorf("the profile has no subagent %s", shown(base.Argument))
		}
		// Git makes a worktree, with the hooks of the repository, and it is not part of the
		// workspace.
		if isolation, other := in.optional(b.name, "isolation"); err == nil && (isolation != "" || other != nil) {
			err = fmt.Errorf("a subagent works in the workspace: leave out isolation")
		}
	case grammar.ToolSkill:
		field := "skill"
		if use.Tool == "SlashCommand" {
			field = "command"
		}
		base.Argument, err = in.text(b.name, field)
		base.Argument, _, _ = strings.Cut(strings.TrimPrefix(base.Argument, "/"), " ")
		base.Argument = unprefixed(base.Argument)
	}
	if err != nil {
		return nil, err
	}
	return []permission.Call{base}, nil
}

// searched returns the directories that Grep and Glob search: the path, and for Glob also
// the start of a pattern that leads outside it.
func searched(in input, tool string) ([]string, error) {
	dir, err := in.optional(tool, "path")
	if err != nil {
		return nil, err
	}
	if dir == "" {
		dir = "."
	}
	paths := []string{dir}
	for _, field := range []string{"pattern", "glob"} {
		if tool == "Grep" && field == "pattern" {
			continue // a regular expression
		}
		pattern, err := in.optional(tool, field)
		if err != nil {
			return nil, err
		}
		if strings.Contains(pattern, "..") {
			return nil, fmt.Errorf("cannot tell where the pattern %s of %s leads: leave out `..`, and give the directory as path", shown(pattern), tool)
		}
		begins := pattern
		if i := strings.IndexAny(begins, `*?[{\!`); i >= 0 {
			begins = begins[:i]
		}
		if strings.HasPrefix(begins, "/") || strings.HasPrefix(begins, "~") {
			paths = append(paths, path.Dir(begins+"x"))
		} else if i := strings.IndexByte(pattern, '/'); i >= 0 && strings.ContainsAny(pattern[:i+1], `{\`) {
			return nil, fmt.Errorf("cannot tell where the pattern %s of %s leads: give the directory as path", shown(pattern), tool)
		}
	}
	return paths, nil
}

func mcpCalls(use runtime.ToolUse, base permission.Call) ([]permission.Call, error) {
	server, tool, ok := ours(use.Manifest, use.Tool)
	if !ok {
		return nil, fmt.Errorf("the profile has no MCP server for the tool %s", shown(use.Tool))
	}
	if !enabled(use.Manifest.MCPServers[manifest.ServerName(server)], tool) {
		return nil, fmt.Errorf("the profile does not enable the tool %s of the MCP server %s", shown(tool), shown(server))
	}
	var found []permission.Call
	for _, name := range spellings(use.Manifest, server, tool) {
		call := base
		call.Tool = "mcp__" + server + "__" + name
		found = append(found, call)
	}
	return found, nil
}

// shown makes a name from the model short and safe for one line of a message.
func shown(name string) string {
	runes := []rune(name)
	if len(runes) > 80 {
		name = string(runes[:80]) + "…"
	}
	return fmt.Sprintf("%q", name)
}

// request parses the headers of a request to the API.
func request(h http.Header) runtime.Request {
	agent := h.Get("X-Claude-Code-Agent-Id")
	return runtime.Request{Session: h.Get("X-Claude-Code-Session-Id"), Subagent: agent, Agent: agent}
}

// cut lists the prefixes of results of calls that were canceled before they ran.
var cut = [...]string{"[Request interrupted by user", "The user doesn't want to ", "[Tool result missing due to internal error]"}

// declined reports whether the program rejected a call before it ran its hooks. It checks
// the arguments first, and whether the file, skill or task exists.
func declined(_, text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "<tool_use_error>") && strings.HasSuffix(text, "</tool_use_error>") ||
		slices.ContainsFunc(cut[:], func(s string) bool { return strings.HasPrefix(text, s) })
}
