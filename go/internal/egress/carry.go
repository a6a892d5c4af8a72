package egress

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"
)

// Carry connects each connection of a listener to a port of the loopback interface, until
// the context ends, and closes the listener. It carries both ways through the walls: outside,
// from a unix socket of the Pod to a port of this machine (sandbox.hostPorts); inside, from
// a port of this machine, whose listener the process has inherited, to one that commands
// listen on (sandbox.publishedPorts).
func Carry(ctx context.Context, listener net.Listener, port uint16) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	bound := &limited{Listener: listener, free: make(chan struct{}, maxConnections)}
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	for {
		from, err := bound.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			var temporary net.Error
			if errors.As(err, &temporary) && temporary.Timeout() {
				continue
			}
			// No descriptors are left: they are free again when others end.
			select {
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		go func() {
			defer from.Close()
			to, err := loopback(ctx, port)
			if err != nil {
				return
			}
			join(ctx, from, to, idle)
		}()
	}
}

// loopback connects to a port of the loopback interface, of IPv4 or else of IPv6.
func loopback(ctx context.Context, port uint16) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialPatience}
	text := strconv.Itoa(int(port))
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", text))
	if err != nil {
		conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort("::1", text))
	}
	return conn, err
}
