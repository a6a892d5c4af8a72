package guard

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

const noFollow = unix.O_NOFOLLOW

// peer returns the process at the other end of a connection; ok is false unless it
// belongs to this user.
func peer(c net.Conn) (pid int, ok bool) {
	u, isUnix := c.(*net.UnixConn)
	if !isUnix {
		return 0, false
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return 0, false
	}
	_ = raw.Control(func(fd uintptr) {
		cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err == nil && int(cred.Uid) == os.Getuid() {
			pid, ok = int(cred.Pid), true
		}
	})
	return pid, ok
}
