package fetch

import "syscall"

// ownSession takes the terminal away, so that nothing asks there, and ties the
// child to us: it dies when this program is killed.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}
