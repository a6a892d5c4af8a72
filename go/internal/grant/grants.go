package grant

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Of computes what a manifest grants.
func Of(m *manifest.Manifest) Set {
	c := &collection{}
	c.permissions("/permissions", m.Permissions)
	c.tools("/tools", m.Tools.Default, m.Tools.Allow, m.Tools.Deny)
	c.sandbox(m.Sandbox)
	for _, use := range secret.Uses(m) {
		c.grants = append(c.grants, Grant{Kind: Secret, Pointer: use.Pointer, Value: use.Name, To: use.To.String()})
	}
	for name, server := range m.MCPServers {
		c.server("/mcpServers/"+string(name), server)
	}
	for _, hook := range m.Hooks {
		c.hook(hook)
	}
	c.web(m.Web)
	c.model("/model", m.Model)
	c.prices(m)
	c.provider(m.Context.Compaction.Model, m.Memory.Model)
	c.prompts(m.Prompts)
	for name, skill := range m.Skills {
		at := "/skills/" + string(name)
		c.text(at, encoded(struct {
			Description manifest.Paragraph                       `json:"description"`
			Files       map[manifest.FilePath]manifest.SkillFile `json:"files"`
		}{skill.Description, plainFiles(skill.Files)}))
		for _, tool := range skill.AllowedTools {
			c.decide(SkillTool, at+"/allowedTools", string(tool), "allow")
		}
	}
	for name, workflow := range m.Workflows {
		c.text("/workflows/"+string(name), encoded(workflow))
	}
	for name, subagent := range m.Subagents {
		c.subagent("/subagents/"+string(name), subagent)
		if narrow := subagent.Sandbox; narrow != nil {
			c.subagentSandbox("/subagents/"+string(name)+"/sandbox", m.Sandbox, *narrow)
		}
	}
	if m.Delegation != nil {
		c.delegation(*m.Delegation)
	}
	if m.Memory.Enabled {
		c.add(Memory, "/memory/scope", string(m.Memory.Scope))
	}
	c.limits(m.Limits)
	if m.Runtimes != nil {
		c.runtimes(m.Runtimes)
	}
	return SetOf(c.grants)
}

type collection struct{ grants []Grant }

func (c *collection) add(kind Kind, pointer, value string) {
	c.grants = append(c.grants, Grant{Kind: kind, Pointer: pointer, Value: value})
}

// decide adds a decision over calls; without a value it is the default, and to
// deny by default grants nothing.
func (c *collection) decide(kind Kind, pointer, value, action string) {
	if value != "" || action != "deny" {
		c.grants = append(c.grants, Grant{Kind: kind, Pointer: pointer, Value: value, Action: action})
	}
}

// plainFiles are the files in the one way to write them.
func plainFiles(files map[manifest.FilePath]manifest.SkillFile) map[manifest.FilePath]manifest.SkillFile {
	plain := make(map[manifest.FilePath]manifest.SkillFile, len(files))
	for name, file := range files {
		plain[name] = file.Plain()
	}
	return plain
}

// text adds a text by its digest; an empty text is not added.
func (c *collection) text(pointer, text string) {
	if text != "" {
		text = manifest.Digest([]byte(text))
	}
	c.add(Text, pointer, text)
}

// encoded is the one way to write a part of a manifest.
func encoded(v any) string {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic(err) // as in [Set.Canonical]
	}
	return string(data)
}

func (c *collection) permissions(at string, p manifest.Permissions) {
	c.add(Mode, at+"/mode", string(p.Mode))
	c.decide(Rule, at, "", string(p.Default))
	for _, rule := range p.Rules {
		c.decide(Rule, at, string(rule.Tool)+" "+string(rule.Pattern), string(rule.Action))
	}
}

func (c *collection) tools(at string, fallback manifest.ToolDefault, allow, deny []manifest.ToolName) {
	c.decide(Tool, at, "", string(fallback))
	for _, tool := range allow {
		c.decide(Tool, at, string(tool), "allow")
	}
	for _, tool := range deny {
		c.decide(Tool, at, string(tool), "deny")
	}
}

func (c *collection) sandbox(s manifest.Sandbox) {
	c.files("/sandbox/filesystem", s.Filesystem, s.WritableRoots)
	c.readable("/sandbox/denyRead", s.ReadableRoots)
	c.unreadable("/sandbox/denyRead", s.DenyRead)
	c.hosts("/sandbox/network", s.Network, s.AllowedDomains)
	for _, name := range s.InheritEnv {
		c.add(Variable, "/sandbox/inheritEnv", string(name))
	}
	for name, value := range s.Env {
		c.add(Setting, "/sandbox/env", string(name)+"="+string(value))
	}
	for _, file := range s.MaskedFiles {
		c.add(Masked, "/sandbox/maskedFiles", string(file))
	}
	for _, port := range s.HostPorts {
		c.add(HostPort, "/sandbox/hostPorts", strconv.FormatInt(int64(port), 10))
	}
	for _, port := range s.PublishedPorts {
		c.add(Published, "/sandbox/publishedPorts", strconv.FormatInt(int64(port), 10))
	}
	if s.Nix != nil && *s.Nix {
		c.add(Daemon, "/sandbox/nix", "true")
	}
	for name, service := range s.Services {
		at := "/sandbox/services/" + string(name)
		c.add(Service, at, encoded(Upstream{service.Host, service.Auth, service.For}))
		for _, method := range service.Methods {
			c.add(Method, at+"/methods", string(method))
		}
		for _, path := range service.Paths {
			c.add(Requests, at+"/paths", string(path))
		}
	}
	for name, command := range s.HostCommands {
		c.add(HostCommand, "/sandbox/hostCommands/"+string(name), encoded(command))
	}
}

