package opencode

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

//go:embed plugin.js
var pluginSource string

func configPath(l runtime.Launch) string { return filepath.Join(l.Files, "opencode.json") }
func pluginPath(l runtime.Launch) string { return filepath.Join(l.Files, "guard.js") }
func skillsPath(l runtime.Launch) string { return filepath.Join(l.Files, "skills") }

// recorded reports whether the program's database of conversations exists: the program
// records each one there before it asks the model.
func recorded(state, _ string) bool {
	_, err := os.Lstat(filepath.Join(state, "data", "opencode", "opencode.db"))
	return !errors.Is(err, fs.ErrNotExist)
}

// maxArgument is the maximum length of an argument (MAX_ARG_STRLEN of Linux).
const maxArgument = 128<<10 - 1

func plan(l runtime.Launch) (*runtime.Plan, error) {
	m := l.Manifest
	config, err := config(l)
	if err != nil {
		return nil, err
	}
	plugin, err := plugin(l)
	if err != nil {
		return nil, err
	}
	xdg := filepath.Join(l.Files, "config")
	p := &runtime.Plan{
		Env: []string{
			"OPENCODE_CONFIG=" + configPath(l),
			"OPENCODE_TUI_CONFIG=" + filepath.Join(l.Files, "tui.json"),
			// The program looks for config and plugins here, so no tool may write here.
			"XDG_CONFIG_HOME=" + xdg,
			"OPENCODE_TEST_HOME=" + filepath.Join(l.Files, "home"),
			"XDG_DATA_HOME=" + filepath.Join(l.State, "data"),
			"XDG_STATE_HOME=" + filepath.Join(l.State, "state"),
			"XDG_CACHE_HOME=" + filepath.Join(l.State, "cache"),
			// The program's own logins may name servers with more config.
			"OPENCODE_AUTH_CONTENT={}",
			"OPENCODE_DISABLE_PROJECT_CONFIG=1", "OPENCODE_DISABLE_CLAUDE_CODE=1", "OPENCODE_DISABLE_EXTERNAL_SKILLS=1",
			"OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_DEFAULT_PLUGINS=1",
			"OPENCODE_DISABLE_LSP_DOWNLOAD=1", "OPENCODE_DISABLE_SHARE=1",
			"OPENCODE_EXPERIMENTAL_OUTPUT_TOKEN_MAX=" + strconv.FormatInt(m.Model.MaxOutputTokens, 10),
			"OPENCODE_EXPERIMENTAL_BASH_DEFAULT_TIMEOUT_MS=" + strconv.FormatInt(1000*min(m.Tools.TimeoutSeconds, 120), 10),
		},
		Files: []runtime.File{
			{Path: configPath(l), Mode: 0o444, Content: config},
			{Path: pluginPath(l), Mode: 0o444, Content: plugin},
			{Path: filepath.Join(l.Files, "tui.json"), Mode: 0o444, Content: looks(l)},
			{Path: filepath.Join(l.Files, "home", ".keep"), Mode: 0o444},
		},
	}
	p.Files = append(p.Files, seed(xdg)...)
	p.Files = append(p.Files, skillFiles(l)...)
	if m.Web.Search.Mode != "disabled" && offered(m, grammar.ToolWebSearch) {
		p.Env = append(p.Env, "OPENCODE_ENABLE_EXA=1")
	}
	secrets, err := descriptor(l)
	if err != nil {
		return nil, err
	}
	p.Descriptors = []runtime.Descriptor{secrets}

	choice := []string{"--agent", mainAgent(m), "--model", modelKey(m.Model.ID)}
	if l.Resume {
		if l.Session == "" {
			return nil, errors.New("cannot continue a session of opencode: unknown ID")
		}
		choice = append(choice, "--session", l.Session)
	}
	if l.Headless {
		if !l.Resume {
			choice = append(choice, "--title", l.Pod) // without a title, the session asks the model for one
		}
		p.Args, p.Stdin = append([]string{"run", "--format", "json"}, choice...), []byte(l.Prompt)
		return p, nil
	}
	p.Args = choice
	if l.Prompt != "" && !l.Resume { // in an existing session, the plugin sends it
		if len(l.Prompt) > maxArgument || strings.ContainsRune(l.Prompt, 0) {
			return nil, fmt.Errorf("the first message is longer than opencode takes (%d bytes)", maxArgument)
		}
		p.Args = append(p.Args, "--prompt", l.Prompt)
	}
	return p, nil
}

// seed keeps the program from installing packages for plugins before it starts, which
// takes more than a minute without a network. The program checks whether the lock file
// contains what it wants.
func seed(xdg string) []runtime.File {
	dir := filepath.Join(xdg, "opencode")
	const dependency = `"dependencies":{"@opencode-ai/plugin":"*"}`
	return []runtime.File{
		{Path: filepath.Join(dir, "package.json"), Mode: 0o444, Content: []byte("{" + dependency + "}\n")},
		{Path: filepath.Join(dir, "package-lock.json"), Mode: 0o444, Content: []byte(`{"lockfileVersion":3,"packages":{"":{` + dependency + "}}}\n")},
		{Path: filepath.Join(dir, "node_modules", ".keep"), Mode: 0o444},
		{Path: filepath.Join(dir, ".gitignore"), Mode: 0o444, Content: []byte("node_modules\npackage.json\npackage-lock.json\nbun.lock\n.gitignore\n")},
	}
}

