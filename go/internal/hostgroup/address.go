package hostgroup

import (
	"net/url"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// ports are those of the schemes that packages and commits come over.
var ports = []struct{ scheme, port string }{
	{"https", ""}, {"http", ""}, {"ssh", "22"}, {"git", "9418"},
}

// hostOf takes the host from an address of a registry or a remote, as an entry of an
// allowlist: with a port where it is neither 80 nor 443. It is empty for an address
// on this machine, and not ok for what names no host in the usual way.
func hostOf(address string) (host string, ok bool) {
	for _, prefix := range []string{"sparse+", "registry+", "git+", "mirror+"} {
		address = strings.TrimPrefix(address, prefix)
	}
	if !strings.Contains(address, "://") {
		return shortHost(address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	scheme := strings.ToLower(u.Scheme)
	if scheme == "file" || scheme == "cdrom" {
		return "", true
	}
	known := slices.IndexFunc(ports, func(p struct{ scheme, port string }) bool { return p.scheme == scheme })
	if known < 0 {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = ports[known].port
	}
	return entry(u.Hostname(), port)
}

// shortHost takes the host from what git writes without a scheme: [USER@]HOST:PATH.
// What has no colon before a slash is a path.
func shortHost(address string) (string, bool) {
	colon := strings.IndexByte(address, ':')
	if strings.Contains(address, "]:") {
		colon = strings.Index(address, "]:") + 1
	}
	if colon < 0 || strings.Contains(address[:colon], "/") {
		return "", true
	}
	if strings.HasPrefix(address[colon:], "::") { // a helper of git
		return "", false
	}
	name := address[:colon]
	name = name[strings.LastIndexByte(name, '@')+1:]
	return entry(strings.Trim(name, "[]"), "22")
}

// entry is a host with a port as an allowlist has it.
func entry(name, port string) (string, bool) {
	text := strings.ToLower(name)
	if port != "" && port != "80" && port != "443" {
		if strings.Contains(text, ":") {
			text = "[" + text + "]"
		}
		text += ":" + port
	}
	// Neither a group nor a star is the name of a host.
	if strings.HasPrefix(text, "@") || strings.HasPrefix(text, "*") || grammar.CheckDomain(text) != nil {
		return "", false
	}
	return text, true
}
