package importing

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// serverOf has the fields that all formats of MCP servers share, under common names.
type serverOf struct {
	name              string
	node              *doctree.Node
	command           []string // program and arguments
	env, headers      *doctree.Node
	url, kind, cwd    string
	startup, timeout  int64 // seconds
	enabled, disabled []string
	required          bool
	bearer            string // variable with a bearer token
	envHeaders        *doctree.Node
	envNames          []string // variables that are passed on
	known             string   // names of fields that were read, for the others
}

// server adds a server.
func (k *keys) server(s serverOf) {
	f, at := k.f, s.node.At
	name := s.name
	if !serverName.Get().MatchString(name) || len(name) > 64 {
		if name = slug(name); name == "" {
			f.note(Lost, at, s.node.Path, "the server has no name that a profile can have")
			return
		}
		f.note(Changed, at, s.node.Path, "the server is named "+diag.Quote(name))
	}
	if slices.ContainsFunc(f.Servers, func(other Server) bool { return strings.EqualFold(other.Name, name) }) {
		f.note(Lost, at, s.node.Path, "a server of this name already exists")
		return
	}
	if len(f.Servers) == 64 {
		f.note(Lost, at, s.node.Path, "a profile has at most 64 servers")
		return
	}
	if len(s.command) == 0 && s.url == "" {
		f.note(Lost, at, s.node.Path, "the server has neither a command nor an address")
		return
	}
	out := Server{Name: name, Required: s.required, Startup: within(s.startup, 1, 3600), Timeout: within(s.timeout, 1, 86400)}
	for _, tool := range s.enabled {
		out.Enabled = f.toolOf(out.Enabled, tool, at, s.node.Path)
	}
	if len(s.enabled) > 0 && len(out.Enabled) == 0 {
		f.note(Lost, at, s.node.Path, "none of the tools that it enables has a name that a profile can have")
		return
	}
	for _, tool := range s.disabled {
		before := len(out.Disabled)
		if out.Disabled = f.toolOf(out.Disabled, tool, at, s.node.Path); len(out.Disabled) == before {
			f.note(Lost, at, s.node.Path, "it disables a tool whose name a profile cannot have, so the server is left out")
			return
		}
	}
	if s.url != "" {
		if len(s.command) > 0 {
			f.note(Lost, at, s.node.Path+".command", "a server has a command or an address, not both")
		}
		if !k.remote(&out, s) {
			return
		}
	} else if !k.local(&out, s) {
		return
	}
	f.Servers = append(f.Servers, out)
	f.unknown(s.node, s.known)
}

// toolOf adds the name of a tool of a server, where it is one that a manifest can have.
func (f *Found) toolOf(list []string, tool string, at diag.Position, field string) []string {
	if serverTool.Get().MatchString(tool) && len(tool) <= 128 {
		return append(list, tool)
	}
	f.note(Lost, at, field, "the name of the tool "+quote(tool)+" is not one that a profile can have")
	return list
}

func within(n, least, most int64) int64 {
	if n <= 0 {
		return 0
	}
	return min(max(n, least), most)
}

