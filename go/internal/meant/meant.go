// Package meant recognizes what common mistakes of beginners were meant to be: a value
// instead of a section, a model without its provider, a variable instead of the name of
// a secret. It only provides hints and decides nothing.
//
// The tables are exported for the Nix library, too (lib/schema/meant.json).
package meant

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/provider"
)

// Field is the field that was meant by a value in the place of a section.
type Field struct {
	// Section is the last key of the place.
	Section string `json:"section"`
	// Kind of the value: string, list, boolean or number.
	Kind string `json:"kind"`
	// Field below the section, where the schema has it.
	Field string `json:"field"`
	// Yes and No are what true and false are called there; empty for themselves.
	Yes string `json:"yes,omitempty"`
	No  string `json:"no,omitempty"`
}

// Fields are looked through in this order. The sections of a profile have presets, which
// those of a manifest lack.
var Fields = [...]Field{
	{Section: "model", Kind: "string", Field: "ref"},
	{Section: "small", Kind: "string", Field: "ref"},
	{Section: "prompts", Kind: "string", Field: "system"},
	{Section: "tools", Kind: "list", Field: "allow"},
	{Section: "permissions", Kind: "string", Field: "mode"},
	{Section: "permissions", Kind: "list", Field: "rules"},
	{Section: "sandbox", Kind: "string", Field: "filesystem"},
	{Section: "memory", Kind: "string", Field: "preset"},
	{Section: "memory", Kind: "string", Field: "scope"},
	{Section: "memory", Kind: "boolean", Field: "preset", Yes: "project", No: "off"},
	{Section: "memory", Kind: "boolean", Field: "enabled"},
	{Section: "web", Kind: "string", Field: "preset"},
	{Section: "web", Kind: "boolean", Field: "preset", Yes: "live", No: "off"},
	{Section: "search", Kind: "boolean", Field: "mode", Yes: "live", No: "disabled"},
	{Section: "search", Kind: "string", Field: "mode"},
	{Section: "fetch", Kind: "boolean", Field: "enabled"},
	{Section: "context", Kind: "string", Field: "budget"},
	{Section: "compaction", Kind: "string", Field: "strategy"},
	{Section: "pruning", Kind: "boolean", Field: "enabled"},
	{Section: "limits", Kind: "number", Field: "maxTurns"},
	{Section: "session", Kind: "number", Field: "retentionDays"},
}

// Setting is a setting of other programs that is not specific to one runtime here. Settings
// that protect, or that select what the model receives, apply to every runtime and are
// fields of the profile.
type Setting struct {
	// Names of it in the programs, in lowercase and without separators, with a space between them.
	Names string `json:"names"`
	// Field of the profile; empty for Looks.
	Field string `json:"field,omitempty"`
	// Looks of the program are the user's own.
	Looks bool `json:"looks,omitempty"`
}

// Settings are the usual ones.
var Settings = [...]Setting{
	{Names: "permissions permission approvalpolicy defaultmode allowedtools disallowedtools defaultpermissions approvals rules", Field: "permissions"},
	{Names: "sandbox sandboxmode sandboxworkspacewrite additionaldirectories", Field: "sandbox"},
	{Names: "env environment shellenvironmentpolicy", Field: "sandbox.inheritEnv"},
	{Names: "mcp mcpservers mcpserver enabledmcpjsonservers", Field: "mcpServers"},
	{Names: "hooks notify", Field: "hooks"},
	{Names: "apikeyhelper apikey auth modelproviders modelprovider provider baseurl", Field: "model"},
	{Names: "model models smallmodel modelreasoningeffort effort effortlevel fallbackmodel", Field: "model"},
	{Names: "agents agent subagents", Field: "subagents"},
	{Names: "tools websearch", Field: "tools"},
	{Names: "skills", Field: "skills"},
	{Names: "commands command workflows", Field: "workflows"},
	{Names: "instructions systemprompt developerinstructions modelinstructionsfile claudemd", Field: "prompts"},
	{Names: "compaction autocompact autocompactenabled modelautocompacttokenlimit", Field: "compaction"},
	{Names: "memory automemoryenabled", Field: "memory"},
	{Names: "plugin plugins enabledplugins extraknownmarketplaces marketplaces", Field: "skills, workflows, hooks or mcpServers"},
	{Names: "theme statusline outputstyle tui keybinds keybindings editormode spinnertipsenabled", Looks: true},
}

// SettingOf finds the setting that a name in the fragment of a runtime is.
func SettingOf(name string) (Setting, bool) {
	name = strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
	for _, s := range Settings {
		for known := range strings.SplitSeq(s.Names, " ") {
			if known == name {
				return s, true
			}
		}
	}
	return Setting{}, false
}

// Unlimited are words for what has no limit, which is null here.
var Unlimited = [...]string{"unlimited", "none", "never", "infinite", "infinity", "inf", "forever", "always", "off"}

// Family is a prefix of the names of a provider's models.
type Family struct {
	Prefix   string `json:"prefix"`
	Provider string `json:"provider"`
}

// Families of models; the first that fits counts.
var Families = [...]Family{
	{"claude", "anthropic"}, {"gpt", "openai"}, {"codex", "openai"}, {"o1", "openai"}, {"o3", "openai"}, {"o4", "openai"},
	{"gemini", "google"}, {"gemma", "google"}, {"deepseek", "deepseek"}, {"grok", "xai"}, {"glm", "zai"}, {"kimi", "moonshot"},
	{"mistral", "mistral"}, {"codestral", "mistral"}, {"devstral", "mistral"}, {"qwen", "qwen"},
}

// Model returns the reference that a model without its provider was meant to be; empty
// where the provider cannot be told.
func Model(id string) string {
	for _, f := range Families {
		if strings.HasPrefix(strings.ToLower(id), f.Prefix) {
			return f.Provider + "/" + id
		}
	}
	return ""
}

// VariableEnds are how the names of variables that hold secrets end.
var VariableEnds = [...]string{"KEY", "TOKEN", "SECRET", "PASSWORD", "PAT"}

// Secret returns the name of a secret for an environment variable:
// anthropic.api.default for ANTHROPIC_API_KEY, github-token for GITHUB_TOKEN; empty if
// the variable does not look like a secret.
func Secret(variable string) string {
	parts := strings.Split(variable, "_")
	if len(parts) < 2 || len(variable) > 63 || variable[0] < 'A' {
		return ""
	}
	for _, part := range parts {
		if part == "" || strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return ""
		}
	}
	known := false
	for _, end := range VariableEnds {
		known = known || parts[len(parts)-1] == end
	}
	if !known {
		return ""
	}
	if first := strings.ToLower(parts[0]); strings.HasSuffix(variable, "_API_KEY") && len(parts) == 3 {
		switch {
		case provider.ModelHost(first) != "":
			return first + ".api.default"
		case provider.SearchHost(first) != "":
			return first + ".search.default"
		}
	}
	return strings.ToLower(strings.Join(parts, "-"))
}
