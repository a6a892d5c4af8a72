package importing

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
)

// Request describes an import.
type Request struct {
	// Dir is the directory that is read: of a project, or the program's own, such as
	// ~/.claude.
	Dir  string
	Home string // the user's home directory
	// Models are those that need no numbers.
	Models Catalog
}

// claude reads the settings of Claude Code.
type claude struct {
	*Found
	keys    *keys
	models  Catalog
	project *source // nil for the user's own settings
	own     *source // .claude, or ~/.claude
	prefix  string  // of files in own, below its root
	user    bool
	home    string
}

// Claude reads what Claude Code reads: settings, agents, skills, commands, hooks, MCP
// servers and CLAUDE.md, of a project or of the user.
func Claude(r Request) (*Found, error) {
	f := &Found{Program: "claude", Web: "live", Filesystem: "workspace-write"}
	c := &claude{Found: f, keys: &keys{f, braced.Get()}, models: r.Models, home: r.Home}
	dir := r.Dir
	c.user = filepath.Base(dir) == ".claude" && filepath.Dir(dir) == r.Home || dir == r.Home
	if filepath.Base(dir) == ".claude" {
		dir = filepath.Dir(dir)
	}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer root.close()
	c.own, c.prefix = root, ".claude/"
	if !c.user {
		c.project = root
	}
	if err := c.servers(); err != nil {
		return nil, err
	}
	files := []string{"settings.json", "settings.local.json"}
	settings := make([]*doctree.Node, len(files))
	for i, name := range files {
		if settings[i], err = c.own.tree(c.prefix+name, doctree.JSON); err != nil {
			return nil, err
		}
	}
	c.agents()
	c.skills()
	c.commands()
	c.settings(settings)
	c.context()
	c.defaults()
	f.limitRules(&f.Access)
	return f, nil
}

// servers reads .mcp.json, and the user's own list.
func (c *claude) servers() error {
	if c.user {
		state, err := c.own.treeOf(".claude.json", maxState, doctree.JSON)
		if err != nil {
			return err
		}
		c.keys.mcpServers(state.Get("mcpServers"), nil)
		return nil
	}
	list, err := c.project.tree(".mcp.json", doctree.JSON)
	if err != nil {
		return err
	}
	disabled := map[string]bool{}
	for _, name := range []string{"settings.json", "settings.local.json"} {
		settings, err := c.own.tree(c.prefix+name, doctree.JSON)
		if err != nil {
			return err
		}
		for _, server := range settings.Get("disabledMcpjsonServers").Strings() {
			disabled[server] = true
		}
	}
	c.keys.mcpServers(list.Get("mcpServers"), func(name string) bool { return disabled[name] })
	return nil
}

// settings reads both files: lists are joined, and for the rest the local file counts.
func (c *claude) settings(all []*doctree.Node) {
	for _, n := range all {
		if n == nil {
			continue
		}
		c.permissions(n.Get("permissions"))
		c.environment(n.Get("env"))
		c.sandbox(n.Get("sandbox"))
		if !n.Get("disableAllHooks").True() {
			c.hooks(n.Get("hooks"))
		} else if n.Get("hooks") != nil {
			c.note(Lost, n.Get("hooks").At, "hooks", "all hooks are switched off")
		}
		c.scalars(n)
		c.others(n, claudeKnown, claudeReasons())
	}
}

// claudeKnown are the settings that are read.
const claudeKnown = "permissions env sandbox hooks disableAllHooks model effortLevel includeCoAuthoredBy attribution cleanupPeriodDays autoMemoryEnabled " +
	"language apiKeyHelper disabledMcpjsonServers enabledMcpjsonServers enableAllProjectMcpServers alwaysThinkingEnabled"