func (c *collection) files(at string, filesystem manifest.Filesystem, roots []manifest.Directory) {
	switch filesystem {
	case "full":
		c.decide(Files, at, "", "allow")
	case "workspace-write":
		if !slices.ContainsFunc(roots, manifest.Directory.InWorkspace) {
			c.decide(Files, at, "./*", "allow")
		}
		for _, root := range roots {
			c.decide(Files, at, Folder(string(root)), "allow")
		}
	}
}

// readable adds where files may be read: everywhere without a list.
func (c *collection) readable(at string, roots []manifest.Directory) {
	if roots == nil {
		c.decide(Reads, at, "", "allow")
		return
	}
	c.decide(Reads, at, "./**", "allow")
	for _, root := range roots {
		c.decide(Reads, at, Below(string(root)), "allow")
	}
}

func (c *collection) unreadable(at string, denied []manifest.PathGlob) {
	for _, glob := range denied {
		c.decide(Reads, at, string(glob), "deny")
	}
}

func (c *collection) hosts(at string, network manifest.Network, domains []manifest.Domain) {
	switch network {
	case "full":
		c.decide(Hosts, at, "", "allow")
	case "allowlist":
		for _, domain := range domains {
			c.decide(Hosts, at, string(domain), "allow")
		}
	}
}

// Upstream is the value of a [Service]: where requests go, what is added to them, and
// which program sends them.
type Upstream struct {
	Host manifest.ServiceHost  `json:"host"`
	Auth *manifest.ServiceAuth `json:"auth,omitempty"`
	For  *manifest.ServiceFor  `json:"for,omitempty"`
}

// Folder is the value of [Files] for what is in a directory.
func Folder(name string) string {
	switch {
	case name == ".":
		return "./*"
	case manifest.Directory(name).InWorkspace():
		return "./" + name + "/*"
	}
	return name + "/*"
}

// Below is the value of [Reads] for a directory and all that is below it.
func Below(directory string) string { return directory + "/**" }

// Endpoint is the value of a [Command] or [Server]: an MCP server that is started or reached, with all its literals,
// since a literal may be what restricts it. A reference to a secret is a grant of its own. Text that contains secrets
// is such a grant, too, and is included here for the text around them.
type Endpoint struct {
	Command *manifest.Argument                        `json:"command,omitempty"`
	Args    []manifest.ArgValue                       `json:"args,omitempty"`
	Cwd     *manifest.Directory                       `json:"cwd,omitempty"`
	URL     *manifest.URLValue                        `json:"url,omitempty"`
	Env     map[manifest.EnvName]manifest.ArgValue    `json:"env,omitempty"`
	Headers map[manifest.HeaderName]manifest.ArgValue `json:"headers,omitempty"`
}

func texts[K comparable](values map[K]manifest.EnvValue) map[K]manifest.ArgValue {
	out := map[K]manifest.ArgValue{}
	for name, value := range values {
		switch {
		case value.Value != nil:
			out[name] = manifest.ArgValue{Text: manifest.Argument(*value.Value)}
		case value.Type == manifest.SecretFormatType:
			out[name] = manifest.ArgValue{Secret: value.Secret()}
		}
	}
	return out
}

func (c *collection) server(at string, s manifest.MCPServer) {
	kind := Server
	if s.Command != nil {
		kind = Command
	}
	c.add(kind, at, encoded(Endpoint{s.Command, s.Args, s.Cwd, s.URL, texts(s.Env), texts(s.Headers)}))
	if len(s.EnabledTools) == 0 {
		c.decide(ServerTool, at, "", "allow")
	}
	for _, tool := range s.EnabledTools {
		c.decide(ServerTool, at, string(tool), "allow")
	}
	for _, tool := range s.DisabledTools {
		c.decide(ServerTool, at, string(tool), "deny")
	}
	if s.Required {
		c.add(Required, at+"/required", "true")
	}
}

func (c *collection) hook(h manifest.Hook) {
	if h.Async != nil && !*h.Async {
		h.Async = nil
	}
	value := encoded(h)
	c.add(Hook, "/hooks", value)
	if h.Event.Guards() {
		c.add(Guard, "/hooks", value)
	}
}

