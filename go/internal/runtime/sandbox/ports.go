package sandbox

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Ports returns the loopback ports that are forwarded through the walls. host are those
// of this machine for commands: sandbox.hostPorts, and entries of sandbox.allowedDomains
// that name the loopback interface with a port. published are those of commands for this
// machine: sandbox.publishedPorts. Both are empty if the interface is the same on both
// sides.
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

// PortSocket returns the path of the unix socket for connections to a port of this
// machine.
func (s *Spec) PortSocket(port uint16) string {
	return filepath.Join(s.Sockets, "port-"+strconv.Itoa(int(port))+".sock")
}
