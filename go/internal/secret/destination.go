package secret

import (
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
	"github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Destination is the recipient of a secret: exactly one of Host, Command and Unknown is
// set.
type Destination struct {
	// Host is the host of an API, in the one way to write it: api.example.org for
	// https at its own port, api.example.org:8443, http://localhost:8080.
	Host string `json:"host,omitempty"`
	// Command is the argv of a local program that would get it in its environment or in an
	// argument, where {NAME} is replaced by the secret.
	Command []string `json:"command,omitempty"`
	// Arguments are the arguments that hold secrets, in order; the first is 1.
	Arguments []int `json:"arguments,omitempty"`
	// Env are the literal variables that the profile sets for the command, as NAME=VALUE
	// in order, without those that are harmless for every program; {NAME} in a value is
	// replaced by a secret.
	Env []string `json:"env,omitempty"`
	// Variables are the variables of the command that get values of secrets, in order.
	Variables []string `json:"variables,omitempty"`
	// Cwd is the directory that the profile starts the command in; empty for none.
	Cwd string `json:"cwd,omitempty"`
	// Unknown explains why the destination is unknown; the secret then goes nowhere.
	Unknown string `json:"unknown,omitempty"`
}

// String names the destination in a message.
func (d Destination) String() string {
	switch {
	case d.Host != "":
		return d.Host
	case len(d.Command) > 0:
		return "the command " + JoinWords(d.Command)
	}
	return "an unknown host"
}

func modelHost(m manifest.Model) Destination {
	if m.BaseURL != nil {
		return urlHost(*m.BaseURL)
	}
	if host := provider.ModelHost(string(m.Provider)); host != "" {
		return Destination{Host: host}
	}
	return Destination{Unknown: "the host of the provider " + diag.Quote(string(m.Provider)) + " is not known; set model.baseUrl"}
}

func searchHost(m *manifest.Manifest) Destination {
	service := m.Web.Search.Provider
	if service == nil { // the provider of the model searches
		return modelHost(m.Model)
	}
	if host := provider.SearchHost(string(*service)); host != "" {
		return Destination{Host: host}
	}
	return Destination{Unknown: "the host of the search provider " + diag.Quote(string(*service)) + " is not known"}
}

func serverHost(server manifest.MCPServer) Destination {
	if server.URL == nil {
		return Destination{Unknown: "the MCP server has no url, so its headers go nowhere"}
	}
	address := server.URL.Text
	if secret := server.URL.Secret; secret != nil {
		// The text before the first secret must contain the whole host, or the host is
		// unknown.
		pieces, err := secret.Template.Pieces()
		scheme, rest, _ := strings.Cut(pieces[0], "://")
		host, _, whole := strings.Cut(rest, "/")
		if err != nil || !whole {
			return Destination{Unknown: "a secret is in the host of the address of the MCP server"}
		}
		address = manifest.URL(scheme + "://" + host + "/")
	}
	return urlHost(address)
}

func serverCommand(server manifest.MCPServer) Destination {
	if server.Command == nil {
		return Destination{Unknown: "the MCP server has no command, so its env goes nowhere"}
	}
	argv := []string{string(*server.Command)}
	to := Destination{}
	for i, arg := range server.Args {
		argv = append(argv, arg.String())
		if arg.Secret != nil {
			to.Arguments = append(to.Arguments, i+1)
		}
	}
	to.Command = argv
	for _, key := range slices.Sorted(maps.Keys(server.Env)) {
		name, value := string(key), server.Env[key]
		switch {
		case value.Type == manifest.SecretFormatType:
			// The text around a secret is as free as a literal, so that it is bound like one.
			to.Env = append(to.Env, name+"="+value.Secret().String())
			to.Variables = append(to.Variables, name)
		case value.Type != "":
			to.Variables = append(to.Variables, name)
		case value.Value == nil:
			to.Env = append(to.Env, name+"=")
		case !envvar.Harmless(name, *value.Value):
			to.Env = append(to.Env, name+"="+*value.Value)
		}
	}
	if server.Cwd != nil {
		to.Cwd = string(*server.Cwd)
	}
	return to
}

// isHost reports whether a text can be the name of a host in a binding.
func isHost(text string) bool {
	for i := range len(text) {
		c := text[i]
		inner := (c == '.' || c == '-') && i > 0 && i < len(text)-1
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && !inner {
			return false
		}
	}
	return text != ""
}

// urlHost is the host of an address. Unencrypted http is another destination
// than https, and so is another port.
func urlHost(address manifest.URL) Destination {
	u, err := url.Parse(string(address))
	if err != nil || u.User != nil {
		return Destination{Unknown: "the address has no host that can be bound"}
	}
	host, scheme, standard := strings.ToLower(u.Hostname()), "", 443
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() && ip.Zone() == "" {
		host = "[" + ip.String() + "]"
	} else if !isHost(host) {
		return Destination{Unknown: "the address has no host that can be bound"}
	}
	if u.Scheme != "https" {
		scheme, standard = "http://", 80
	}
	if text := u.Port(); text != "" {
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > 65535 {
			return Destination{Unknown: "the address has a port that does not exist"}
		}
		if port != standard {
			host += ":" + strconv.Itoa(port)
		}
	}
	return Destination{Host: scheme + host}
}