func (k *keys) local(out *Server, s serverOf) bool {
	at, field := s.node.At, s.node.Path
	command := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(s.command[0], "${CLAUDE_PROJECT_DIR}", "."), "${workspaceFolder}", "."), "${PWD}", ".")
	if command == "" || k.variables.MatchString(command) || mayHold(command) || strings.ContainsAny(command, "\x00\n\r") {
		k.f.note(Lost, at, field+".command", "a program is named as it is, without variables and keys; the server is left out")
		return false
	}
	out.Command = command
	to := k.toCommand(command, s.command[1:])
	for i, arg := range s.command[1:] {
		if strings.ContainsRune(arg, 0) || i == 256 {
			k.f.note(Lost, at, field+".args", "an argument is not one that a program can have; the server is left out")
			return false
		}
		name := ""
		if flag, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(flag, "-") && !k.variables.MatchString(arg) && isSecret(strings.TrimLeft(flag, "-"), value) {
			out.Args = append(out.Args, nixtext.Format{Template: strings.NewReplacer("{", "{{", "}", "}}").Replace(flag) + "={}",
				Refs: []nixtext.SecretRef{nixtext.SecretRef(k.secret(slot{s.name, flag, to, at, field + ".args"}, flag, ""))}})
			continue
		}
		if i > 0 && strings.HasPrefix(s.command[i], "-") && !strings.HasPrefix(arg, "-") {
			name = strings.TrimLeft(s.command[i], "-")
		}
		if h, value, ok := strings.Cut(arg, ":"); ok && isSecret(h, strings.TrimSpace(value)) && header.Get().MatchString(h) && !k.variables.MatchString(arg) && !strings.HasPrefix(value, "//") {
			value = strings.TrimLeft(value, " ")
			before, key, _ := cutKey(h, value)
			if key == "" {
				before, key = "", value
			}
			out.Args = append(out.Args, nixtext.Format{Template: h + arg[len(h):len(arg)-len(value)] + strings.NewReplacer("{", "{{", "}", "}}").Replace(before) + "{}",
				Refs: []nixtext.SecretRef{nixtext.SecretRef(k.secret(slot{s.name, h, to, at, field + ".args"}, h, ""))}})
			continue
		}
		out.Args = append(out.Args, k.text(slot{s.name, name, to, at, field + ".args[" + number(i) + "]"}, arg, false))
	}
	if s.cwd != "" {
		if _, err := grammar.ParsePath(s.cwd); err == nil && strings.HasPrefix(s.cwd, "/") || grammar.CheckDirectory(s.cwd) == nil {
			out.Cwd = s.cwd
		} else {
			k.f.note(Lost, at, field+".cwd", "the directory is not below the workspace, from ~/ or from /")
		}
	}
	out.Env = k.values(s, s.env, to, variable.Get().MatchString)
	for _, name := range s.envNames {
		if variable.Get().MatchString(name) && !slices.ContainsFunc(out.Env, func(v Value) bool { return v.Name == name }) {
			out.Env = append(out.Env, Value{name, nixtext.SecretRef(k.secret(slot{s.name, name, to, at, field}, name, "env:"+name))})
		}
	}
	for _, n := range []*doctree.Node{s.headers, s.envHeaders} {
		if n != nil && len(n.Keys) > 0 {
			k.f.note(Lost, n.At, n.Path, "a server with a command has no headers")
		}
	}
	return true
}

func (k *keys) remote(out *Server, s serverOf) bool {
	at, field := s.node.At, s.node.Path
	out.Type = "http"
	if s.kind == "sse" {
		out.Type = "sse"
	}
	url := s.url
	scheme, rest, ok := strings.Cut(url, "://")
	host, _, _ := strings.Cut(strings.SplitN(rest, "?", 2)[0], "/")
	if !ok || scheme != "https" && scheme != "http" || host == "" || k.variables.MatchString(host) || strings.Contains(host, "@") {
		k.f.note(Lost, at, field+".url", "an address begins with https:// or http:// and a host that is written out; the server is left out")
		return false
	}
	to := toHost(scheme + "://" + host)
	value := k.text(slot{s.name, "", to, at, field + ".url"}, url, false)
	if text, plain := value.(string); plain && !address.Get().MatchString(text) {
		k.f.note(Lost, at, field+".url", "the address has characters that one in a profile cannot have; the server is left out")
		return false
	}
	out.URL = value
	out.Headers = k.values(s, s.headers, to, header.Get().MatchString)
	if s.bearer != "" {
		ref := nixtext.SecretRef(k.secret(slot{s.name, s.bearer, to, at, field}, s.bearer, "env:"+s.bearer))
		out.Headers = append(out.Headers, Value{"Authorization", nixtext.Format{Template: "Bearer {}", Refs: []nixtext.SecretRef{ref}}})
	}
	if s.envHeaders != nil {
		for _, name := range s.envHeaders.Keys {
			from, ok := s.envHeaders.Get(name).String()
			if ok && header.Get().MatchString(name) && variable.Get().MatchString(from) {
				out.Headers = append(out.Headers, Value{name, nixtext.SecretRef(k.secret(slot{s.name, from, to, at, field}, from, "env:"+from))})
			}
		}
	}
	if s.env != nil && len(s.env.Keys) > 0 {
		k.f.note(Lost, s.env.At, s.env.Path, "a server with an address has no environment")
	}
	return true
}

