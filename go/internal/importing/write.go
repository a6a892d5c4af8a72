package importing

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// File is a file to write: its path below the directory of profiles, with slashes.
type File struct {
	Path       string
	Data       []byte
	Executable bool
	// Profile is the name of the profile that the file is; empty for others.
	Profile string
}

// maxSubagents is how many subagents a manifest has.
const maxSubagents = 32

// writer makes the files of the profiles.
type writer struct {
	*Found
	files     []File
	ruleTools []string          // that rules are about, in order
	layers    map[string]string // the file of each, below the main profile
}

// Write makes the files: NAME/profile.nix, which is the main profile, NAME/base.nix and
// NAME/rules, which all profiles share, AGENT.nix for each agent, and the prompts and skills below NAME.
func (f *Found) Write(name string) []File {
	w := &writer{Found: f}
	agents := make([]Agent, len(f.Agents))
	for i, a := range f.Agents {
		if a.Name == name {
			a.Name = slugOf(name, 58) + "-agent"
			f.note(Changed, a.at, "name", "the profile is named "+diag.Quote(a.Name)+": the main profile is "+diag.Quote(name))
		}
		agents[i] = a
	}
	w.base(name)
	w.rulesFiles(name)
	w.main(name, agents)
	for _, a := range agents {
		w.agent(name, a)
	}
	for _, s := range f.Skills {
		w.skill(name, s)
	}
	w.add(File{Path: name + "/README.md", Data: []byte(f.readme(name))})
	return w.files
}

func (w *writer) add(file File) { w.files = append(w.files, file) }

// nix adds a file of Nix.
func (w *writer) nix(file, profile, comment, head string, root *nixtext.Set) {
	var b strings.Builder
	b.WriteString("# " + diag.Escape(comment, false) + "\n{ insomnia }:\n" + head + "{\n")
	root.Write(&b, "  ")
	b.WriteString("}\n")
	w.add(File{Path: file, Data: []byte(b.String()), Profile: profile})
}

const makeProfile = "insomnia.lib.mkProfile "

// prompt is a text, in a file of its own where it has several lines.
func (w *writer) prompt(dir, name, text string) any {
	if !strings.Contains(strings.TrimSpace(text), "\n") && len(text) < 200 {
		return text
	}
	name = strings.TrimSuffix(name, ".md") + ".md"
	w.add(File{Path: path.Join(dir, name), Data: []byte(text)})
	return nixtext.Raw("builtins.readFile ./" + name)
}

// base is the layer that all profiles share.
func (w *writer) base(dir string) {
	root := &nixtext.Set{}
	if w.shared() {
		w.model(root, w.Model, true)
	} else {
		root.Put(preset("provider"), "keys")
	}
	var texts []any
	if w.System != "" {
		root.Put(w.prompt(dir, "prompts/system", w.System), "prompts", "system")
	}
	for i, p := range w.Append {
		name := slug(strings.TrimSuffix(p.Name, ".md"))
		if name == "" {
			name = "text"
		}
		texts = append(texts, w.prompt(dir, "prompts/"+number(i+1)+"-"+name, p.Text))
	}
	if len(texts) > 0 {
		root.Put(texts, "prompts", "append")
	}
	if w.Context != nil {
		root.Put(nixtext.Raw("insomnia.lib.mkForce "+list(w.Context)), "prompts", "contextFiles")
	}
	if w.Language != "" {
		root.Put(w.Language, "prompts", "language")
	}
	root.Put(preset("workspace"), "toolPolicy")
	if w.Web != "" && w.Web != "off" {
		root.Put(preset(w.Web), "web", "preset")
	}
	if w.Memory != "" {
		root.Put(preset(w.Memory), "memory", "preset")
	}
	if w.Retention != "" {
		root.Put(preset(w.Retention), "retention")
	}
	w.access(root, w.Access, true)
	w.sandbox(root)
	for _, s := range w.Servers {
		root.Put(server(s), "mcpServers", s.Name)
	}
	for _, s := range w.Skills {
		root.Put(skillValue("./skills/"+s.Name, s), "skills", s.Name)
	}
	for _, f := range w.Workflows {
		set := &nixtext.Set{}
		set.Put(f.Description, "description")
		set.Put(w.prompt(dir, "workflows/"+f.Name, f.Prompt), "prompt")
		var inputs []any
		for _, in := range f.Inputs {
			input := &nixtext.Set{}
			input.Put(in.Name, "name")
			input.Put("string", "type")
			inputs = append(inputs, input)
		}
		if len(inputs) > 0 {
			set.Put(inputs, "inputs")
		}
		root.Put(set, "workflows", f.Name)
	}
	var hooks []any
	for _, h := range w.Hooks {
		set := &nixtext.Set{}
		set.Put(h.Event, "event")
		if h.Matcher != "*" {
			set.Put(h.Matcher, "matcher")
		}
		set.Put(h.Command, "command")
		if h.Timeout > 0 {
			set.Put(h.Timeout, "timeoutSeconds")
		}
		if h.Async {
			set.Put(true, "async")
		}
		hooks = append(hooks, set)
	}
	if len(hooks) > 0 {
		root.Put(hooks, "hooks")
	}
	runtime := map[string]string{"claude": "claude-code", "codex": "codex", "opencode": "opencode"}[w.Program]
	for _, s := range w.Runtime {
		root.Put(s.Value, "runtimes", runtime, s.Name)
	}
	w.nix(dir+"/base.nix", "", "What the profiles of `insomnia import "+w.Program+"` share.", "", root)
}

