package sandbox

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Ports are the ports of the loopback interface that are carried through the walls:
// those of this machine that commands reach (sandbox.hostPorts, and the entries of
// sandbox.allowedDomains that name the loopback interface with a port), and those of
// commands that this machine reaches (sandbox.publishedPorts). There are none where the
// interface is the same on both sides.
func (s *Spec) Ports() (host, published []uint16) {
	box := &s.Manifest.Sandbox
	if box.Network == "full" {
		return nil, nil
	}
	for _, port := range box.HostPorts {
		host = append(host, uint16(port))
	}
	for _, text := range box.AllowedDomains {
		domain, err := grammar.ParseDomain(string(text))
		if err != nil {
			continue
		}
		name, port := domain.Host()
		addr, err := netip.ParseAddr(name)
		if port != 0 && (name == "localhost" || err == nil && addr.IsLoopback()) {
			host = append(host, port)
		}
	}
	for _, port := range box.PublishedPorts {
		published = append(published, uint16(port))
	}
	slices.Sort(host)
	return slices.Compact(host), published
}

// PortSocket is the path of the unix socket that carries connections to a port of this
// machine.
func (s *Spec) PortSocket(port uint16) string {
	return filepath.Join(s.Sockets, "port-"+strconv.Itoa(int(port))+".sock")
}