// claudeReasons explain why settings have no counterpart.
func claudeReasons() map[string]string {
	return map[string]string{
		"statusLine": looks, "outputStyle": "put its text into prompts.append", "theme": looks, "spinnerVerbs": looks, "spinnerTipsEnabled": looks, "prefersReducedMotion": looks,
		"terminalProgressBarEnabled": looks, "showTurnDuration": looks, "fileSuggestion": looks, "subagentStatusLine": looks, "tui": looks, "editorMode": looks, "verbose": looks,
		"enabledPlugins": plugins, "extraKnownMarketplaces": plugins, "pluginConfigs": plugins, "strictKnownMarketplaces": plugins, "feedbackSurveyRate": looks,
		"forceLoginMethod": login, "forceLoginOrgUUID": login, "awsAuthRefresh": login, "awsCredentialExport": login, "otelHeadersHelper": login,
		"autoUpdatesChannel": "a Pod runs the program that is installed", "respectGitignore": looks, "plansDirectory": "plans are kept with the Pod",
		"allowManagedHooksOnly": managed, "allowManagedPermissionRulesOnly": managed, "companyAnnouncements": managed, "availableModels": "a profile has one model and fallbacks",
		"permissionMode": "the mode is permissions.defaultMode", "skipDangerousModePermissionPrompt": "you are asked by Insomnia, once",
	}
}

const (
	looks   = "looks and questions at the terminal are the user's, not the role's"
	plugins = "plugins change under a profile; write what they bring: skills, servers, hooks"
	login   = "how you log in is not part of a profile; see `insomnia secret`"
	managed = "settings of an organization are a policy, not a profile"
)

func (c *claude) scalars(n *doctree.Node) {
	if m := n.Get("model"); m != nil {
		if ref := c.claudeModel(c.models, m.Or(""), m.At, m.Path); ref != "" {
			c.Model.Ref = ref
		}
	}
	if e := n.Get("effortLevel"); e != nil {
		if effort := c.effort(e.Or(""), e.At, e.Path); effort != "" {
			c.Model.Effort = effort
		}
	}
	if n.Get("includeCoAuthoredBy").False() {
		c.runtime("commitAttribution", "")
		c.runtime("pullRequestAttribution", "")
	}
	for key, name := range map[string]string{"commit": "commitAttribution", "pr": "pullRequestAttribution"} {
		if v := n.In("attribution", key); v.Is(doctree.Text) {
			if text := line(c.clean(v.Text, v.At, v.Path), 1024); text == strings.TrimSpace(v.Text) {
				c.runtime(name, text)
			} else {
				c.note(Lost, v.At, v.Path, "must be a line")
			}
		}
	}
	if days, ok := n.Get("cleanupPeriodDays").Int(); ok {
		switch {
		case days <= 0:
			c.Retention = "none"
		default:
			c.Retention = strconv.FormatInt(min(days, 9999), 10) + "d"
		}
	}
	if v := n.Get("autoMemoryEnabled"); v != nil {
		c.Memory = map[bool]string{true: "session", false: "off"}[v.True()]
	}
	if v := n.Get("language"); v.Is(doctree.Text) && v.Text != "" {
		c.Append = append(c.Append, Prompt{"language", "Answer in " + line(c.clean(v.Text, v.At, v.Path), 100) + "."})
	}
	if v := n.Get("apiKeyHelper"); v.Is(doctree.Text) {
		c.note(Changed, v.At, v.Path, "the command gives a secret: bind it by exec:")
		uri := "exec:" + v.Text
		if mayHold(v.Text) {
			uri = "exec:COMMAND"
		}
		c.bind("anthropic.api.default", uri, " --host api.anthropic.com")
	}
	if v := n.Get("alwaysThinkingEnabled"); v.False() {
		c.Model.Effort = "none"
		c.note(Changed, v.At, v.Path, "the effort is `none`")
	}
}

func (f *Found) runtime(name string, value any) {
	for i, s := range f.Runtime {
		if s.Name == name {
			f.Runtime[i].Value = value
			return
		}
	}
	f.Runtime = append(f.Runtime, Setting{name, value})
}

// modes are those of Claude Code.
func modes() map[string][2]string {
	return map[string][2]string{
		"default": {"ask", "ask"}, "manual": {"ask", "ask"}, "acceptEdits": {"acceptEdits", "ask"}, "plan": {"plan", "ask"}, "dontAsk": {"ask", "deny"},
		"bypassPermissions": {"bypass", "allow"}, "auto": {"ask", "ask"},
	}
}

