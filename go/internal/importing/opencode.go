package importing

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

type openCode struct {
	*Found
	keys   *keys
	models Catalog
	root   *source
	below  string // the directory with agents and commands: .opencode/ or nothing
	list   []lastMatch
	user   bool
}

// Opencode reads what opencode reads: opencode.json with comments, agents, commands,
// skills and AGENTS.md, of a project or of the user.
func Opencode(r Request) (*Found, error) {
	f := &Found{Program: "opencode", Filesystem: "workspace-write", Web: "live"}
	o := &openCode{Found: f, keys: &keys{f, opencode.Get()}, models: r.Models, below: ".opencode/"}
	dir := r.Dir
	o.user = r.Home != "" && dir == filepath.Join(r.Home, ".config", "opencode")
	if filepath.Base(dir) == ".opencode" {
		dir = filepath.Dir(dir)
	}
	if o.user {
		o.below = ""
	}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer root.close()
	o.root = root
	var configs []*doctree.Node
	for _, name := range []string{"opencode.json", "opencode.jsonc", ".opencode/opencode.json", ".opencode/opencode.jsonc", "config.json"} {
		if name == "config.json" && !o.user {
			continue
		}
		n, err := root.tree(name, doctree.JSON)
		if err != nil {
			return nil, err
		}
		if n != nil {
			configs = append(configs, n)
		}
	}
	for _, n := range configs {
		o.servers(n.Get("mcp"))
	}
	for _, name := range []string{"skill", "skills"} {
		f.skillsOf(root, o.below+name)
	}
	for _, n := range configs {
		o.config(n)
	}
	o.permissions()
	taken := map[string]bool{}
	for _, n := range configs {
		for _, key := range []string{"agent", "mode"} {
			agents := n.Get(key)
			for _, name := range agents.Names() {
				o.agent(name, agents.Get(name), "", agents.Get(name).At, taken, key == "mode")
			}
		}
	}
	for _, name := range []string{"agent", "agents", "mode", "modes"} {
		for _, file := range root.markdown(o.below + name) {
			if doc, ok := root.document(file); ok {
				at := diag.Position{File: root.shown(file), Line: 1}
				o.agent(strings.TrimSuffix(path.Base(file), path.Ext(file)), doc.Front, doc.Body, at, taken, strings.HasPrefix(name, "mode"))
			}
		}
	}
	for _, name := range []string{"command", "commands"} {
		f.commandsOf(root, o.below+name)
	}
	if o.user {
		if text, ok := root.text("AGENTS.md"); ok && strings.TrimSpace(text) != "" {
			f.Append = append(f.Append, Prompt{"AGENTS", f.clean(text, diag.Position{File: root.shown("AGENTS.md"), Line: 1}, "the text")})
		}
	} else {
		root.agentsMD()
	}
	if f.Model.Ref == "" {
		f.Model.Ref = r.Models.newest("anthropic/claude-sonnet-")
		f.note(Changed, diag.Position{}, "model", "none is named; "+diag.Quote(f.Model.Ref)+" is taken")
	}
	f.Model.complete(f, o.models, diag.Position{}, "model")
	f.Domains = append(f.Domains, "@packages", "@git-remotes")
	f.note(Stricter, diag.Position{}, "sandbox", wallNote)
	f.note(Stricter, diag.Position{}, "subagents", agentNote)
	f.limitRules(&f.Access)
	return f, nil
}

const opencodeKnown = "model small_model provider agent mode command permission tools mcp instructions default_agent snapshot username"

func opencodeReasons() map[string]string {
	return map[string]string{
		"theme": looks, "keybinds": looks, "tui": looks, "share": "a Pod is not shared", "autoshare": "a Pod is not shared", "autoupdate": "a Pod runs the program that is installed", "plugin": plugins,
		"formatter": "run a formatter from a hook", "lsp": "language servers are programs of the project", "disabled_providers": "a profile has one provider", "enabled_providers": "a profile has one provider",
		"watcher": looks, "layout": looks, "logLevel": looks, "server": "a Pod has no server of its own", "compaction": "see compaction and pruning of the profile", "experimental": "a setting of the program itself", "skills": "a skill is a directory",
	}
}

var filed = pattern.Lazy{Text: `^\{file:([^}]+)\}$`}

