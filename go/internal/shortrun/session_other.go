//go:build !unix

package shortrun

import (
	"os"
	"syscall"
)

func ownSession() *syscall.SysProcAttr { return nil }

func killGroup(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
