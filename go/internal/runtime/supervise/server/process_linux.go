package server

import (
	"encoding/json"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// reap ends the processes that a killed command has left behind.
func reap() {
	for {
		left := wire.Children()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		for _, pid := range left {
			_, _ = syscall.Wait4(pid, nil, 0, nil)
		}
	}
}

// complainInto redirects the output and the standard error of this process to a file.
func complainInto(f *os.File) error {
	for _, fd := range []int{1, 2} {
		if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
			return err
		}
	}
	return f.Close()
}

// dress sets the keys and modes of the program's terminal to those of the user's.
func dress(tty *os.File, modes []byte) {
	var t unix.Termios
	if len(modes) > 0 && json.Unmarshal(modes, &t) == nil {
		_ = unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, &t)
	}
}
