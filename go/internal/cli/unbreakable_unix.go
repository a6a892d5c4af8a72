//go:build unix

package cli

import (
	"os"
	"syscall"
)

// unbreakable returns the same stream under another descriptor. A broken pipe is then an
// error of the write. For descriptors 1 and 2, Go ends the process silently instead.
func unbreakable(f *os.File, number int) *os.File {
	fd, err := syscall.Dup(number)
	if err != nil {
		return f
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), f.Name())
}
