package fetch_test

import (
	"context"
	"net"
	"sync"
	"testing"
)

// fakeDNS answers every question with its answers in turn.
type fakeDNS struct {
	mu      sync.Mutex
	answers []net.IP
	asked   int
}

func (d *fakeDNS) set(ip net.IP) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answers = []net.IP{ip}
}

// serve makes it the resolver of this process until the test ends.
func (d *fakeDNS) serve(t *testing.T) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if reply := d.reply(buffer[:n]); reply != nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = before; conn.Close() })
}

// reply answers the one question of a message: with an address to a question for
// one, with nothing to others.
func (d *fakeDNS) reply(query []byte) []byte {
	const header = 12
	end := header
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the end of the name, its type and class
	if end > len(query) {
		return nil
	}
	reply := append([]byte(nil), query[:end]...)
	copy(reply[2:header], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}) // an answer without an error
	if query[end-3] != 1 {
		return reply
	}
	d.mu.Lock()
	ip := d.answers[d.asked%len(d.answers)].To4()
	d.asked++
	d.mu.Unlock()
	reply[7] = 1
	return append(append(reply, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), ip...)
}