// looks returns the settings of the program's terminal UI.
func looks(l runtime.Launch) []byte {
	c := object{{"$schema", "https://opencode.ai/tui.json"}}
	if theme := l.UI["theme"]; theme != "" {
		c = append(c, member{"theme", theme})
	}
	data, err := encode(c)
	if err != nil {
		return []byte("{}\n")
	}
	return data
}

// descriptor contains the secrets: the token, and the values of MCP servers by pointer.
// The plugin reads it once, when it is loaded.
func descriptor(l runtime.Launch) (runtime.Descriptor, error) {
	token, err := json.Marshal(l.Token)
	if err != nil {
		return runtime.Descriptor{}, err
	}
	d := runtime.Descriptor{Number: 3, Text: []runtime.Part{{Literal: `{"token":` + string(token) + `,"values":{`}}}
	for i, v := range values(l.Manifest) {
		name, err := json.Marshal(v.pointer())
		if err != nil {
			return runtime.Descriptor{}, err
		}
		start := string(name) + `:"`
		if i > 0 {
			start = "," + start
		}
		d.Text = append(d.Text, runtime.Part{Literal: start})
		d.Text = append(d.Text, parts(v)...)
		d.Text = append(d.Text, runtime.Part{Literal: `"`})
	}
	d.Text = append(d.Text, runtime.Part{Literal: "}}"})
	return d, nil
}

// parts returns the pieces of a value for the inside of a JSON string. Each secret in a
// text is named by the pointer of its reference.
func parts(v value) []runtime.Part {
	if v.text.Type == manifest.SecretRefType {
		return []runtime.Part{{Secret: v.at, JSON: true}}
	}
	pieces, _ := v.text.Template.Pieces()
	var out []runtime.Part
	for i, piece := range pieces {
		if piece != "" {
			quoted := quoted(piece)
			out = append(out, runtime.Part{Literal: quoted[1 : len(quoted)-1]})
		}
		if i < len(v.text.Refs) {
			out = append(out, runtime.Part{Secret: v.at + "/refs/" + strconv.Itoa(i), JSON: true})
		}
	}
	return out
}

// value is a value of an MCP server that contains a secret.
type value struct {
	server manifest.ServerName
	// field is environment, headers or url in the program's config, and name is the key in
	// it.
	field, name string
	at          string
	text        *manifest.SecretText
}

func (v value) pointer() string { return v.at }

// values returns the values of MCP servers that contain secrets.
func values(m *manifest.Manifest) []value {
	var out []value
	for _, name := range sorted(m.MCPServers) {
		s := m.MCPServers[name]
		at := "/mcpServers/" + escape(string(name))
		for _, env := range sorted(s.Env) {
			if secret := s.Env[env].Secret(); secret != nil {
				out = append(out, value{name, "environment", string(env), at + "/env/" + escape(string(env)), secret})
			}
		}
		for _, header := range sorted(s.Headers) {
			if secret := s.Headers[header].Secret(); secret != nil {
				out = append(out, value{name, "headers", string(header), at + "/headers/" + escape(string(header)), secret})
			}
		}
		if s.URL != nil && s.URL.Secret != nil {
			out = append(out, value{name, "url", "", at + "/url", s.URL.Secret})
		}
	}
	return out
}

func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// baked is the information about the Pod that is built into the plugin.
type baked struct {
	Guard     string              `json:"guard"`
	Plugin    string              `json:"plugin"`
	Provider  string              `json:"provider"`
	Main      string              `json:"main"`
	Subagents []string            `json:"subagents"`
	Hidden    []string            `json:"hidden"`
	Headless  bool                `json:"headless"`
	Off       map[string][]string `json:"off"`
	Tools     map[string]string   `json:"tools"`
	Values    []bakedValue        `json:"values"`
	Hooks     []manifest.Hook     `json:"hooks"`
	// TimeoutSeconds is as in the manifest.
	TimeoutSeconds int64 `json:"timeoutSeconds"`
	// Session and Prompt are set to send a message to a resumed session in the terminal UI.
	Session string `json:"session,omitempty"`
	Prompt  string `json:"prompt,omitempty"`
}

type bakedValue struct {
	Pointer string `json:"pointer"`
	Server  string `json:"server"`
	Field   string `json:"field"`
	Name    string `json:"name,omitempty"`
}

// plugin returns the source of the plugin, preceded by its information about the Pod.
func plugin(l runtime.Launch) ([]byte, error) {
	m := l.Manifest
	b := baked{Guard: l.Guard, Plugin: "file://" + pluginPath(l), Provider: provider, Main: mainAgent(m), Subagents: []string{},
		Hidden: hiddenAgents, Headless: l.Headless, Off: map[string][]string{}, Tools: toolNames, Values: []bakedValue{},
		Hooks: m.Hooks, TimeoutSeconds: m.Tools.TimeoutSeconds}
	if b.Hooks == nil {
		b.Hooks = []manifest.Hook{}
	}
	b.Off[b.Main] = off(podAgent(m))
	for _, name := range sorted(m.Subagents) {
		b.Subagents = append(b.Subagents, string(name))
		b.Off[string(name)] = off(subagent(m, name))
	}
	for _, v := range values(m) {
		b.Values = append(b.Values, bakedValue{v.pointer(), serverKey(v.server), v.field, v.name})
	}
	if l.Resume && !l.Headless {
		b.Session, b.Prompt = l.Session, l.Prompt
	}
	data, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("cannot write the plugin for opencode: %w", err)
	}
	// json.Marshal escapes U+2028 and U+2029, so JSON is valid JavaScript.
	return []byte("const pod = " + string(data) + "\n\n" + pluginSource), nil
}
