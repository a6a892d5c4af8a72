//go:build unix

package supervise

import (
	"os"
	"sync"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// canShow rejects streams that are not a terminal.
func canShow(t Terminal) error {
	if isatty.IsTerminal(t.In.Fd()) && isatty.IsTerminal(t.Out.Fd()) {
		return nil
	}
	return diag.Errorf(diag.ExitUsage, "not-a-terminal", "cannot show the program: standard input and output must be a terminal").
		Hintf("run this command in a terminal, or start the Pod without one: --print")
}

func sizeOf(f *os.File) wire.Size {
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || rows < 1 || columns < 1 {
		return wire.Size{Rows: 24, Columns: 80}
	}
	return wire.Size{Rows: uint16(min(rows, 10000)), Columns: uint16(min(columns, 10000))}
}

// reader reads typed input until it is canceled, and then takes nothing more from the
// terminal.
type reader struct {
	typed chan []byte
	stop  *os.File
	once  sync.Once
	ended chan struct{}
}

func read(f *os.File) *reader {
	wait, stop, err := os.Pipe()
	r := &reader{typed: make(chan []byte), stop: stop, ended: make(chan struct{})}
	if err != nil {
		close(r.typed)
		close(r.ended)
		return r
	}
	go func() {
		defer close(r.ended)
		defer wait.Close()
		fd, cancelled := int32(f.Fd()), int32(wait.Fd())
		for buffer := make([]byte, 32<<10); ; {
			ready := []unix.PollFd{{Fd: fd, Events: unix.POLLIN}, {Fd: cancelled, Events: unix.POLLIN}}
			if _, err := unix.Poll(ready, -1); err == unix.EINTR {
				continue
			}
			if ready[1].Revents != 0 {
				return
			}
			n, err := unix.Read(int(fd), buffer)
			if err == unix.EINTR || err == unix.EAGAIN {
				continue
			}
			if err != nil || n == 0 {
				close(r.typed)
				return
			}
			r.typed <- append([]byte(nil), buffer[:n]...)
		}
	}()
	return r
}

func (r *reader) cancel() {
	r.once.Do(func() {
		if r.stop == nil {
			return
		}
		r.stop.Close()
		for {
			select {
			case _, open := <-r.typed: // drop what was read last
				if !open {
					return
				}
			case <-r.ended:
				return
			}
		}
	})
}
