//go:build unix

package cli

import (
	"os"
	"syscall"
)

// unbreakable is the same stream under another number: a broken pipe is an error
// when it is written to, and not the silent death that Go has for the numbers 1
// and 2.
func unbreakable(f *os.File, number int) *os.File {
	fd, err := syscall.Dup(number)
	if err != nil {
		return f
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), f.Name())
}