func (c *claude) permissions(n *doctree.Node) {
	if n == nil {
		return
	}
	if m := n.Get("defaultMode"); m != nil {
		mode, known := modes()[m.Or("")]
		switch {
		case !known:
			c.note(Stricter, m.At, m.Path, "is not a mode; the profile asks")
			mode = modes()["default"]
		case m.Text == "auto":
			c.note(Stricter, m.At, m.Path, "a classifier of the program decides in this mode; the profile asks")
		}
		c.Access.Mode, c.Access.Default = mode[0], mode[1]
	}
	for _, action := range []string{"deny", "ask", "allow"} {
		list := n.Get(action)
		if list == nil {
			continue
		}
		if !list.Is(doctree.List) {
			c.note(Lost, list.At, list.Path, "must be a list of rules")
			continue
		}
		for _, item := range list.Items {
			text, ok := item.String()
			if !ok {
				c.note(Lost, item.At, item.Path, "must be a string")
				continue
			}
			w := written{text, action, item.At, item.Path, c.user}
			c.rule(&c.Access, w)
			if action == "deny" {
				c.hide(w)
			}
		}
	}
	for _, item := range listOf(n.Get("additionalDirectories")) {
		dir := item.Or("")
		if strings.HasPrefix(dir, "../") || dir == ".." {
			c.note(Lost, item.At, item.Path, "depends on where the Pod starts; write it from ~/ or from /")
			continue
		}
		if directory(dir) {
			c.Writable = appendNew(c.Writable, dir)
			if rest := strings.TrimSuffix(dir, "/"); !mayHold(rest) {
				for _, tool := range []string{"read", "grep", "glob"} {
					c.pathsAllowed(tool, rest, item.At, item.Path)
				}
			}
			continue
		}
		c.note(Lost, item.At, item.Path, "is not a directory that a profile can have")
	}
	c.unknown(n, "allow ask deny defaultMode additionalDirectories disableBypassPermissionsMode disableAutoMode")
}

// pathsAllowed allows a tool in a directory, written from the workspace, ~/ or /.
func (c *claude) pathsAllowed(tool, dir string, at diag.Position, field string) {
	exact := true
	if !strings.HasPrefix(dir, "/") && !strings.HasPrefix(dir, "~/") && !strings.HasPrefix(dir, "./") {
		dir = "./" + dir
	}
	if p, ok := pathPattern(dir+"/**", false, true, &exact); ok {
		c.Access.add(Rule{tool, p, "allow"})
		return
	}
	c.note(Stricter, at, field, "cannot be written as a pattern, so that reading in it asks")
}

func listOf(n *doctree.Node) []*doctree.Node {
	if n.Is(doctree.List) {
		return n.Items
	}
	return nil
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// hide keeps what a rule denies to read from commands, too.
func (c *claude) hide(w written) {
	name, rest, ok := strings.Cut(w.text, "(")
	pattern, closed := strings.CutSuffix(rest, ")")
	if name != "Read" || !ok || !closed || pattern == "" || strings.HasPrefix(pattern, "!") {
		return
	}
	patterns, _ := pathPatterns(pattern, "deny", c.user)
	for _, p := range patterns {
		for _, glob := range []string{strings.TrimSuffix(p, "/**"), p} {
			if fileGlob(glob) && len(c.DenyRead) < 256 {
				c.DenyRead = appendNew(c.DenyRead, glob)
			}
		}
	}
}

// keySlots are variables that hold the key of the model.
func keySlots() map[string]bool {
	return map[string]bool{"ANTHROPIC_API_KEY": true, "ANTHROPIC_AUTH_TOKEN": true, "CLAUDE_CODE_OAUTH_TOKEN": true}
}

func (c *claude) environment(n *doctree.Node) {
	if !n.Is(doctree.Map) {
		return
	}
	if base := n.Get("ANTHROPIC_BASE_URL"); base.Is(doctree.Text) && address.Get().MatchString(base.Text) && !mayHold(base.Text) {
		if !strings.Contains(base.Text, "://api.anthropic.com") {
			c.Model.BaseURL, c.Model.WireAPI = strings.TrimSuffix(base.Text, "/"), "anthropic"
		}
	}
	for _, name := range n.Keys {
		v := n.Get(name)
		text := v.Text
		if !v.Is(doctree.Text) && !v.Is(doctree.Number) && !v.Is(doctree.Bool) {
			c.note(Lost, v.At, v.Path, "must be a string")
			continue
		}
		whole, isNumber := int64(0), false
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			whole, isNumber = i, true
		}
		switch {
		case name == "ANTHROPIC_BASE_URL":
			if c.Model.BaseURL == "" && !strings.Contains(text, "://api.anthropic.com") {
				c.note(Lost, v.At, v.Path, "is not an address that a profile can have")
			}
		case keySlots()[name]:
			c.modelKey(v)
		case name == "ANTHROPIC_MODEL":
			c.envModel(text, v)
		case name == "ANTHROPIC_SMALL_FAST_MODEL" || name == "ANTHROPIC_DEFAULT_HAIKU_MODEL":
			if c.Model.BaseURL == "" {
				c.Model.Small = c.claudeModel(c.models, text, v.At, v.Path)
			}
		case name == "ANTHROPIC_DEFAULT_SONNET_MODEL" && c.Model.Ref == "":
			c.envModel(text, v)
		case name == "CLAUDE_CODE_MAX_OUTPUT_TOKENS" && isNumber && whole > 0:
			c.Model.MaxOutput = whole
		case name == "MAX_THINKING_TOKENS" && isNumber && whole == 0:
			c.Model.Effort = "none"
		case name == "CLAUDE_CODE_EFFORT_LEVEL":
			c.Model.Effort = c.effort(text, v.At, v.Path)
		case strings.HasPrefix(name, "CLAUDE_") || strings.HasPrefix(name, "ANTHROPIC_") || strings.HasPrefix(name, "DISABLE_") || strings.HasPrefix(name, "OTEL_") ||
			strings.HasPrefix(name, "MCP_") || strings.HasPrefix(name, "BASH_") || name == "MAX_THINKING_TOKENS" || name == "MAX_MCP_OUTPUT_TOKENS" || name == "ENABLE_TOOL_SEARCH" || name == "USE_BUILTIN_RIPGREP":
			c.note(Lost, v.At, v.Path, "a setting of the program itself; Insomnia sets what the profile says")
		default:
			c.variable(name, text, v.At, v.Path)
		}
	}
}

