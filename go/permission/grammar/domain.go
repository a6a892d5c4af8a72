package grammar

import (
	"net/netip"
	"slices"
	"strings"
)

// The groups of hosts. Which hosts those of the first two are, only the machine
// knows which a Pod starts on.
const (
	GroupPackages   = "@packages"    // the registries that its package managers are configured with
	GroupGitRemotes = "@git-remotes" // the hosts of the workspace's git remotes
	GroupNix        = "@nix"         // every host, by builds of its Nix daemon alone
)

// Groups are all groups of hosts.
func Groups() []string { return []string{GroupPackages, GroupGitRemotes, GroupNix} }

// CheckDomain reports why a text cannot name hosts of an allowlist: a host name or
// an IP address, with or without a port, *. and a domain for its subdomains, or one
// of [Groups]. Upper case counts as lower. The error is a [*Problem] with the code
// "domain".
func CheckDomain(text string) error {
	if problem := checkDomain(text); problem != nil {
		return problem
	}
	return nil
}

func checkDomain(text string) *Problem {
	bad := func(format string, args ...any) *Problem {
		return problemf("domain", "domain `%s`: %s", text, problemf("", format, args...).Message)
	}
	group := strings.HasPrefix(text, "@")
	if group && !slices.Contains(Groups(), text) {
		return bad("unknown group").hintf("write `@packages` for the registries of this machine's package managers, `@git-remotes` for the hosts of the workspace's remotes, or `@nix` for what builds of its Nix daemon reach")
	}
	return checkHosts(text, group, true, bad)
}

// CheckSearchDomain is [CheckDomain] without ports and groups: results of a search
// are filtered by host alone.
func CheckSearchDomain(text string) error {
	bad := func(format string, args ...any) *Problem {
		return problemf("domain", "domain `%s`: %s", text, problemf("", format, args...).Message)
	}
	if problem := checkHosts(text, false, false, bad); problem != nil {
		return problem
	}
	return nil
}

func checkHosts(text string, group, ports bool, bad func(string, ...any) *Problem) *Problem {
	switch {
	case group:
		return nil
	case text == "":
		return problemf("domain", "the domain is empty").hintf("write a host, such as `example.com`, or remove the entry")
	case text == "*" && ports:
		return bad("a star alone is every host").hintf("set network = \"full\" and remove allowedDomains")
	case text == "*":
		return bad("a star alone is every host").hintf("leave the list empty for every host")
	}
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return bad("a domain has no scheme such as `%s`", scheme+"://").hintf("write the host alone: `%s`", host)
	}
	if host, _, ok := strings.Cut(text, "/"); ok {
		return bad("a domain has no path").hintf("write the host alone: `%s`", host)
	}
	name := text
	if _, err := netip.ParseAddr(text); err == nil && strings.Contains(text, ":") {
		name = "[" + text + "]"
	} else {
		var port uint16
		var problem *Problem
		if name, port, problem = splitPort(text, bad); problem != nil {
			return problem.hintf("write a number from 1 to 65535, or leave the port out for 80 and 443")
		}
		if port != 0 && !ports {
			return bad("results are filtered by host, not by port").hintf("write `%s`", name)
		}
	}
	domain, below := strings.CutPrefix(name, "*.")
	if strings.Contains(domain, "*") {
		return bad("a star may only be the first label").hintf("write `*.` and the domain for its subdomains, such as `*.example.com`")
	}
	host, problem := HostName(domain)
	if problem != nil {
		return bad("%s", problem.Message).hintf("%s", problem.Hint)
	}
	if strings.HasSuffix(domain, ".") {
		return bad("ends in a dot").hintf("write `%s`", strings.TrimSuffix(text, "."))
	}
	if _, err := netip.ParseAddr(host); err == nil && below {
		return bad("an IP address has no subdomains").hintf("write each address")
	}
	return nil
}

// Domain is an entry of an allowlist of hosts. The zero value matches nothing.
type Domain struct {
	group, name string
	below       bool
	port        uint16 // 0 for 80 and 443
}

// ParseDomain parses an entry of an allowlist. The error is that of [CheckDomain].
func ParseDomain(text string) (Domain, error) {
	if problem := checkDomain(text); problem != nil {
		return Domain{}, problem
	}
	if strings.HasPrefix(text, "@") {
		return Domain{group: text}, nil
	}
	name, port := text, uint16(0)
	if _, err := netip.ParseAddr(text); err != nil || !strings.Contains(text, ":") {
		name, port, _ = splitPort(text, func(string, ...any) *Problem { return nil })
	} else {
		name = "[" + text + "]"
	}
	name, below := strings.CutPrefix(name, "*.")
	name, _ = HostName(name)
	return Domain{name: name, below: below, port: port}, nil
}

// Group is the group of hosts that the entry is, or empty.
func (d Domain) Group() string { return d.group }

// Host is the one host that the entry names, as [HostName] spells it, with its port, 0
// for 80 and 443. The name is empty for a group and for subdomains.
func (d Domain) Host() (name string, port uint16) {
	if d.below {
		return "", d.port
	}
	return d.name, d.port
}

// Matches reports whether the entry is about a port of a host, which is spelled as
// [HostName] spells it. A group matches nothing.
func (d Domain) Matches(name string, port uint16) bool {
	switch {
	case d.name == "" || d.port != port && (d.port != 0 || port != 80 && port != 443):
		return false
	case d.below:
		return strings.HasSuffix(name, "."+d.name)
	}
	return name == d.name
}
