package inner

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/egress"
)

// mostConnections limits the connections that one relay carries at a time.
const mostConnections = 1024

// listen starts to carry connections.
func (r Relay) listen() error {
	l, err := net.Listen("tcp4", r.Listen) // "tcp" would probe IPv6 first
	if err != nil {
		return fmt.Errorf("cannot listen for the program: %w", err)
	}
	go func() {
		slots := make(chan struct{}, mostConnections)
		for {
			c, err := l.Accept()
			if err != nil {
				time.Sleep(10 * time.Millisecond) // out of file descriptors
				continue
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				r.carry(c.(*net.TCPConn))
			}()
		}
	}()
	return nil
}

// listen starts to carry connections from outside. The program does not inherit the
// listener.
func (p Published) listen() error {
	f := os.NewFile(uintptr(p.Descriptor), "published")
	l, err := net.FileListener(f)
	f.Close()
	if err != nil {
		return fmt.Errorf("cannot publish port %d: %w", p.Port, err)
	}
	go func() { _ = egress.Carry(context.Background(), l, p.Port) }()
	return nil
}

// carry copies bytes both ways until both sides have ended.
func (r Relay) carry(c *net.TCPConn) {
	defer c.Close()
	s, err := net.Dial("unix", r.Socket)
	if err != nil {
		return
	}
	service := s.(*net.UnixConn)
	defer service.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pass(service, c)
	}()
	pass(c, service)
	<-done
}

// half is a connection that can be closed in one direction.
type half interface {
	io.ReadWriteCloser
	CloseWrite() error
}

func pass(to, from half) {
	if _, err := io.Copy(to, from); err != nil || to.CloseWrite() != nil {
		to.Close()
		from.Close()
	}
}
