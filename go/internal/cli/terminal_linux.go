package cli

import "golang.org/x/sys/unix"

// moreTyped tells whether further lines wait at a terminal, as after a paste,
// and throws them away, so that no shell takes them for commands.
func moreTyped(fd int) bool {
	waiting, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
	if err != nil || waiting == 0 {
		return false
	}
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
	return true
}
