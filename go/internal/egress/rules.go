package egress

import (
	"net"
	"net/netip"
	"slices"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// rules are the entries of an allowlist, with its groups expanded.
type rules []grammar.Domain

// rulesOf parses an allowlist. It leaves out invalid domains, so they allow nothing.
func rulesOf(domains []manifest.Domain, hosts *manifest.Hosts) rules {
	var r rules
	add := func(text string) (group string) {
		d, err := grammar.ParseDomain(text)
		if err != nil {
			return ""
		}
		if d.Group() == "" {
			r = append(r, d)
		}
		return d.Group()
	}
	for _, text := range domains {
		group := add(string(text))
		if hosts == nil {
			continue
		}
		switch group {
		case grammar.GroupPackages:
			for _, host := range hosts.Packages {
				add(host)
			}
		case grammar.GroupGitRemotes:
			for _, host := range hosts.GitRemotes {
				add(host)
			}
		}
	}
	return r
}

// allow reports whether the rules include a port of a host.
func (r rules) allow(name string, port uint16) bool {
	return slices.ContainsFunc(r, func(d grammar.Domain) bool { return d.Matches(name, port) })
}

// ours lists addresses of this machine and of networks behind it that netip does not
// cover.
var ours = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("fec0::/10"),
}

// carriers are IPv6 networks that embed an IPv4 address, with the byte at which it
// begins.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, {netip.MustParsePrefix("64:ff9b:1::/48"), 12},
	{netip.MustParsePrefix("2002::/16"), 2}, {netip.MustParsePrefix("::/96"), 12},
}

// private reports whether an address belongs to this machine or to a network that is not
// part of the internet.
func private(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsValid() || !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != "" ||
		slices.ContainsFunc(ours, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return true
	}
	for _, c := range carriers {
		if c.prefix.Contains(addr) {
			b := addr.As16()
			return private(netip.AddrFrom4([4]byte(b[c.at : c.at+4])))
		}
	}
	return false
}

// own reports whether an address belongs to this machine.
func own(addr netip.Addr) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(addresses, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == addr.Unmap()
	})
}
