package codex

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

type table = map[string]any

// neverCompacts is a limit that no conversation reaches.
const neverCompacts = 1 << 40

// bytesPerToken is the number of bytes that Codex counts as a token.
const bytesPerToken = 4

func marshal(value any) ([]byte, error) { return json.Marshal(value) }

// settings returns the text of pod.config.toml.
func settings(l runtime.Launch, at places) ([]byte, error) {
	m := l.Manifest
	hooks, err := hookTables(l, at)
	if err != nil {
		return nil, err
	}
	s := table{
		"model":                                   string(m.Model.ID),
		"model_provider":                          layer,
		"model_instructions_file":                 at.file("system.md"),
		"model_reasoning_effort":                  string(m.Model.Effort),
		"model_context_window":                    m.Model.ContextWindowTokens,
		"model_auto_compact_token_limit":          compaction(m),
		"tool_output_token_limit":                 max(m.Tools.MaxOutputBytes/bytesPerToken, 1),
		"approval_policy":                         "never",
		"default_permissions":                     layer,
		"permissions":                             table{layer: permissionProfile(l)},
		"web_search":                              webSearch(m),
		"allow_login_shell":                       false,
		"project_doc_max_bytes":                   0,
		"check_for_update_on_startup":             false,
		"cli_auth_credentials_store":              "file",
		"suppress_unstable_features_warning":      true,
		"include_permissions_instructions":        false,
		"include_apps_instructions":               false,
		"include_collaboration_mode_instructions": false,
		"history":                                 table{"persistence": "none"},
		"analytics":                               table{"enabled": false},
		"feedback":                                table{"enabled": false},
		"features":                                features(m),
		// Codex would also list skills of the user and of the repository, so the system
		// prompt lists only those of the manifest.
		"skills":                   table{"include_instructions": false, "bundled": table{"enabled": false}},
		"shell_environment_policy": table{"inherit": "all", "ignore_default_excludes": true, "exclude": []string{"CODEX_*"}},
		"model_providers":          table{layer: provider(l)},
		"agents":                   agentTables(m, at),
		"hooks":                    hooks,
	}
	if codex := codexSettings(m); codex.Verbosity != nil {
		s["model_verbosity"] = string(*codex.Verbosity)
	}
	if codex := codexSettings(m); codex.ReasoningSummary != nil {
		s["model_reasoning_summary"] = string(*codex.ReasoningSummary)
	}
	if servers := serverTables(l); len(servers) > 0 {
		s["mcp_servers"] = servers
	}
	if l.Login != "" {
		s["chatgpt_base_url"] = strings.TrimSuffix(l.Gateway, "/") + backend
	}
	if looks := looks(l.UI); len(looks) > 0 {
		s["tui"] = looks
	}
	text, err := toml.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("cannot write the settings of Codex: %w", err)
	}
	return text, nil
}

func codexSettings(m *manifest.Manifest) manifest.CodexSettings {
	if m.Runtimes == nil || m.Runtimes.Codex == nil {
		return manifest.CodexSettings{}
	}
	return *m.Runtimes.Codex
}

// provider directs Codex to the gateway. Codex gets the token from the guard, once, so
// that it is in no environment and no file; a login is sent by the program itself.
func provider(l runtime.Launch) table {
	retries := int64(0)
	if codex := codexSettings(l.Manifest); codex.MaxRetries != nil {
		retries = *codex.MaxRetries
	}
	t := table{
		"name": "Insomnia", "base_url": strings.TrimSuffix(l.Gateway, "/") + "/v1", "wire_api": "responses",
		// Codex multiplies both numbers, since each retry of one kind repeats those of the
		// other.
		"request_max_retries": 0, "stream_max_retries": retries,
	}
	if l.Login != "" {
		t["requires_openai_auth"] = true
	} else {
		t["auth"] = table{"command": l.Insomnia, "args": []string{"pod-hook", "token", l.Guard}, "timeout_ms": 20000, "refresh_interval_ms": 0}
	}
	return t
}

func compaction(m *manifest.Manifest) int64 {
	if m.Context.Compaction.Strategy == "off" {
		return neverCompacts
	}
	return m.Context.Compaction.ThresholdTokens
}