// values are the variables or headers of an object.
func (k *keys) values(s serverOf, n *doctree.Node, to string, valid func(string) bool) []Value {
	var out []Value
	if n == nil {
		return nil
	}
	for _, name := range n.Keys {
		v := n.Get(name)
		text, ok := v.String()
		if v.Is(doctree.Number) || v.Is(doctree.Bool) {
			text, ok = v.Text, true
		}
		folded := func(other Value) bool { return strings.EqualFold(other.Name, name) }
		switch {
		case !ok || strings.ContainsAny(text, "\x00\n\r"):
			k.f.note(Lost, v.At, v.Path, "a value is a string on one line")
		case !valid(name) || len(name) > 128 || len(out) == 64 || slices.ContainsFunc(out, folded) && n == s.headers:
			k.f.note(Lost, v.At, n.Path, "a name is not one that a profile can have, or is there twice")
		case slices.Contains(connection, strings.ToLower(name)) && n == s.headers:
			k.f.note(Lost, v.At, v.Path, "the header belongs to the connection")
		default:
			out = append(out, Value{name, k.text(slot{s.name, name, to, v.At, v.Path}, text, true)})
		}
	}
	return out
}

// connection are headers that a manifest refuses, in lowercase.
var connection = []string{"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive", "proxy-authorization", "proxy-connection", "content-type", "accept-encoding", "expect"}

// mcpServers reads the object of .mcp.json and of files that have the same form.
func (k *keys) mcpServers(n *doctree.Node, skip func(name string) bool) {
	if n == nil {
		return
	}
	if !n.Is(doctree.Map) {
		k.f.note(Lost, n.At, n.Path, "must be an object of servers")
		return
	}
	for _, name := range n.Keys {
		v := n.Get(name)
		if !v.Is(doctree.Map) {
			k.f.note(Lost, v.At, v.Path, "must be an object")
			continue
		}
		if v.Get("disabled").True() || v.Get("enabled").False() || skip != nil && skip(name) {
			k.f.note(Lost, v.At, v.Path, "the server is switched off")
			continue
		}
		k.mcpServer(name, v)
	}
}

// mcpServer reads an object of that list.
func (k *keys) mcpServer(name string, v *doctree.Node) {
	s := serverOf{name: name, node: v, env: v.Get("env"), headers: v.Get("headers"), cwd: v.Get("cwd").Or(""), kind: v.Get("type").Or(v.Get("transport").Or(""))}
	if command, ok := v.Get("command").String(); ok {
		s.command = append([]string{command}, v.Get("args").Strings()...)
	} else if list := v.Get("command"); list.Is(doctree.List) { // some write it as one list
		s.command = append(list.Strings(), v.Get("args").Strings()...)
	}
	if s.url = v.Get("url").Or(v.Get("httpUrl").Or(v.Get("serverUrl").Or(""))); s.url != "" && len(s.command) > 0 && s.kind == "" {
		s.url = ""
	}
	if ms, ok := v.Get("timeout").Int(); ok {
		s.timeout = (ms + 999) / 1000
	}
	s.enabled, s.disabled = v.Get("includeTools").Strings(), append(v.Get("excludeTools").Strings(), v.Get("disabledTools").Strings()...)
	if enabled := v.Get("enabledTools"); enabled != nil {
		s.enabled = enabled.Strings()
	}
	s.known = "type transport command args env headers cwd url httpUrl serverUrl disabled enabled timeout includeTools excludeTools enabledTools disabledTools targets"
	k.server(s)
}