func preset(word string) nixtext.Raw {
	return nixtext.Raw("insomnia.lib.mkDefault " + nixtext.String(word))
}

func list(texts []string) string {
	var b strings.Builder
	b.WriteString("[")
	for _, text := range texts {
		b.WriteString(" " + nixtext.String(text))
	}
	return b.String() + " ]"
}

// shared reports whether the model can be in the base: its numbers and its address would
// not fit other models.
func (w *writer) shared() bool {
	return w.Model.Window == 0 && w.Model.BaseURL == "" && w.Model.WireAPI == "" && w.Model.MaxOutput == 0
}

// model writes a model; base says that it is the one that others are over.
func (w *writer) model(root *nixtext.Set, m Model, base bool) {
	ref := m.Ref
	if base {
		root.Put(preset("provider"), "keys")
	}
	if ref != "" {
		if base {
			root.Put(preset(ref), "model", "ref")
		} else {
			root.Put(ref, "model", "ref")
		}
	}
	put := func(value any, name string) { root.Put(value, "model", name) }
	if m.BaseURL != "" {
		put(m.BaseURL, "baseUrl")
	}
	if m.WireAPI != "" {
		put(m.WireAPI, "wireApi")
	}
	if m.Window > 0 {
		put(m.Window, "contextWindowTokens")
	}
	if m.MaxOutput > 0 {
		put(m.MaxOutput, "maxOutputTokens")
	}
	if m.Auth != "" && !(base && strings.HasSuffix(m.Auth, ".api.default") && strings.HasPrefix(ref, strings.TrimSuffix(m.Auth, ".api.default")+"/") && m.BaseURL == "") {
		put(nixtext.SecretRef(m.Auth), "auth")
	} else if m.NoAuth {
		put(nixtext.Raw("null"), "auth")
	}
	for _, h := range m.Headers {
		root.Put(h.Value, "model", "headers", h.Name)
	}
	if m.Effort != "" {
		put(m.Effort, "effort")
	}
	if m.Thinking > 0 {
		put(m.Thinking, "thinkingBudgetTokens")
	}
	for name, text := range map[string]string{"temperature": m.Temperature, "topP": m.TopP} {
		if text != "" {
			put(nixtext.Raw(text), name)
		}
	}
	if m.Small != "" {
		put(m.Small, "small")
	}
}

// access writes tools and permissions.
func (w *writer) access(root *nixtext.Set, a Access, base bool) {
	if a.Limited {
		root.Put(a.Tools, "tools", "allow")
	}
	if len(a.Denied) > 0 {
		root.Put(a.Denied, "tools", "deny")
	}
	if a.Mode != "" {
		var mode, fallback any = a.Mode, a.Default
		if base {
			mode, fallback = preset(a.Mode), preset(a.Default)
		}
		root.Put(mode, "permissions", "mode")
		root.Put(fallback, "permissions", "default")
	}
	if len(a.Rules) > 0 && !base {
		root.Put(rules(a.Rules), "permissions", "rules")
	}
}

