package importing

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
)

type codex struct {
	*Found
	keys   *keys
	models Catalog
	own    *source
	prefix string
	user   bool
}

// Codex reads what Codex reads: config.toml with its profiles and agents, rules, custom
// prompts, skills and AGENTS.md, of a project or of the user.
func Codex(r Request) (*Found, error) {
	f := &Found{Program: "codex"}
	c := &codex{Found: f, keys: &keys{f, braced.Get()}, models: r.Models}
	dir := r.Dir
	c.user = filepath.Base(dir) == ".codex" && filepath.Dir(dir) == r.Home || dir == r.Home
	if filepath.Base(dir) == ".codex" {
		dir = filepath.Dir(dir)
	}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer root.close()
	c.own, c.prefix = root, ".codex/"
	config, err := root.tree(c.prefix+"config.toml", doctree.TOML)
	if err != nil {
		return nil, err
	}
	c.servers(config.Get("mcp_servers"))
	f.skillsOf(root, c.prefix+"skills")
	f.skillsOf(root, ".agents/skills")
	f.commandsOf(root, c.prefix+"prompts")
	c.main(config)
	for _, file := range root.files(c.prefix+"rules", 1, ".rules") {
		c.rulesFile(file)
	}
	if hooks, err := root.tree(c.prefix+"hooks.json", doctree.JSON); err != nil {
		return nil, err
	} else if hooks != nil {
		(&claude{Found: f}).hooks(hooks.Get("hooks"))
	}
	(&claude{Found: f}).hooks(config.Get("hooks"))
	if err := c.agents(config.Get("agents")); err != nil {
		return nil, err
	}
	c.profiles(config.Get("profiles"))
	if c.user {
		if text, ok := root.text(c.prefix + "AGENTS.md"); ok && strings.TrimSpace(text) != "" {
			at := diag.Position{File: root.shown(c.prefix + "AGENTS.md"), Line: 1}
			f.Append = append(f.Append, Prompt{"AGENTS", f.clean(text, at, "the text")})
		}
		f.Context = append(f.Context, "AGENTS.md")
	} else {
		root.agentsMD()
	}
	c.defaults()
	f.limitRules(&f.Access)
	return f, nil
}

const codexKnown = "model model_provider model_providers model_reasoning_effort model_context_window model_max_output_tokens model_verbosity model_reasoning_summary " +
	"approval_policy sandbox_mode sandbox_workspace_write mcp_servers profiles agents hooks web_search features instructions developer_instructions " +
	"model_instructions_file experimental_instructions_file shell_environment_policy tools base_instructions"

func codexReasons() map[string]string {
	return map[string]string{
		"notify": "write a hook at `Stop`", "tui": looks, "history": "a Pod keeps its sessions, see `retention`", "projects": "you are asked by Insomnia, once for each manifest",
		"profile": "set the default with `insomnia profile default`", "personality": "put its text into prompts.append", "hide_agent_reasoning": looks, "show_raw_agent_reasoning": looks,
		"file_opener": looks, "notice": looks, "disable_response_storage": "a setting of the provider", "preferred_auth_method": login, "chatgpt_base_url": login, "forced_login_method": login,
		"cli_auth_credentials_store": login, "mcp_oauth_credentials_store": login, "check_for_update_on_startup": "a Pod runs the program that is installed", "otel": "Insomnia keeps records of its own",
		"project_doc_max_bytes": "see prompts.contextMaxBytes", "project_doc_fallback_filenames": "add them to prompts.contextFiles", "skills": "a skill is a directory", "plugins": plugins, "marketplaces": plugins,
		"model_auto_compact_token_limit": "see overrides.context.compaction.thresholdTokens", "permissions": "write the rules of the profile", "default_permissions": "write the rules of the profile",
		"service_tier": "a setting of the provider", "suppress_unstable_features_warning": looks, "tool_output_token_limit": "see tools.maxOutputBytes", "plan_mode_reasoning_effort": "one effort for all", "review_model": "a subagent has a model of its own",
		"profile_name": "set the default with `insomnia profile default`", "allow_login_shell": "commands run in a shell of the program", "apps": plugins, "memories": "see memory.preset", "windows": "the sandbox is Insomnia's",
	}
}

