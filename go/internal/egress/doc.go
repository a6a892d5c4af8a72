// Package egress is the proxy that a Pod reaches the network by: it connects to the
// hosts that sandbox.allowedDomains names, and to nothing else.
//
//	proxy := egress.New(egress.Config{Domains: m.Sandbox.AllowedDomains, Hosts: hosts, Log: log})
//	err := proxy.Serve(ctx, listener) // a unix socket; ends with the context
//
// It understands CONNECT, and GET and its like of an address that begins with http://.
// Names are looked up here, and the address that was looked at is the one that is
// connected to. Addresses of this machine and of networks behind it are refused unless
// the manifest names the address itself: else whoever answers for an allowed name
// could send a Pod to them.
package egress
