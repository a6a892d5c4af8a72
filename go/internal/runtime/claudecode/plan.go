package claudecode

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Descriptors of the token and of the MCP servers.
const (
	tokenDescriptor = 3
	mcpDescriptor   = 4
)

// longestArgument limits the length of one argument; the limit of Linux is slightly
// higher.
const longestArgument = 120 << 10

func plan(l runtime.Launch) (*runtime.Plan, error) {
	m := l.Manifest
	if _, err := uuid.Parse(l.Session); err != nil {
		return nil, fmt.Errorf("the session of Claude Code must have a UUID, got %q", l.Session)
	}
	dir := filepath.Join(l.Files, "plugin")
	files, err := pluginFiles(m, dir)
	if err != nil {
		return nil, err
	}
	p := &runtime.Plan{Env: environment(l), Files: files}
	seed, err := firstRun(l)
	if err != nil {
		return nil, err
	}
	system, set := filepath.Join(l.Files, "system.md"), filepath.Join(l.Files, "settings.json")
	p.Files = append(p.Files,
		text(system, l.System),
		runtime.File{Path: set, Mode: 0o400, Content: settingsOf(l)},
		runtime.File{Path: filepath.Join(l.State, ".claude.json"), Mode: 0o600, Content: seed, Keep: l.Login == ""})
	p.Args = []string{
		"--setting-sources", "", "--settings", set, "--system-prompt-file", system, "--plugin-dir", dir, "--agent", plugin + ":" + own, "--name", l.Pod,
		"--model", string(m.Model.ID), "--effort", effort(m.Model.Effort), "--tools", strings.Join(programTools(m), ","), "--strict-mcp-config",
	}
	if fallbacks := fallbacks(m); fallbacks != "" {
		p.Args = append(p.Args, "--fallback-model", fallbacks)
	}
	if m.Context.Compaction.Strategy == "summarize" {
		p.Args = append(p.Args, "--autocompact", strconv.FormatInt(window(m), 10))
	}
	if l.Login == "" {
		p.Descriptors = []runtime.Descriptor{{Number: tokenDescriptor, Text: []runtime.Part{{Literal: l.Token}}}}
	} else {
		p.Files = append(p.Files, runtime.File{Path: shell(l), Mode: 0o500, Content: apart(l)},
			runtime.File{Path: filepath.Join(l.State, "remote-settings.json"), Gone: true})
	}
	if len(m.MCPServers) > 0 {
		p.Args = append(p.Args, "--mcp-config", "/dev/fd/"+strconv.Itoa(mcpDescriptor))
		p.Descriptors = append(p.Descriptors, runtime.Descriptor{Number: mcpDescriptor, Text: mcpConfig(m)})
	}
	if l.Resume {
		p.Args = append(p.Args, "--resume", l.Session)
	} else {
		p.Args = append(p.Args, "--session-id", l.Session)
	}
	if l.Changed {
		p.Args = append(p.Args, "--system-prompt-snapshot", "off")
	}
	if l.Headless {
		p.Args = append(p.Args, "--print", "--output-format", "stream-json", "--verbose", "--permission-prompts", "none")
		p.Stdin = []byte(l.Prompt)
		return p, nil
	}
	if len(l.Prompt) > longestArgument {
		return nil, fmt.Errorf("the first message is %d bytes long; Claude Code takes at most %d at a terminal: write it to a file and name the file", len(l.Prompt), longestArgument)
	}
	if l.Prompt != "" {
		p.Args = append(p.Args, "--", l.Prompt)
	}
	return p, nil
}

// credential returns the variables that tell the program where its credential is.
func credential(l runtime.Launch) []string {
	switch {
	case l.Subscription:
		// The program then sends its requests in the form that its subscription requires.
		return []string{"CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR=" + strconv.Itoa(tokenDescriptor)}
	case l.Login == "":
		return []string{"CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR=" + strconv.Itoa(tokenDescriptor)}
	}
	return []string{"CLAUDE_SECURESTORAGE_CONFIG_DIR=" + filepath.Dir(l.Login), "CLAUDE_CODE_SHELL_PREFIX=" + shell(l)}
}

// loginVariables decide where the login is sent. The settings contain them too, because
// settings override what a command may have written into the program's directory in an
// earlier session. For the same reason, files there that set variables are not kept.
func loginVariables(l runtime.Launch) map[string]string {
	return map[string]string{
		"ANTHROPIC_BASE_URL":              l.Gateway,
		"CLAUDE_SECURESTORAGE_CONFIG_DIR": filepath.Dir(l.Login),
		"CLAUDE_CODE_SHELL_PREFIX":        shell(l),
	}
}

// shell is the prefix of each command line that the program runs for its tools, for hooks
// and for MCP servers.
func shell(l runtime.Launch) string { return filepath.Join(l.Files, "shell") }

// apart returns the script that runs a command line without access to the login. If that
// fails, it exits with 2, so that a hook blocks the call.
func apart(l runtime.Launch) []byte {
	return []byte("#!/bin/sh\n[ -x " + quoted(l.Insomnia) + " ] || exit 2\n" +
		"exec " + quoted(l.Insomnia) + " pod-without " + quoted(l.Login) + " \"$(command -v bash || command -v sh)\" -c \"$@\"\n")
}

