package supervise

import (
	"encoding/json"
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// termiosOf describes the keys and modes of a terminal, for the program's own.
func termiosOf(f *os.File) []byte {
	t, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return nil
	}
	data, _ := json.Marshal(t)
	return data
}

// restoreTermios brings a terminal back, and drops what it has answered to the program
// and nobody has read: the shell would take it for what was typed.
func restoreTermios(fd int, before *term.State) {
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
	_ = term.Restore(fd, before)
}
