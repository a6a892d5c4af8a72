package egress

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// nothing discards messages of the HTTP server, since the program could write into its
// log.
var nothing = log.New(io.Discard, "", 0)

// tunnel answers CONNECT and copies bytes both ways until both directions have ended.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	if r.URL.Port() == "" {
		answer(w, &refusal{host: r.Host, why: "CONNECT needs a host with a port"})
		return
	}
	outside, err := p.connect(r.Context(), r.Host)
	if err != nil {
		answer(w, err)
		return
	}
	defer outside.Close()
	inside, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer inside.Close()
	inside.SetDeadline(time.Time{})
	if _, err := io.WriteString(inside, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	// Bytes that the program sent right after its request.
	early := io.LimitReader(buffered.Reader, int64(buffered.Reader.Buffered()))
	if _, err := io.Copy(outside, early); err != nil {
		return
	}
	join(r.Context(), inside, outside, p.idle)
}

// join copies bytes both ways and closes both connections at the end. It ends when both
// directions have ended, the context ends, or the tunnel is idle for too long.
func join(ctx context.Context, a, b net.Conn, idle time.Duration) {
	end := func() {
		a.Close()
		b.Close()
	}
	defer end()
	stop := context.AfterFunc(ctx, end)
	defer stop()
	t := &traffic{idle: idle}
	t.seen.Store(time.Now().UnixNano())
	var both sync.WaitGroup
	both.Go(func() { t.carry(a, b) })
	both.Go(func() { t.carry(b, a) })
	both.Wait()
}

// traffic records when a tunnel last carried something.
type traffic struct {
	idle time.Duration
	seen atomic.Int64
}

// carry copies until the end of the stream, an error, or silence in both directions, and
// passes the end on. An error also ends the other direction.
func (t *traffic) carry(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		from.SetReadDeadline(time.Now().Add(t.idle))
		n, err := from.Read(buffer)
		if n > 0 {
			t.seen.Store(time.Now().UnixNano())
			to.SetWriteDeadline(time.Now().Add(t.idle))
			if _, err := to.Write(buffer[:n]); err != nil {
				from.Close()
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Since(time.Unix(0, t.seen.Load())) < t.idle:
		case errors.Is(err, io.EOF):
			if half, ok := to.(interface{ CloseWrite() error }); ok {
				half.CloseWrite()
			} else {
				to.Close()
			}
			return
		default:
			to.Close()
			from.Close()
			return
		}
	}
}

// limited is a listener that accepts connections only while slots are free.
type limited struct {
	net.Listener
	free chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	l.free <- struct{}{}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &counted{Conn: conn, release: sync.OnceFunc(func() { <-l.free })}, nil
}

// counted is a connection that frees its slot when closed.
type counted struct {
	net.Conn
	release func()
}

func (c *counted) Close() error {
	c.release()
	return c.Conn.Close()
}

// CloseWrite ends one direction.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}
