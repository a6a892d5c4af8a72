package address

import (
	"net/netip"
	"strings"
)

// Private reports whether the host, as written, is this machine or in the network
// around it. A name that only resolves to such an address is detected when it is
// connected to.
func (a Address) Private() bool {
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		return !Public(ip)
	}
	return a.Host == "localhost" || strings.HasSuffix(a.Host, ".localhost")
}

// Public reports whether an IP address belongs to the open internet: not to this
// machine, a private network, a carrier's, a link (where clouds serve their metadata),
// or a reserved range. IPv4 addresses inside IPv6 ones count.
func Public(ip netip.Addr) bool {
	ip = ip.WithZone("").Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	b := ip.As16()
	if ip.Is4() {
		v4 := ip.As4()
		switch {
		case v4[0] == 0, v4[0] >= 240,
			v4[0] == 100 && v4[1]&0xc0 == 64, // carriers
			v4[0] == 192 && v4[1] == 0 && v4[2] == 0,
			v4[0] == 198 && v4[1]&0xfe == 18: // benchmarks
			return false
		}
		return true
	}
	inside := func(at int) bool { return Public(netip.AddrFrom4([4]byte(b[at : at+4]))) }
	switch {
	case zero(b[:12]): // ::/96
		return inside(12)
	case b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b: // NAT64
		return inside(12)
	case b[0] == 0x20 && b[1] == 0x02: // 6to4
		return inside(2)
	case b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0: // Teredo
		return false
	case b[0] == 0xfe, b[0] == 1 && zero(b[1:8]): // site-local, discard
		return false
	}
	return true
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
