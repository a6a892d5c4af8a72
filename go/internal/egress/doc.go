// Package egress is the proxy through which a Pod reaches the network. It connects only
// to the hosts in sandbox.allowedDomains.
//
//	proxy := egress.New(egress.Config{Domains: m.Sandbox.AllowedDomains, Hosts: hosts, Log: log})
//	err := proxy.Serve(ctx, listener) // a unix socket; ends with the context
//
// It supports CONNECT, and plain requests such as GET for http:// URLs. It resolves names
// itself and connects to the address it has checked. It refuses addresses of this machine
// and of networks behind it unless the manifest names the address itself. Otherwise the
// DNS server of an allowed name could direct a Pod there.
package egress