func webSearch(m *manifest.Manifest) string {
	if !m.Tools.Offers(grammar.ToolWebSearch) {
		return "disabled"
	}
	return string(m.Web.Search.Mode)
}

// features are the optional abilities of Codex. Those that reach beyond the Pod, need a
// login, or cannot be covered by a rule are off.
func features(m *manifest.Manifest) table {
	f := table{"hooks": true}
	for _, name := range []string{
		"apps", "plugins", "remote_plugin", "tool_suggest", "skill_mcp_dependency_install", "image_generation",
		"browser_use", "browser_use_external", "computer_use", "in_app_browser", "daemon_auto_start",
		"guardian_approval", "shell_snapshot", "enable_request_compression", "api_key_model_discovery",
		"unbounded_connection_retries",
		// Without a terminal, nothing can be written to a running command, for which no hook
		// is called.
		"unified_exec_tty",
	} {
		f[name] = false
	}
	goals := codexSettings(m).Goals
	f["goals"] = goals != nil && *goals
	f["memories"] = m.Memory.Enabled
	f["view_image"] = m.Tools.Offers(grammar.ToolRead)
	if !m.Tools.Offers(grammar.ToolBash) {
		f["shell_tool"], f["unified_exec"] = false, false
	}
	if len(agents(m)) == 0 {
		f["multi_agent_v2"] = false
	}
	return f
}

// serverTables returns the MCP servers. The guard decides their calls, so Codex does not
// ask.
func serverTables(l runtime.Launch) table {
	all := table{}
	for name, s := range l.Manifest.MCPServers {
		t := table{
			"required": s.Required, "startup_timeout_sec": s.StartupTimeoutSeconds, "tool_timeout_sec": s.ToolTimeoutSeconds,
			"default_tools_approval_mode": "approve",
		}
		if len(s.EnabledTools) > 0 {
			t["enabled_tools"] = s.EnabledTools
		}
		if len(s.DisabledTools) > 0 {
			t["disabled_tools"] = s.DisabledTools
		}
		if s.URL != nil {
			t["url"] = string(s.URL.Text)
			if len(s.Headers) > 0 {
				headers := table{}
				for header, value := range s.Headers {
					headers[string(header)] = text(value)
				}
				t["http_headers"] = headers
			}
		} else {
			stdio(t, l, s)
		}
		all[identifier(string(name))] = t
	}
	return all
}

// stdio configures a server that is started as a program.
func stdio(t table, l runtime.Launch, s manifest.MCPServer) {
	t["env_vars"] = passedOn(l.Manifest)
	args := make([]string, len(s.Args))
	for i, a := range s.Args {
		args[i] = string(a.Text)
	}
	command := ""
	if s.Command != nil {
		command = string(*s.Command)
	}
	if s.Cwd != nil {
		dir := string(*s.Cwd)
		switch rest, home := strings.CutPrefix(dir, "~/"); {
		case home:
			args = append([]string{"-c", `cd "$HOME"/` + quote(rest) + ` && exec "$0" "$@"`, command}, args...)
			command = "/bin/sh"
		case filepath.IsAbs(dir):
			t["cwd"] = dir
		default:
			t["cwd"] = filepath.Join(l.Workspace, dir)
		}
	}
	if l.Login != "" {
		args = append([]string{"pod-without", l.Login, command}, args...)
		command = l.Insomnia
	}
	t["command"], t["args"] = command, args
	if len(s.Env) > 0 {
		env := table{}
		for name, value := range s.Env {
			env[string(name)] = text(value)
		}
		t["env"] = env
	}
}

// passedOn returns variables that a server gets in addition to its own: by default, Codex
// passes only a few.
func passedOn(m *manifest.Manifest) []string {
	names := []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"}
	for _, name := range m.Sandbox.InheritEnv {
		names = append(names, string(name))
	}
	for name := range m.Sandbox.Env {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func text(v manifest.EnvValue) string {
	if v.Value == nil {
		return ""
	}
	return *v.Value
}

// looks returns the user's settings for the terminal.
func looks(ui map[string]string) table {
	t := table{}
	if theme := ui["theme"]; theme != "" {
		t["theme"] = theme
	}
	if mode := ui["editorMode"]; mode != "" {
		t["vim_mode_default"] = mode == "vim"
	}
	return t
}
