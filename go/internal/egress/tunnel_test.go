package egress

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// serve runs a server of one kind of connection.
func serve(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	return l.Addr().String()
}

func echo(conn net.Conn) {
	io.Copy(conn, conn)
	conn.(*net.TCPConn).CloseWrite()
}

func TestTunnelBytes(t *testing.T) {
	w := newWorld(t, Config{Domains: []manifest.Domain{"example.org"}})
	w.leadTo(serve(t, echo))
	_, _, conn := w.connect("example.org:443")
	sent := make([]byte, 5<<20)
	rand.Read(sent)
	go func() {
		conn.Write(sent)
		conn.(*net.UnixConn).CloseWrite() // the other direction goes on
	}()
	if got, err := io.ReadAll(conn); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes: %v", len(got), len(sent), err)
	}
}

// What is sent behind the request, before the answer, arrives.
func TestTunnelEarlyBytes(t *testing.T) {
	w := newWorld(t, Config{Domains: []manifest.Domain{"example.org"}})
	w.leadTo(serve(t, echo))
	conn, err := net.Dial("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(conn, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\nearly")
	got := make([]byte, len("HTTP/1.1 200 Connection established\r\n\r\nearly"))
	if _, err := io.ReadFull(conn, got); err != nil || !strings.HasSuffix(string(got), "\r\n\r\nearly") {
		t.Errorf("%q %v", got, err)
	}
}

// Silence in both directions ends a tunnel; in one it does not.
func TestTunnelIdle(t *testing.T) {
	w := newWorld(t, Config{Domains: []manifest.Domain{"example.org"}})
	w.proxy.idle = 2 * time.Second
	w.leadTo(serve(t, func(conn net.Conn) {
		for range 10 {
			time.Sleep(300 * time.Millisecond)
			if _, err := io.WriteString(conn, "x"); err != nil {
				return
			}
		}
	}))
	_, _, conn := w.connect("example.org:443")
	got, _ := io.ReadAll(conn)
	if len(got) != 10 {
		t.Errorf("%d bytes", len(got))
	}
}

// With the proxy all tunnels end.
func TestTunnelEnds(t *testing.T) {
	p := New(Config{Domains: []manifest.Domain{"127.0.0.1"}})
	p.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", serve(t, func(net.Conn) {}))
	}
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Serve(ctx, listener) }()
	w := &world{T: t, socket: socket}
	_, _, conn := w.connect("127.0.0.1:443")
	idle, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error(err)
	}
}

// However many connections are opened, there is an end to those that are served, and
// those that wait are served when others have ended.
func TestConnections(t *testing.T) {
	w := newWorld(t, Config{Domains: []manifest.Domain{"example.org"}})
	w.leadTo(serve(t, echo))
	var open []net.Conn
	for range maxConnections {
		status, says, conn := w.connect("example.org:443")
		if status != 200 {
			t.Fatalf("%d %s", status, says)
		}
		open = append(open, conn)
	}
	served := make(chan int, 1)
	go func() {
		conn, err := net.Dial("unix", w.socket)
		if err != nil {
			served <- -1
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
		n, _ := conn.Read(make([]byte, 100))
		served <- n
	}()
	select {
	case n := <-served:
		t.Errorf("one too many is served: %d", n)
	case <-time.After(300 * time.Millisecond):
	}
	for _, conn := range open {
		conn.Close()
	}
	select {
	case n := <-served:
		if n <= 0 {
			t.Errorf("%d", n)
		}
	case <-time.After(20 * time.Second):
		t.Error("what waited is never served")
	}
}

// A port is carried from a unix socket to the loopback interface and back.
func TestCarry(t *testing.T) {
	var port uint16
	address := serve(t, echo)
	fmt.Sscanf(address[strings.LastIndexByte(address, ':')+1:], "%d", &port)
	dir, err := os.MkdirTemp("", "carry")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("unix", dir+"/s")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Carry(ctx, listener, port) }()
	for range 3 {
		conn, err := net.Dial("unix", dir+"/s")
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "hello")
		conn.(*net.UnixConn).CloseWrite()
		if got, err := io.ReadAll(conn); string(got) != "hello" {
			t.Errorf("%q %v", got, err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("unix", dir+"/s"); err == nil {
		t.Error("it still listens")
	}
}