func (c *codex) main(n *doctree.Node) {
	c.Filesystem, c.Network = "workspace-write", "none"
	c.Access.Mode, c.Access.Default = "acceptEdits", "ask"
	c.layer(n, &c.Model, &c.Access)
	if m := n.Get("sandbox_mode"); m != nil {
		c.Filesystem = map[string]string{"read-only": "read-only", "workspace-write": "workspace-write", "danger-full-access": "full"}[m.Or("")]
		if c.Filesystem == "" {
			c.Filesystem = "read-only"
			c.note(Stricter, m.At, m.Path, "is not a mode; the profile writes nothing")
		}
		if c.Filesystem == "full" {
			c.Network = "full"
		}
	}
	box := n.Get("sandbox_workspace_write")
	if box.Get("network_access").True() && c.Filesystem == "workspace-write" {
		c.Network = "full"
	}
	for _, item := range listOf(box.Get("writable_roots")) {
		if directory(item.Or("")) && c.Filesystem == "workspace-write" {
			c.Writable = appendNew(c.Writable, item.Text)
		} else {
			c.note(Lost, item.At, item.Path, "is not a directory that the profile can have")
		}
	}
	c.unknown(box, "network_access writable_roots exclude_tmpdir_env_var exclude_slash_tmp")
	env := n.Get("shell_environment_policy")
	for _, name := range env.Get("set").Names() {
		v := env.In("set", name)
		c.variable(name, v.Or(""), v.At, v.Path)
	}
	for _, name := range env.Get("include_only").Strings() {
		if variable.Get().MatchString(name) {
			c.InheritEnv = appendNew(c.InheritEnv, name)
		}
	}
	c.others(env, "set include_only", map[string]string{"inherit": "a profile lists the variables that commands have", "exclude": "a profile lists the variables that commands have", "ignore_default_excludes": "a profile lists the variables that commands have"})
	c.others(n, codexKnown, codexReasons())
	if features := n.Get("features"); features != nil {
		c.others(features, "web_search_request shell_tool unified_exec multi_agent hooks", nil)
	}
}

// layer reads what a config and one of its profiles have alike.
func (c *codex) layer(n *doctree.Node, m *Model, a *Access) {
	provider := n.Get("model_provider").Or("openai")
	if id, ok := n.Get("model").String(); ok {
		m.Ref = provider + "/" + id
	} else if n.Get("model_provider") != nil && m.Ref != "" {
		_, id, _ := strings.Cut(m.Ref, "/")
		m.Ref = provider + "/" + id
	}
	if own := n.In("model_providers", provider); own != nil && m.Ref != "" {
		c.provider(own, provider, m)
	} else if provider == "oss" || provider == "ollama" || provider == "lmstudio" {
		port := map[string]int64{"lmstudio": 1234}[provider]
		if port == 0 {
			port = 11434
		}
		m.BaseURL, m.WireAPI, m.NoAuth = "http://localhost:"+number(int(port))+"/v1", "openai-responses", true
		c.HostPorts = []int64{port}
	}
	if e := n.Get("model_reasoning_effort"); e != nil {
		m.Effort = c.effort(e.Or(""), e.At, e.Path)
	}
	if tokens, ok := n.Get("model_context_window").Int(); ok && tokens >= 1024 {
		m.Window = tokens
	}
	if tokens, ok := n.Get("model_max_output_tokens").Int(); ok && tokens > 0 {
		m.MaxOutput = tokens
	}
	if v := n.Get("model_verbosity").Or(""); slices.Contains([]string{"low", "medium", "high"}, v) {
		c.runtime("verbosity", v)
	}
	if v := n.Get("model_reasoning_summary").Or(""); slices.Contains([]string{"none", "auto", "concise", "detailed"}, v) {
		c.runtime("reasoningSummary", v)
	}
	if p := n.Get("approval_policy"); p != nil {
		switch p.Or("") {
		case "untrusted":
			a.Mode, a.Default = "ask", "ask"
		case "on-request", "on-failure":
			a.Mode, a.Default = "acceptEdits", "ask"
		case "never":
			a.Mode, a.Default = "auto", "allow"
		default:
			a.Mode, a.Default = "ask", "ask"
			c.note(Stricter, p.At, p.Path, "is not one of untrusted, on-request, never; the profile asks")
		}
	}
	switch search := n.Get("web_search"); {
	case search.Is(doctree.Text) && slices.Contains([]string{"cached", "live"}, search.Text):
		c.Web = search.Text
	case search.True(), n.In("tools", "web_search").True(), n.In("features", "web_search_request").True():
		c.Web = "live"
	}
	for _, key := range []string{"instructions", "developer_instructions"} {
		if v := n.Get(key); v.Is(doctree.Text) && strings.TrimSpace(v.Text) != "" {
			c.Append = append(c.Append, Prompt{key, c.clean(v.Text, v.At, v.Path)})
		}
	}
	for _, key := range []string{"model_instructions_file", "experimental_instructions_file"} {
		if v := n.Get(key); v.Is(doctree.Text) {
			name := v.Text
			if !filepath.IsAbs(name) && !strings.HasPrefix(name, "~") {
				name = path.Join(c.prefix, name)
			}
			if text, ok := c.own.text(name); ok && filepath.IsLocal(filepath.FromSlash(name)) {
				c.System = c.clean(text, diag.Position{File: c.own.shown(name), Line: 1}, "the text")
			} else {
				c.note(Lost, v.At, v.Path, "the file is not in the directory that is read")
			}
		}
	}
}

