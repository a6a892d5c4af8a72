//go:build unix && !linux

package shortrun

import "syscall"

func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