// environment returns the program's variables.
func environment(l runtime.Launch) []string {
	m := l.Manifest
	small := string(m.Model.ID)
	if m.Model.Small != nil {
		small = id(*m.Model.Small)
	}
	env := []string{
		"CLAUDE_CONFIG_DIR=" + l.State,
		"CLAUDE_CODE_TMPDIR=" + filepath.Join(l.State, "tmp"),
		"ANTHROPIC_BASE_URL=" + l.Gateway,
	}
	env = append(env, credential(l)...)
	env = append(env,
		// Names such as sonnet are aliases for models of the Pod.
		"ANTHROPIC_DEFAULT_HAIKU_MODEL="+small,
		"ANTHROPIC_SMALL_FAST_MODEL="+small,
		"ANTHROPIC_DEFAULT_SONNET_MODEL="+string(m.Model.ID),
		"ANTHROPIC_DEFAULT_OPUS_MODEL="+string(m.Model.ID),
		"ANTHROPIC_DEFAULT_FABLE_MODEL="+string(m.Model.ID),
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
		"CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL=1",
		"DISABLE_AUTOUPDATER=1",
		// The tool reads files that a message mentions with @, so the guard judges them.
		"CLAUDE_CODE_DISABLE_FILE_MENTIONS=1",
		// All tools are in the first request, which is checked against the manifest.
		"ENABLE_TOOL_SEARCH=false",
	)
	number := func(name string, n int64) { env = append(env, name+"="+strconv.FormatInt(n, 10)) }
	number("CLAUDE_CODE_MAX_OUTPUT_TOKENS", m.Model.MaxOutputTokens)
	switch {
	case m.Model.Effort == "none":
		env = append(env, "CLAUDE_CODE_DISABLE_THINKING=1")
	case m.Model.ThinkingBudgetTokens != nil:
		number("MAX_THINKING_TOKENS", *m.Model.ThinkingBudgetTokens)
	}
	if m.Context.Compaction.Strategy != "summarize" {
		env = append(env, "DISABLE_AUTO_COMPACT=1")
	}
	number("BASH_MAX_TIMEOUT_MS", m.Tools.TimeoutSeconds*1000)
	number("BASH_DEFAULT_TIMEOUT_MS", min(m.Tools.TimeoutSeconds, 120)*1000)
	number("BASH_MAX_OUTPUT_LENGTH", m.Tools.MaxOutputBytes)
	if m.Limits.MaxSubagents > 0 {
		number("CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS", m.Limits.MaxSubagents)
		number("CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH", m.Limits.MaxDepth)
	}
	if len(m.MCPServers) > 0 {
		var start, call int64
		for _, s := range m.MCPServers {
			start, call = max(start, s.StartupTimeoutSeconds), max(call, s.ToolTimeoutSeconds)
		}
		number("MCP_TIMEOUT", start*1000)
		number("MCP_TOOL_TIMEOUT", call*1000)
	}
	if m.Runtimes != nil && m.Runtimes.ClaudeCode != nil {
		c := m.Runtimes.ClaudeCode
		if c.MaxRetries != nil {
			number("CLAUDE_CODE_MAX_RETRIES", *c.MaxRetries)
		}
		if none(c.CommitAttribution) && none(c.PullRequestAttribution) {
			// The program does not run git at its start to summarize the repository either.
			env = append(env, "CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS=1")
		}
	}
	return env
}

func none(line *manifest.Line) bool { return line != nil && *line == "" }

// firstRun returns the file in which the program records its first-run questions. Without
// it, the program begins with screens about its theme and about trust.
func firstRun(l runtime.Launch) ([]byte, error) {
	theme := l.UI["theme"]
	if theme == "" {
		theme = "auto"
	}
	return json.Marshal(map[string]any{
		"hasCompletedOnboarding": true, "theme": theme,
		"projects": map[string]any{l.Workspace: map[string]any{"hasTrustDialogAccepted": true}},
	})
}

// effort returns the program's word for an effort; it has none below low.
func effort(e manifest.Effort) string {
	if e == "none" || e == "minimal" {
		return "low"
	}
	return string(e)
}

// id returns the name of a model without its provider.
func id(ref manifest.ModelRef) string {
	_, id, _ := strings.Cut(string(ref), "/")
	return id
}

// fallbacks returns the other models of the same provider.
func fallbacks(m *manifest.Manifest) string {
	var ids []string
	for _, ref := range m.Model.Fallbacks {
		if provider, id, _ := strings.Cut(string(ref), "/"); provider == string(m.Model.Provider) {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, ",")
}

// window returns a context size that makes the program compact at the threshold. It
// compacts at 13,000 tokens plus the room for an answer, at most 20,000, before the end.
// The size must be at least 100,000.
func window(m *manifest.Manifest) int64 {
	return max(100_000, m.Context.Compaction.ThresholdTokens+13_000+min(m.Model.MaxOutputTokens, 20_000))
}

// programTools returns the program's own tools that any agent of the Pod is offered.
func programTools(m *manifest.Manifest) []string {
	var names []string
	for _, b := range builtins {
		some := b.internal || m.Tools.Offers(b.tool) && served(m, b.tool)
		if m.Limits.MaxSubagents > 0 {
			for _, s := range m.Subagents {
				some = some || offers(s.Tools, b.tool) && served(m, b.tool)
			}
		}
		if some {
			names = append(names, b.name)
		}
	}
	return names
}