func (c *codex) provider(n *doctree.Node, name string, m *Model) {
	base := n.Get("base_url").Or("")
	if query := n.Get("query_params"); query.Is(doctree.Map) && base != "" {
		for i, key := range query.Keys {
			if isSecret(key, query.Get(key).Or("")) {
				c.note(Lost, query.At, query.Path, "the address may have no key in it")
				continue
			}
			base += map[bool]string{true: "?", false: "&"}[i == 0 && !strings.Contains(base, "?")] + key + "=" + query.Get(key).Or("")
		}
	}
	if base != "" {
		if !address.Get().MatchString(base) || mayHold(base) {
			c.note(Lost, n.At, n.Path+".base_url", "is not an address that a profile can have")
		} else {
			m.BaseURL = base
		}
	}
	m.WireAPI = map[string]string{"responses": "openai-responses", "chat": "openai-chat"}[n.Get("wire_api").Or("chat")]
	host := hostOf(base)
	s := slot{owner: name, to: " --host " + diag.Shell(host), at: n.At, field: n.Path}
	if host == "" {
		s.to = ""
	}
	if env, ok := n.Get("env_key").String(); ok && variable.Get().MatchString(env) {
		m.Auth = c.secretOf(name)
		c.bind(m.Auth, "env:"+env, s.to)
	} else if n.Get("experimental_bearer_token") != nil {
		m.Auth = c.secretOf(name)
		c.bind(m.Auth, "", s.to)
		c.note(Changed, n.At, n.Path, "the key is the secret "+diag.Quote(m.Auth)+", and is not written anywhere")
	} else if !n.Get("requires_openai_auth").True() {
		m.NoAuth = true
	}
	server := serverOf{name: name, node: n, headers: n.Get("http_headers")}
	m.Headers = c.keys.values(server, n.Get("http_headers"), s.to, header.Get().MatchString)
	for _, h := range n.Get("env_http_headers").Names() {
		if from := n.In("env_http_headers", h).Or(""); header.Get().MatchString(h) && variable.Get().MatchString(from) {
			s.field = n.Path + ".env_http_headers"
			m.Headers = append(m.Headers, Value{h, nixtext.SecretRef(c.keys.secret(s, from, "env:"+from))})
		}
	}
	c.unknown(n, "name base_url env_key wire_api http_headers env_http_headers query_params requires_openai_auth experimental_bearer_token env_key_instructions request_max_retries stream_max_retries stream_idle_timeout_ms supports_websockets")
}

// secretOf is the name of the key of a provider.
func (f *Found) secretOf(provider string) string {
	name := slugOf(provider, 60)
	if name == "" {
		name = "model"
	}
	return name + ".api.default"
}

func (c *codex) servers(n *doctree.Node) {
	for _, name := range n.Names() {
		v := n.Get(name)
		if !v.Is(doctree.Map) {
			continue
		}
		if v.Get("enabled").False() {
			c.note(Lost, v.At, v.Path, "the server is switched off")
			continue
		}
		s := serverOf{name: name, node: v, env: v.Get("env"), headers: v.Get("http_headers"), envHeaders: v.Get("env_http_headers"), url: v.Get("url").Or(""), cwd: v.Get("cwd").Or(""),
			bearer: v.Get("bearer_token_env_var").Or(""), enabled: v.Get("enabled_tools").Strings(), disabled: v.Get("disabled_tools").Strings(), required: v.Get("required").True(),
			envNames: v.Get("env_vars").Strings(),
			known:    "command args env http_headers env_http_headers url cwd bearer_token_env_var enabled_tools disabled_tools required env_vars enabled startup_timeout_sec startup_timeout_ms tool_timeout_sec"}
		if command, ok := v.Get("command").String(); ok {
			s.command = append([]string{command}, v.Get("args").Strings()...)
		}
		s.startup, _ = v.Get("startup_timeout_sec").Int()
		if ms, ok := v.Get("startup_timeout_ms").Int(); ok {
			s.startup = (ms + 999) / 1000
		}
		s.timeout, _ = v.Get("tool_timeout_sec").Int()
		c.keys.server(s)
	}
}

