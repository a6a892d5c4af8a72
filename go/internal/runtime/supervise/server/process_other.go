//go:build unix && !linux

package server

import (
	"os"
	"syscall"
)

func reap() {}

func complainInto(f *os.File) error {
	for _, fd := range []int{1, 2} {
		if err := syscall.Dup2(int(f.Fd()), fd); err != nil {
			return err
		}
	}
	return f.Close()
}

func dress(*os.File, []byte) {}