// rulesFiles are layers with the rules that all profiles share, one for each tool, so that
// a profile imports those of the tools that it has.
func (w *writer) rulesFiles(dir string) {
	w.layers = map[string]string{}
	byTool := map[string][]Rule{}
	for _, r := range w.Access.Rules {
		if byTool[r.Tool] == nil {
			w.ruleTools = append(w.ruleTools, r.Tool)
		}
		byTool[r.Tool] = append(byTool[r.Tool], r)
	}
	taken := map[string]bool{}
	for _, tool := range w.ruleTools {
		name := slugOf(tool, 60)
		if name == "" {
			name = "every-tool"
		}
		name = "rules/" + unique(name, taken) + ".nix"
		w.layers[tool] = name
		root := &nixtext.Set{}
		root.Put(rules(byTool[tool]), "permissions", "rules")
		var b strings.Builder
		b.WriteString("{\n")
		root.Write(&b, "  ")
		b.WriteString("}\n")
		w.add(File{Path: dir + "/" + name, Data: []byte(b.String())})
	}
}

// imports are the layers of a profile: the base, and the rules of its tools.
func (w *writer) imports(dir string, a Access) []any {
	out := []any{nixtext.Raw(dir + "/base.nix")}
	for _, tool := range w.ruleTools {
		if !a.Limited || a.has(tool) {
			out = append(out, nixtext.Raw(dir+"/"+w.layers[tool]))
		}
	}
	return out
}

// has reports whether rules about a tool are about one that a limited agent is offered:
// those about reading are about searching too, those about editing about writing.
func (a Access) has(tool string) bool {
	groups := map[string]string{"read": "read grep glob", "grep": "grep", "glob": "glob", "edit": "edit write", "write": "edit write"}
	for _, own := range a.Tools {
		if own == tool || tool == "*" || strings.Contains(" "+groups[tool]+" ", " "+own+" ") || grammar.CoversTool(tool, own) || grammar.CoversTool(own, tool) {
			return true
		}
	}
	return false
}

func rules(rules []Rule) []any {
	var out []any
	for _, r := range rules {
		set := &nixtext.Set{}
		set.Put(r.Tool, "tool")
		if r.Pattern != "*" {
			set.Put(r.Pattern, "pattern")
		}
		set.Put(r.Action, "action")
		out = append(out, set)
	}
	return out
}

func (w *writer) sandbox(root *nixtext.Set) {
	put := func(value any, name string) { root.Put(value, "sandbox", name) }
	if w.Filesystem != "" && w.Filesystem != "workspace-write" {
		put(preset(w.Filesystem), "filesystem")
	}
	if w.Network != "" && w.Network != "allowlist" {
		put(preset(w.Network), "network")
	}
	if len(w.Domains) > 0 && (w.Network == "" || w.Network == "allowlist") {
		put(w.Domains, "allowedDomains")
	}
	if len(w.Writable) > 0 {
		put(append([]string{"."}, w.Writable...), "writableRoots")
	}
	if len(w.DenyRead) > 0 {
		put(w.DenyRead, "denyRead")
	}
	if len(w.HostPorts) > 0 {
		var ports []any
		for _, p := range w.HostPorts {
			ports = append(ports, p)
		}
		put(ports, "hostPorts")
	}
	inherit := append([]string{"HOME", "LANG", "LC_ALL", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"}, w.InheritEnv...)
	inherit = slices.DeleteFunc(inherit, func(name string) bool {
		return slices.ContainsFunc(w.Env, func(v Variable) bool { return v.Name == name })
	})
	put(inherit, "inheritEnv")
	for _, v := range w.Env {
		root.Put(v.Value, "sandbox", "env", v.Name)
	}
}

func server(s Server) *nixtext.Set {
	set := &nixtext.Set{}
	put := func(value any, path ...string) { set.Put(value, path...) }
	if s.Type == "sse" {
		put("sse", "type")
	}
	if s.Command != "" {
		put(s.Command, "command")
	}
	if len(s.Args) > 0 {
		put(s.Args, "args")
	}
	if s.Cwd != "" {
		put(s.Cwd, "cwd")
	}
	if s.URL != nil {
		put(s.URL, "url")
	}
	for _, v := range s.Env {
		put(v.Value, "env", v.Name)
	}
	for _, v := range s.Headers {
		put(v.Value, "headers", v.Name)
	}
	if len(s.Enabled) > 0 {
		put(s.Enabled, "enabledTools")
	}
	if len(s.Disabled) > 0 {
		put(s.Disabled, "disabledTools")
	}
	if s.Startup > 0 {
		put(s.Startup, "startupTimeoutSeconds")
	}
	if s.Timeout > 0 {
		put(s.Timeout, "toolTimeoutSeconds")
	}
	if s.Required {
		put(true, "required")
	}
	return set
}

// skillValue is a skill whose text files are in a directory.
func skillValue(dir string, s Skill) any {
	if len(s.Base64) == 0 && len(s.Executable) == 0 {
		return nixtext.Raw("insomnia.lib.skillFromDir " + dir)
	}
	set := &nixtext.Set{}
	set.Put(nixtext.Raw(dir), "path")
	if len(s.Executable) > 0 {
		set.Put(s.Executable, "executable")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Base64)) {
		set.Put(s.Base64[name], "files", name, "base64")
	}
	var b strings.Builder
	b.WriteString("insomnia.lib.skillFromDir ")
	nixtext.Value(&b, "  ", set)
	return nixtext.Raw(b.String())
}

func (w *writer) skill(dir string, s Skill) {
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		w.add(File{Path: path.Join(dir, "skills", s.Name, name), Data: s.Files[name], Executable: slices.Contains(s.Executable, name)})
	}
}