// agents reads [agents.NAME], and the files of agents.
func (c *codex) agents(n *doctree.Node) error {
	taken := map[string]bool{}
	for _, name := range n.Names() {
		v := n.Get(name)
		if !v.Is(doctree.Map) {
			continue // limits of all agents
		}
		file := v.Get("config_file").Or("")
		var config *doctree.Node
		if file != "" {
			if !filepath.IsLocal(filepath.FromSlash(file)) {
				c.note(Lost, v.At, v.Path+".config_file", "the file is not in the directory that is read")
			} else {
				var err error
				if config, err = c.own.tree(path.Join(c.prefix, file), doctree.TOML); err != nil {
					return err
				}
			}
		}
		c.agent(name, v.Get("description").Or(""), config, v.At, taken)
	}
	for _, file := range c.own.files(c.prefix+"agents", 1, ".toml") {
		name := strings.TrimSuffix(path.Base(file), ".toml")
		if taken[slug(name)] {
			continue
		}
		config, err := c.own.tree(file, doctree.TOML)
		if err != nil {
			return err
		}
		c.agent(config.Get("name").Or(name), config.Get("description").Or(""), config, diag.Position{File: c.own.shown(file), Line: 1}, taken)
	}
	return nil
}

func (c *codex) agent(written, description string, n *doctree.Node, at diag.Position, taken map[string]bool) {
	name := slug(written)
	if name == "" {
		c.note(Lost, at, "name", "nothing of it can be the name of a profile; the agent is left out")
		return
	}
	name = unique(name, taken)
	a := Agent{Name: name, at: at, Description: strings.TrimSpace(c.clean(description, at, "description"))}
	var prompts []string
	for _, key := range []string{"developer_instructions", "instructions"} {
		if v := n.Get(key); v.Is(doctree.Text) {
			prompts = append(prompts, c.clean(v.Text, v.At, v.Path))
		}
	}
	a.Prompt = strings.Join(prompts, "\n\n")
	if id, ok := n.Get("model").String(); ok {
		a.Model.Ref = n.Get("model_provider").Or("openai") + "/" + id
		a.Model.complete(c.Found, c.models, n.Get("model").At, n.Get("model").Path)
	}
	if e := n.Get("model_reasoning_effort"); e != nil {
		a.Model.Effort = c.effort(e.Or(""), e.At, e.Path)
	}
	if n.Get("sandbox_mode").Or("") == "read-only" {
		a.Access.Denied = []string{"edit", "write"}
		c.note(Changed, n.Get("sandbox_mode").At, n.Get("sandbox_mode").Path, "the agent has no tools that change files; its commands run in the sandbox of the profile")
	} else if m := n.Get("sandbox_mode"); m != nil {
		c.note(Stricter, m.At, m.Path, "the sandbox is that of the profile")
	}
	if p := n.Get("approval_policy"); p != nil {
		c.layer(n.Only("approval_policy"), &Model{}, &a.Access)
	}
	c.unknown(n, "name description developer_instructions instructions model model_provider model_reasoning_effort sandbox_mode approval_policy nickname_candidates")
	c.Agents = append(c.Agents, a)
}

// profiles reads [profiles.NAME]: each is a profile over the base, and no subagent.
func (c *codex) profiles(n *doctree.Node) {
	taken := map[string]bool{}
	for _, a := range c.Agents {
		taken[a.Name] = true
	}
	for _, written := range n.Names() {
		v := n.Get(written)
		name := slug(written)
		if !v.Is(doctree.Map) || name == "" {
			continue
		}
		a := Agent{Name: unique(name, taken), at: v.At, Alone: true, Description: "The profile " + written + " of Codex"}
		a.Model = Model{Ref: c.Model.Ref}
		c.layer(v, &a.Model, &a.Access)
		if a.Model.Ref == c.Model.Ref {
			a.Model = Model{Effort: a.Model.Effort}
		} else {
			a.Model.complete(c.Found, c.models, v.At, v.Path+".model")
		}
		if m := v.Get("sandbox_mode"); m != nil {
			c.note(Stricter, m.At, m.Path, "the sandbox is that of the base; set sandbox.filesystem in the profile")
		}
		c.others(v, codexKnown, codexReasons())
		c.Agents = append(c.Agents, a)
	}
}

func (c *codex) defaults() {
	for _, tool := range []string{"read", "grep", "glob"} {
		c.Access.add(Rule{tool, "**", "allow"})
	}
	if c.Access.Default != "allow" {
		c.note(Stricter, diag.Position{}, "approval_policy", "commands in the sandbox run without a question in the program; the profile asks unless a rule allows them")
		c.Access.add(Rule{"agent", "*", "allow"})
	}
	if c.Model.Ref == "" {
		c.Model.Ref = "openai/gpt-5.2-codex"
		for _, ref := range c.models {
			if strings.HasPrefix(ref, "openai/") && strings.HasSuffix(ref, "-sol") && ref > c.Model.Ref {
				c.Model.Ref = ref
			}
		}
	}
	c.Model.complete(c.Found, c.models, diag.Position{}, "model")
}
