package claudecode

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// hookSeconds is the timeout of our hooks. The program lets a call run when it expires,
// so it is far beyond the hook's own deadline.
const hookSeconds = 24 * 60 * 60

// strangers are the program's built-in subagents.
var strangers = [...]string{"claude", "claude-code-guide", "Explore", "general-purpose", "Plan", "statusline-setup", "fork", "worker"}

type settings struct {
	Permissions         permissions        `json:"permissions"`
	Hooks               map[string][]hooks `json:"hooks"`
	Attribution         *attribution       `json:"attribution,omitempty"`
	AutoMemory          bool               `json:"autoMemoryEnabled"`
	NoAutoMode          string             `json:"disableAutoMode"`
	NoDeepLinks         string             `json:"disableDeepLinkRegistration"`
	NoSkillShell        bool               `json:"disableSkillShellExecution"`
	NoWorkflows         bool               `json:"disableWorkflows"`
	NoAgentView         bool               `json:"disableAgentView"`
	NoRemoteControl     bool               `json:"disableRemoteControl"`
	NoWebFetchPreflight bool               `json:"skipWebFetchPreflight"`
	NoBundledSkills     bool               `json:"disableBundledSkills,omitempty"`
	Plugins             map[string]bool    `json:"enabledPlugins"`
	CleanupDays         int                `json:"cleanupPeriodDays"`
	Theme               string             `json:"theme,omitempty"`
	EditorMode          string             `json:"editorMode,omitempty"`
	Env                 map[string]string  `json:"env,omitempty"`
}

type permissions struct {
	Mode     string   `json:"defaultMode"`
	Deny     []string `json:"deny"`
	NoBypass string   `json:"disableBypassPermissionsMode"`
	NoAuto   string   `json:"disableAutoMode"`
}

type attribution struct {
	Commit *manifest.Line `json:"commit,omitempty"`
	Pull   *manifest.Line `json:"pr,omitempty"`
}

// hooks are the hooks of an event for the tools that a matcher selects.
type hooks struct {
	Matcher string `json:"matcher,omitempty"`
	Hooks   []hook `json:"hooks"`
}

type hook struct {
	Type    string `json:"type"`
	Command string `json:"command"`
	Timeout int64  `json:"timeout"`
	Async   bool   `json:"async,omitempty"`
}

func settingsOf(l runtime.Launch) []byte {
	m := l.Manifest
	s := settings{
		Permissions: permissions{Mode: "default", Deny: denied(l), NoBypass: "disable", NoAuto: "disable"},
		Hooks:       hooksOf(l), AutoMemory: m.Memory.Enabled,
		NoAutoMode: "disable", NoDeepLinks: "disable", NoSkillShell: true, NoWorkflows: true, NoAgentView: true, NoRemoteControl: true,
		// Otherwise the program asks its vendor about the host of each page.
		NoWebFetchPreflight: true,
		Plugins:             map[string]bool{"cc-plugin-agents-md@builtin": false, "cc-plugin-plugin-authoring@builtin": false, "cc-plugin-privacy@builtin": false},
		CleanupDays:         36500, Theme: l.UI["theme"], EditorMode: l.UI["editorMode"],
	}
	if m.Runtimes != nil && m.Runtimes.ClaudeCode != nil {
		c := m.Runtimes.ClaudeCode
		s.NoBundledSkills = c.BundledSkills != nil && !*c.BundledSkills
		if c.CommitAttribution != nil || c.PullRequestAttribution != nil {
			s.Attribution = &attribution{c.CommitAttribution, c.PullRequestAttribution}
		}
	}
	if l.Login != "" {
		s.Env = loginVariables(l)
	}
	text, _ := json.MarshalIndent(s, "", "  ")
	return append(text, '\n')
}

// quoted quotes a word for a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// hooksOf returns the hooks of the guard and of the profile.
func hooksOf(l runtime.Launch) map[string][]hooks {
	guard := func(otherwise string) []hook {
		return []hook{{"command", quoted(l.Insomnia) + " pod-hook claude-code " + quoted(l.Guard) + otherwise, hookSeconds, false}}
	}
	all := map[string][]hooks{
		"PreToolUse":   {{Matcher: "*", Hooks: guard(" || exit 2")}},
		"SessionStart": {{Hooks: guard(" || exit 2")}},
	}
	// These hooks never block: at Stop, exit code 2 would keep the agent working. A blocked
	// prompt would end the program without an error, so the gateway refuses its request
	// instead.
	for _, event := range []string{"UserPromptSubmit", "Stop", "Notification", "SubagentStart", "SubagentStop"} {
		all[event] = []hooks{{Hooks: guard(" || exit 0")}}
	}
	for _, h := range l.Manifest.Hooks {
		words := make([]string, len(h.Command))
		for i, w := range h.Command {
			words[i] = quoted(string(w))
		}
		matcher := ""
		if h.Event.AboutTool() {
			matcher = matcherOf(l.Manifest, string(h.Matcher))
		}
		all[string(h.Event)] = append(all[string(h.Event)], hooks{matcher, []hook{{"command", strings.Join(words, " "), h.TimeoutSeconds, h.Async != nil && *h.Async}}})
	}
	return all
}