// main is the profile of the program's own agent, with the others as subagents.
func (w *writer) main(name string, agents []Agent) {
	root := &nixtext.Set{}
	root.Put(name, "name")
	root.Put("Imported from "+titles[w.Program], "description")
	root.Put(w.imports(".", Access{}), "imports")
	if !w.shared() {
		w.model(root, w.Model, false)
	}
	count := 0
	for _, a := range agents {
		if a.Alone {
			continue
		}
		if strings.TrimSpace(a.Prompt) == "" {
			w.note(Changed, a.at, "", "an agent without a prompt is not a subagent; it becomes a profile of its own")
			continue
		}
		if count++; count > maxSubagents {
			w.note(Lost, a.at, "", "a profile has at most 32 subagents; this agent is a profile of its own alone")
			continue
		}
		root.Put(w.subagent(name, a), "subagents", a.Name)
	}
	w.nix(name+"/profile.nix", name, "Made by `insomnia import "+w.Program+"`; what is missing or stricter is in README.md.", makeProfile, root)
}

// titles are the programs, for people.
var titles = map[string]string{"claude": "Claude Code", "codex": "Codex", "opencode": "opencode", "mcp": "a list of MCP servers", "rulesync": "rulesync", "agents-md": "AGENTS.md"}

// description is one that a subagent can have.
func (a Agent) text() string {
	if a.Description == "" {
		return "The agent " + a.Name
	}
	return limited(a.Description, 8000)
}

func limited(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "")
	}
	return text
}

func (w *writer) subagent(dir string, a Agent) *nixtext.Set {
	set := &nixtext.Set{}
	set.Put(a.text(), "description")
	set.Put(w.prompt(dir, "agents/"+a.Name, a.Prompt), "prompts", "system")
	if a.Model.Ref != "" {
		w.model(set, a.Model, false)
	} else if a.Model.Effort != "" {
		set.Put(a.Model.Effort, "effort")
	}
	access := a.Access
	if above(modeOrder, access.Mode, w.Access.Mode) || above(defaultOrder, access.Default, w.Access.Default) {
		w.note(Stricter, a.at, "permissionMode", "a subagent has at most the mode of the main profile; the profile "+diag.Quote(a.Name)+" has its own")
		access.Mode, access.Default = "", ""
	}
	var kept []Rule
	for _, r := range access.Rules {
		if holds(r.Action) || slices.Contains(w.Access.Rules, r) {
			kept = append(kept, r)
		}
	}
	if len(kept) < len(access.Rules) {
		w.note(Stricter, a.at, "permissions", "a subagent is allowed no more than the main profile; the profile "+diag.Quote(a.Name)+" has all its rules")
	}
	access.Rules = kept
	w.access(set, access, false)
	if a.Servers != nil {
		set.Put(a.Servers, "mcpServers")
	}
	if a.Skills != nil {
		set.Put(w.skillNames(a), "skills")
	}
	if a.MaxTurns > 0 {
		set.Put(min(a.MaxTurns, 200), "limits", "maxTurns")
	}
	return set
}