// text is a prompt, which may be that of a file.
func (o *openCode) prompt(n *doctree.Node) string {
	if n == nil {
		return ""
	}
	text := n.Or("")
	if m := filed.Get().FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		name := path.Clean(strings.TrimPrefix(m[1], "./"))
		found, ok := "", false
		if filepath.IsLocal(filepath.FromSlash(name)) {
			for _, base := range []string{"", o.below} {
				if found, ok = o.root.text(base + name); ok {
					break
				}
			}
		}
		if !ok {
			o.note(Lost, n.At, n.Path, "the file is not in the directory that is read")
			return ""
		}
		text = found
	}
	return o.clean(text, n.At, n.Path)
}

func (o *openCode) config(n *doctree.Node) {
	if m := n.Get("model"); m.Is(doctree.Text) {
		o.Model = o.model(m, n)
	}
	if m := n.Get("small_model"); m.Is(doctree.Text) && modelRef.Get().MatchString(m.Text) {
		if o.models.has(m.Text) {
			o.Model.Small = m.Text
		} else {
			o.note(Lost, m.At, m.Path, "the model is not in the model catalog")
		}
	}
	if v := n.Get("snapshot"); v.Is(doctree.Bool) {
		o.runtime("snapshots", v.True())
	}
	for _, item := range listOf(n.Get("instructions")) {
		o.instruction(item)
	}
	if p := n.Get("permission"); p != nil {
		o.list = append(o.list, o.read(p)...)
	}
	for _, name := range n.Get("tools").Names() {
		if v := n.In("tools", name); v.False() {
			o.list = append(o.list, lastMatch{name, "*", "deny", v.At, v.Path})
		}
	}
	commands := n.Get("command")
	for _, name := range commands.Names() {
		v := commands.Get(name)
		o.workflow(name, v.Get("description").Or(""), o.prompt(v.Get("template")), v.At)
	}
	for _, name := range n.Get("provider").Names() {
		if provider, _, _ := strings.Cut(o.Model.Ref, "/"); provider != name {
			v := n.In("provider", name)
			o.note(Lost, v.At, v.Path, "a profile has the provider of its model")
		}
	}
	o.others(n, opencodeKnown, opencodeReasons())
}

// model reads a model with the settings of its provider.
func (o *openCode) model(m, config *doctree.Node) Model {
	out := Model{Ref: m.Text}
	provider, id, ok := strings.Cut(m.Text, "/")
	if !ok || !modelRef.Get().MatchString(m.Text) {
		o.note(Lost, m.At, m.Path, "must be PROVIDER/MODEL")
		return Model{}
	}
	if provider == "opencode" {
		o.note(Changed, m.At, m.Path, "the provider is a service of opencode; bind its key, or choose another model")
	}
	p := config.In("provider", provider)
	options := p.Get("options")
	if base := options.Get("baseURL"); base.Is(doctree.Text) {
		if address.Get().MatchString(base.Text) && !mayHold(base.Text) {
			out.BaseURL = base.Text
		} else {
			o.note(Lost, base.At, base.Path, "is not an address that a profile can have")
		}
	}
	out.WireAPI = map[string]string{"@ai-sdk/anthropic": "anthropic", "@ai-sdk/openai-compatible": "openai-chat", "@ai-sdk/openai": "openai-responses"}[p.Get("npm").Or("")]
	limit := p.In("models", id, "limit")
	if tokens, ok := limit.Get("context").Int(); ok && tokens >= 1024 {
		out.Window = tokens
	}
	if tokens, ok := limit.Get("output").Int(); ok && tokens > 0 {
		out.MaxOutput = tokens
	}
	host := hostOf(out.BaseURL)
	if key := options.Get("apiKey"); key.Is(doctree.Text) {
		out.Auth = o.secretOf(provider)
		to := ""
		if host != "" {
			to = " --host " + diag.Shell(host)
		}
		uri := ""
		if found := opencode.Get().FindStringSubmatch(key.Text); found != nil {
			uri = "env:" + found[1]
		} else if found := filed.Get().FindStringSubmatch(key.Text); found != nil {
			uri = "file:" + found[1]
		}
		o.note(Changed, key.At, key.Path, "the key is the secret "+diag.Quote(out.Auth)+", and is not written anywhere")
		o.bind(out.Auth, uri, to)
	} else if out.BaseURL != "" {
		out.NoAuth = true
	}
	if local := strings.HasPrefix(host, "localhost") || strings.HasPrefix(host, "127.0.0.1"); local {
		if _, port, ok := strings.Cut(host, ":"); ok && len(port) < 6 {
			n := int64(0)
			for _, d := range port {
				n = n*10 + int64(d-'0')
			}
			if n > 0 && n < 65536 {
				o.HostPorts = []int64{n}
			}
		}
	}
	return out
}