// matcherOf translates the tools of a hook to a regular expression, which the program
// uses as a matcher.
func matcherOf(m *manifest.Manifest, matcher string) string {
	if matcher == "*" {
		return "*"
	}
	var names []string
	for name := range strings.SplitSeq(matcher, "|") {
		for _, b := range builtins {
			if b.tool == name {
				names = append(names, b.name)
			}
		}
		if name == "mcp__*" {
			names = append(names, "mcp__.*")
		} else if server, tool, ok := grammar.SplitMCP(name); ok {
			start := strings.TrimSuffix(tool, "*")
			text := "mcp__" + servers(m)[manifest.ServerName(server)] + "__" + mangled(start)
			if start != tool {
				text += ".*"
			}
			names = append(names, text)
		}
	}
	return strings.Join(names, "|")
}

// denied returns the program's own deny rules, a second lock behind the guard that is
// never stricter. The guard decides everything else, and its hook then answers allow.
func denied(l runtime.Launch) []string {
	m := l.Manifest
	rules := []string{}
	for _, name := range strangers {
		if _, own := m.Subagents[manifest.SkillName(name)]; !own {
			rules = append(rules, "Agent("+name+")")
		}
	}
	names := servers(m)
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		if !someTool(m, string(name)) {
			rules = append(rules, "mcp__"+names[name])
		}
		for _, tool := range m.MCPServers[name].DisabledTools {
			rules = append(rules, "mcp__"+names[name]+"__"+mangled(string(tool)))
		}
	}
	for _, glob := range m.Sandbox.DenyRead {
		if place, ok := absolute(l.Workspace, string(glob)); ok {
			rules = append(rules, "Read("+place+")")
		}
	}
	if l.Login != "" {
		if place, ok := absolute(l.Workspace, l.Login); ok {
			rules = append(rules, "Read("+place+")", "Edit("+place+")")
		}
	}
	if m.Delegation == nil || m.Delegation.Ceiling == nil || m.Delegation.Ceiling.Permissions == nil {
		for _, r := range m.Permissions.Rules {
			if r.Action == "deny" && r.Tool == grammar.ToolBash && plainCommand(string(r.Pattern)) {
				rules = append(rules, "Bash("+string(r.Pattern)+")")
			}
		}
	}
	return rules
}

// someTool reports whether any agent of a Pod may be offered a tool of a server.
func someTool(m *manifest.Manifest, server string) bool {
	prefix := "mcp__" + server + "__"
	offers := func(t manifest.SubagentTools) bool {
		return t.Default == "allow" || slices.ContainsFunc(t.Allow, func(n manifest.ToolName) bool {
			return strings.HasPrefix(string(n), prefix) || grammar.MatchTool(string(n), prefix+"x")
		})
	}
	if offers(manifest.SubagentTools{Default: m.Tools.Default, Allow: m.Tools.Allow}) {
		return true
	}
	for _, s := range m.Subagents {
		if offers(s.Tools) {
			return true
		}
	}
	return false
}

// plainCommand reports whether the program matches a pattern as the guard does, or fewer
// commands: the pattern is words, with a star only at the end.
func plainCommand(pattern string) bool {
	return !strings.ContainsAny(strings.TrimSuffix(pattern, "*"), "*\\()|&;<>'\"`$:{}[]?!#\n")
}

// absolute converts a glob of files to the program's rules, in which // begins a path at
// the root. A glob relative to the workspace would match below every directory. A single
// name is in the workspace.
func absolute(workspace, glob string) (string, bool) {
	if strings.ContainsAny(glob, "[]{}()\\!#?\n") || strings.ContainsAny(workspace, "*?[]{}()\\!#\n") {
		return "", false
	}
	switch {
	case strings.HasPrefix(glob, "~/"):
		return glob, true
	case strings.HasPrefix(glob, "/"):
		return "/" + glob, true
	}
	return "/" + path.Join(workspace, glob), true
}