func (c *collection) web(w manifest.Web) {
	if w.Search.Mode != "disabled" {
		c.add(Search, "/web/search/mode", string(w.Search.Mode))
		provider := ""
		if w.Search.Provider != nil {
			provider = string(*w.Search.Provider)
		}
		c.add(Searcher, "/web/search/provider", provider)
		if len(w.Search.AllowedDomains) == 0 {
			c.decide(SearchHost, "/web/search/allowedDomains", "", "allow")
		}
		for _, domain := range w.Search.AllowedDomains {
			c.decide(SearchHost, "/web/search/allowedDomains", string(domain), "allow")
		}
	}
	if w.Fetch.Enabled {
		c.add(Fetch, "/web/fetch/enabled", "true")
		if w.Fetch.AllowPrivateAddresses {
			c.add(Private, "/web/fetch/allowPrivateAddresses", "true")
		}
	}
}

func (c *collection) model(at string, m manifest.Model) {
	c.add(Provider, "/model/provider", string(m.Provider))
	c.provider(&m.Ref, m.Small)
	for _, ref := range m.Fallbacks {
		c.provider(&ref)
	}
	address := ""
	if m.BaseURL != nil {
		address = string(*m.BaseURL)
	}
	if headers := texts(m.Headers); len(headers) > 0 {
		e := Endpoint{Headers: headers}
		if m.BaseURL != nil {
			e.URL = &manifest.URLValue{Text: *m.BaseURL}
		}
		address = encoded(e)
	}
	c.add(Address, at+"/baseUrl", address)
}

// prices adds what a limit of cost counts with: the lowest price of each kind among the
// models that have prices, since a price that is too low lets more pass. Without a limit,
// or with a model of no known price, they hold nothing back.
func (c *collection) prices(m *manifest.Manifest) {
	if m.Limits.MaxCostCents == nil {
		return
	}
	models := []manifest.Model{m.Model}
	for _, subagent := range m.Subagents {
		if subagent.Model != nil {
			models = append(models, *subagent.Model)
		}
	}
	var lowest [4]int64
	for i, model := range models {
		p := model.Prices
		if p == nil {
			return
		}
		for kind, price := range [4]int64{p.Input, p.Output, valueOr(p.CacheRead, p.Input), valueOr(p.CacheWrite, p.Input)} {
			if i == 0 || price < lowest[kind] {
				lowest[kind] = price
			}
		}
	}
	for kind, name := range [4]string{"input", "output", "cacheRead", "cacheWrite"} {
		c.add(Price, "/model/prices/"+name, strconv.FormatInt(lowest[kind], 10))
	}
}

func valueOr(n *int64, otherwise int64) int64 {
	if n == nil {
		return otherwise
	}
	return *n
}

// provider adds who gets the conversation by a reference to a model. It is one
// set for the whole manifest: the same words go to all of them.
func (c *collection) provider(refs ...*manifest.ModelRef) {
	for _, ref := range refs {
		if ref != nil {
			name, _, _ := strings.Cut(string(*ref), "/")
			c.add(Provider, "/model/provider", name)
		}
	}
}

func (c *collection) prompts(p manifest.Prompts) {
	c.text("/prompts/system", string(p.System))
	c.text("/prompts/append", appended(p.Append))
	if p.Initial != nil {
		c.text("/prompts/initial", string(*p.Initial))
	}
	for _, file := range p.ContextFiles {
		c.add(ContextFile, "/prompts/contextFiles", string(file))
	}
}

func appended(texts []manifest.Text) string {
	if len(texts) == 0 {
		return ""
	}
	return encoded(texts)
}

// runtimes adds each setting that a runtime is given, as JSON.
func (c *collection) runtimes(r *manifest.Runtimes) {
	var settings map[string]map[string]jsontext.Value
	if err := json.Unmarshal([]byte(encoded(r)), &settings); err != nil {
		panic(err) // it was just encoded
	}
	for runtime, set := range settings {
		for name, value := range set {
			c.add(OfRuntime, "/runtimes/"+runtime+"/"+name, string(value))
		}
	}
}

func (c *collection) limits(l manifest.Limits) {
	number := func(name string, n int64) { c.add(Limit, "/limits/"+name, strconv.FormatInt(n, 10)) }
	ceiling := func(name string, n *int64) {
		if n != nil {
			number(name, *n)
		} else {
			c.add(Limit, "/limits/"+name, noLimit)
		}
	}
	ceiling("maxTurns", l.MaxTurns)
	ceiling("maxWallSeconds", l.MaxWallSeconds)
	ceiling("maxCostCents", l.MaxCostCents)
	if l.MaxTokens != nil {
		ceiling("maxTokens", l.MaxTokens)
	}
	if l.MaxSubagents > 0 {
		number("maxSubagents", l.MaxSubagents)
	}
	if l.MaxDepth > 0 {
		number("maxDepth", l.MaxDepth)
	}
}
