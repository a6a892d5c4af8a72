package egress

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"
)

// Carry forwards each connection of a listener to a loopback port until the context ends,
// and then closes the listener. It works in both directions through the walls. Outside,
// it forwards from a unix socket of the Pod to a port of this machine
// (sandbox.hostPorts). Inside, it forwards from an inherited listener to a port that
// commands listen on (sandbox.publishedPorts).
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
			// Out of file descriptors: some become free when other connections end.
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

// loopback connects to a loopback port, over IPv4 or else IPv6.
func loopback(ctx context.Context, port uint16) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialPatience}
	text := strconv.Itoa(int(port))
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", text))
	if err != nil {
		conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort("::1", text))
	}
	return conn, err
}