func (w *writer) skillNames(a Agent) []string {
	names := []string{}
	for _, name := range a.Skills {
		own := slug(name)
		if slices.ContainsFunc(w.Skills, func(s Skill) bool { return s.Name == own }) {
			names = appendNew(names, own)
		} else {
			w.note(Lost, a.at, "skills", quote(name)+": none of the skills that were found has this name")
		}
	}
	return names
}

var (
	modeOrder    = []string{"plan", "ask", "acceptEdits", "auto", "bypass"}
	defaultOrder = []string{"deny", "ask", "allow"}
)

// above reports whether a value allows more than another; an empty one does not.
func above(order []string, value, other string) bool {
	return value != "" && slices.Index(order, value) > slices.Index(order, other)
}

// agent is the profile of an agent by itself.
func (w *writer) agent(dir string, a Agent) {
	root := &nixtext.Set{}
	root.Put(a.Name, "name")
	root.Put(line(a.text(), 1000), "description")
	root.Put(w.imports("./"+dir, a.Access), "imports")
	if strings.TrimSpace(a.Prompt) != "" {
		value := w.prompt(dir, "agents/"+a.Name, a.Prompt)
		if _, isFile := value.(nixtext.Raw); isFile {
			w.files = w.files[:len(w.files)-1]
			if !slices.ContainsFunc(w.files, func(f File) bool { return f.Path == dir+"/agents/"+a.Name+".md" }) {
				w.add(File{Path: dir + "/agents/" + a.Name + ".md", Data: []byte(a.Prompt)})
			}
			value = nixtext.Raw("builtins.readFile ./" + dir + "/agents/" + a.Name + ".md")
		}
		root.Put(value, "prompts", "system")
	}
	model := a.Model
	if model.Ref == "" && !w.shared() {
		model = w.Model
		if a.Model.Effort != "" {
			model.Effort = a.Model.Effort
		}
	}
	w.model(root, model, false)
	w.access(root, a.Access, false)
	if a.MaxTurns > 0 {
		root.Put(a.MaxTurns, "limits", "maxTurns")
	}
	w.nix(a.Name+".nix", a.Name, "Made by `insomnia import "+w.Program+"`; what is missing or stricter is in "+dir+"/README.md.", makeProfile, root)
}

// readme lists what is left to do, and what was lost.
func (f *Found) readme(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Imported from %s\n\nMade by `insomnia import %s`. `base.nix` is what its profiles share, `profile.nix` the main one.\nChange them as you like; nothing writes them again unless you ask for it with `--force`.\n", titles[f.Program], f.Program)
	if len(f.Secrets) > 0 {
		b.WriteString("\n## Secrets\n\nEach user binds them once:\n\n")
		for _, s := range f.Secrets {
			b.WriteString("    " + diag.Escape(s.Bind, false) + "\n")
		}
	}
	for _, kind := range []struct{ name, title string }{{Lost, "Left out"}, {Stricter, "Stricter than before"}, {Changed, "Written in another way"}, {Shown, "Characters that cannot be seen"}} {
		first := true
		for _, l := range f.Losses {
			if l.Kind != kind.name {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n## %s\n\n| field | file | reason |\n|---|---|---|\n", kind.title)
				first = false
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(l.Field), cell(l.Place()), cell(l.Reason))
		}
	}
	return b.String()
}

func cell(text string) string {
	if text = diag.Cell(keyform.Mask(text)); text == "" {
		return "-"
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(text)
}

// Place returns the position of the loss: FILE:LINE:COLUMN, as far as known.
func (l Loss) Place() string {
	out := l.File
	if l.Line > 0 && out != "" {
		out += ":" + number(l.Line)
		if l.Column > 0 {
			out += ":" + number(l.Column)
		}
	}
	return out
}
