package inner

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A relay passes everything on, both ways, and each end of a stream.
func TestRelay(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	service, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	go func() {
		for {
			c, err := service.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				all, _ := io.ReadAll(c) // until the program has said all
				fmt.Fprintf(c, "%d ", len(all))
				_, _ = c.Write(all)
			}()
		}
	}()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	if err := (Relay{Listen: address, Socket: socket}).listen(); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	for i := range 50 {
		work.Go(func() {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(20 * time.Second))
			sent := bytes.Repeat([]byte{byte(i)}, 100000+i)
			go func() {
				_, _ = c.Write(sent)
				_ = c.(*net.TCPConn).CloseWrite()
			}()
			got, err := io.ReadAll(c)
			if want := append([]byte(fmt.Sprintf("%d ", len(sent))), sent...); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	work.Wait()
	if err := (Relay{Listen: address, Socket: socket}).listen(); err == nil {
		t.Error("two relays have one port")
	}
	// Without the service a connection ends at once.
	service.Close()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}
}
