package sandbox

import (
	"fmt"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestPorts(t *testing.T) {
	for _, test := range []struct {
		network manifest.Network
		want    string
	}{
		{"none", "[5432 8080 9000 9001] [3000]"}, {"allowlist", "[5432 8080 9000 9001] [3000]"}, {"full", "[] []"},
	} {
		s := Spec{Manifest: &manifest.Manifest{}, Sockets: "/s"}
		box := &s.Manifest.Sandbox
		box.Network, box.HostPorts, box.PublishedPorts = test.network, []manifest.Port{5432}, []manifest.Port{3000}
		box.AllowedDomains = []manifest.Domain{"localhost", "localhost:8080", "127.0.0.1:9000", "[::1]:9001", "10.0.0.1:5", "example.org:7", "*.localhost:6", "@packages", "localhost:5432"}
		host, published := s.Ports()
		if got := fmt.Sprint(host, published); got != test.want {
			t.Errorf("%s: %s", test.network, got)
		}
		if got := s.PortSocket(5432); got != "/s/port-5432.sock" {
			t.Error(got)
		}
	}
}
