// Package egress is the proxy that a Pod reaches the network by: it connects to the hosts that the manifest allows.
package egress
