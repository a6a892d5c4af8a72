package cli

import "golang.org/x/sys/unix"

// moreTyped reports whether further lines are pending at a terminal, as after a paste. It
// discards them, so that no shell runs them as commands.
func moreTyped(fd int) bool {
	waiting, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
	if err != nil || waiting == 0 {
		return false
	}
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
	return true
}