func (c *claude) envModel(text string, v *doctree.Node) {
	if c.Model.BaseURL != "" {
		provider := slugOf(hostOf(c.Model.BaseURL), 60)
		c.Model.Ref = provider + "/" + text
		return
	}
	if ref := c.claudeModel(c.models, text, v.At, v.Path); ref != "" {
		c.Model.Ref = ref
	}
}

func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

func (c *claude) modelKey(v *doctree.Node) {
	name, host := "anthropic.api.default", "api.anthropic.com"
	if c.Model.BaseURL != "" {
		host = hostOf(c.Model.BaseURL)
		name = slugOf(host, 60) + ".api.default"
	}
	c.Model.Auth = name
	c.note(Changed, v.At, v.Path, "the key is the secret "+diag.Quote(name)+", and is not written anywhere")
	if m := braced.Get().FindStringSubmatch(v.Text); m != nil && m[0] == v.Text {
		c.bind(name, "env:"+m[1], " --host "+diag.Shell(host))
		return
	}
	c.bind(name, "", " --host "+diag.Shell(host))
}

// variable sets an environment variable of commands, if it is not a secret.
func (f *Found) variable(name, text string, at diag.Position, field string) {
	switch m := braced.Get().FindStringSubmatch(text); {
	case !variable.Get().MatchString(name):
		f.note(Lost, at, field, "is not the name of a variable")
	case m != nil && m[0] == text && m[1] == name && m[2] == "":
		f.InheritEnv = appendNew(f.InheritEnv, name)
	case m != nil:
		f.note(Lost, at, field, "a variable has one value in a profile, and no others in it")
	case isSecret(name, text) || mayHold(text):
		f.note(Lost, at, field, "commands are given no secrets in variables: give it to an MCP server, or to a service of the sandbox (sandbox.services)")
	case strings.ContainsRune(text, 0):
		f.note(Lost, at, field, "the value is not one that a profile can have")
	default:
		if why := envvar.Dangerous(name); why != "" {
			f.note(Lost, at, field, "the variable can change which program runs: "+why)
			return
		}
		for i, v := range f.Env {
			if v.Name == name {
				f.Env[i].Value = text
				return
			}
		}
		f.Env = append(f.Env, Variable{name, text})
	}
}