func (o *openCode) instruction(n *doctree.Node) {
	text := strings.TrimPrefix(n.Or(""), "./")
	switch {
	case strings.Contains(text, "://"):
		o.note(Lost, n.At, n.Path, "a page of the network is not a context file")
	case contextFile(text):
		o.Context = appendNew(o.Context, text)
	default:
		o.note(Lost, n.At, n.Path, "is not a file of the workspace that a profile can name")
	}
}

func (o *openCode) servers(n *doctree.Node) {
	for _, name := range n.Names() {
		v := n.Get(name)
		if !v.Is(doctree.Map) || v.Get("enabled").False() {
			o.note(Lost, v.At, v.Path, "the server is switched off")
			continue
		}
		s := serverOf{name: name, node: v, env: v.Get("environment"), headers: v.Get("headers"), cwd: v.Get("cwd").Or(""), known: "type command environment url headers enabled timeout cwd oauth"}
		if v.Get("type").Or("") == "remote" || v.Get("command") == nil {
			s.url = v.Get("url").Or("")
		} else if s.command = v.Get("command").Strings(); len(s.command) == 1 {
			s.command = strings.Fields(s.command[0])
		}
		if ms, ok := v.Get("timeout").Int(); ok {
			s.startup = (ms + 999) / 1000
		}
		o.keys.server(s)
	}
}

func (o *openCode) agent(written string, n *doctree.Node, body string, at diag.Position, taken map[string]bool, primary bool) {
	if n.Get("disable").True() {
		o.note(Lost, at, written, "the agent is disabled")
		return
	}
	name := slug(n.Get("name").Or(written))
	if name == "" {
		o.note(Lost, at, written, "nothing of it can be the name of a profile; the agent is left out")
		return
	}
	name = unique(name, taken)
	a := Agent{Name: name, at: at, Description: strings.TrimSpace(o.clean(n.Get("description").Or(""), at, "description"))}
	if a.Prompt = o.clean(body, at, "the prompt"); strings.TrimSpace(body) == "" {
		a.Prompt = o.prompt(n.Get("prompt"))
	}
	switch n.Get("mode").Or("all") {
	case "primary":
		a.Alone = true
	case "all":
		a.Alone = primary
	}
	if m := n.Get("model"); m.Is(doctree.Text) {
		if ref := m.Text; modelRef.Get().MatchString(ref) {
			a.Model.Ref = ref
			a.Model.complete(o.Found, o.models, m.At, m.Path)
		} else {
			o.note(Lost, m.At, m.Path, "must be PROVIDER/MODEL")
		}
	}
	if t := n.Get("temperature"); t.Is(doctree.Number) && a.Alone && decimal.Get().MatchString(t.Text) {
		a.Model.Temperature = t.Text
	} else if t != nil && !a.Alone {
		o.note(Lost, t.At, t.Path, "a subagent has no temperature of its own here")
	}
	if e := n.Get("reasoningEffort"); e != nil {
		a.Model.Effort = o.effort(e.Or(""), e.At, e.Path)
	}
	for _, key := range []string{"steps", "maxSteps"} {
		if steps, ok := n.Get(key).Int(); ok {
			a.MaxTurns = within(steps, 1, 100000)
		}
	}
	own := []lastMatch{}
	for _, tool := range n.Get("tools").Names() {
		if v := n.In("tools", tool); v.False() {
			own = append(own, lastMatch{tool, "*", "deny", v.At, v.Path})
		}
	}
	if p := n.Get("permission"); p != nil {
		own = append(own, o.read(p)...)
	}
	o.over(&a.Access, own)
	o.others(n, "name description mode model temperature top_p tools permission prompt disable steps maxSteps reasoningEffort", map[string]string{"color": looks, "hidden": looks, "options": "a setting of the provider"})
	o.Agents = append(o.Agents, a)
}

var decimal = pattern.Lazy{Text: `^[01](\.[0-9]{1,3})?$`}
