package server

import (
	"encoding/json"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// reap ends what a command that was killed has left behind.
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

// complainInto makes a file the output and the standard error of this process.
func complainInto(f *os.File) error {
	for _, fd := range []int{1, 2} {
		if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
			return err
		}
	}
	return f.Close()
}

// dress gives the program's terminal the keys and modes of the user's.
func dress(tty *os.File, modes []byte) {
	var t unix.Termios
	if len(modes) > 0 && json.Unmarshal(modes, &t) == nil {
		_ = unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, &t)
	}
}