// sandbox reads the sandbox of the program, which holds its commands alone.
func (c *claude) sandbox(n *doctree.Node) {
	if n == nil {
		return
	}
	if n.Get("enabled").True() && n.Get("autoAllowBashIfSandboxed") != nil && !n.Get("autoAllowBashIfSandboxed").False() {
		c.note(Stricter, n.At, n.Path+".autoAllowBashIfSandboxed", "commands in the sandbox ask as all others do")
	}
	if n.Get("enabled").True() {
		c.Network = "allowlist"
		c.Domains = nil
	}
	network := n.Get("network")
	for _, item := range listOf(network.Get("allowedDomains")) {
		c.domain(item)
	}
	if network.Get("allowLocalBinding").True() {
		c.note(Stricter, network.At, network.Path+".allowLocalBinding", "name the ports in sandbox.publishedPorts")
	}
	for _, item := range listOf(n.Get("excludedCommands")) {
		c.note(Stricter, item.At, item.Path, "every command runs in the sandbox")
	}
	for _, key := range []string{"allowWrite", "denyRead"} {
		for _, item := range listOf(n.In("filesystem", key)) {
			dir := item.Or("")
			switch {
			case key == "denyRead" && fileGlob(dir):
				c.DenyRead = appendNew(c.DenyRead, dir)
			case key == "allowWrite" && directory(dir):
				c.Writable = appendNew(c.Writable, dir)
			default:
				c.note(Lost, item.At, item.Path, "is not a path that a profile can have")
			}
		}
	}
	for _, item := range listOf(n.In("filesystem", "denyWrite")) {
		patterns, _ := pathPatterns(item.Or(""), "deny", c.user)
		for _, p := range patterns {
			c.Access.add(Rule{"edit", p, "deny"})
		}
		c.note(Lost, item.At, item.Path, "the tools of the agent cannot write there; commands can, unless sandbox.writableRoots names other directories alone")
	}
	c.unknown(n, "enabled autoAllowBashIfSandboxed network excludedCommands filesystem failIfUnavailable")
	c.unknown(network, "allowedDomains allowLocalBinding deniedDomains")
	for _, item := range listOf(network.Get("deniedDomains")) {
		c.note(Changed, item.At, item.Path, "hosts that are not allowed are denied")
	}
}

// defaults adds the program's behavior for settings that the user left unset.
func (c *claude) defaults() {
	if c.Access.Mode == "" {
		c.Access.Mode, c.Access.Default = "ask", "ask"
	}
	c.Access.strictModes(c.Found)
	for _, tool := range []string{"read", "grep", "glob"} {
		c.Access.add(Rule{tool, "**", "allow"})
	}
	if c.Access.Default != "allow" {
		c.Access.add(Rule{"agent", "*", "allow"})
	}
	at := diag.Position{}
	if c.Access.Mode != "bypass" {
		c.note(Stricter, at, "permissions", "commands that only read, such as `ls`, run without a question in the program; the profile asks unless a rule allows them")
	}
	if c.Network == "" {
		c.Domains = append(c.Domains, "@packages", "@git-remotes")
		c.note(Stricter, at, "sandbox", wallNote)
	}
	c.note(Stricter, at, "subagents", agentNote)
	c.Model.finish(c.Found, c.models, at)
}

// strictModes adapts rules to modes in which the user is not asked and nothing may
// change.
func (a *Access) strictModes(f *Found) {
	var kept []Rule
	for _, r := range a.Rules {
		if a.Default == "deny" && r.Action == "ask" {
			f.note(Changed, diag.Position{}, "permissions.ask", "the mode `dontAsk` never asks: what would be asked about is denied")
			r.Action = "deny"
		}
		if a.Mode == "plan" && r.Action != "deny" && (r.Tool == "edit" || r.Tool == "write") {
			f.note(Stricter, diag.Position{}, "permissions.defaultMode", "nothing is changed in the mode `plan`: the rules that let files be changed are left out")
			continue
		}
		kept = append(kept, r)
	}
	a.Rules = kept
}

// finish completes a model for the main profile.
func (m *Model) finish(f *Found, c Catalog, at diag.Position) {
	if m.Ref == "" && m.BaseURL != "" {
		ref := c.newest("anthropic/claude-sonnet-")
		_, id, _ := strings.Cut(ref, "/")
		m.Ref = slugOf(hostOf(m.BaseURL), 60) + "/" + id
	}
	if m.Ref == "" {
		m.Ref = c.newest("anthropic/claude-sonnet-")
		f.note(Changed, at, "model", "none is named; "+diag.Quote(m.Ref)+" is taken")
	}
	m.complete(f, c, at, "model")
}
