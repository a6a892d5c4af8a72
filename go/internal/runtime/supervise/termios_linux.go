package supervise

import (
	"encoding/json"
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// termiosOf describes the keys and modes of a terminal, to apply them to the program's
// own.
func termiosOf(f *os.File) []byte {
	t, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return nil
	}
	data, _ := json.Marshal(t)
	return data
}

// restoreTermios restores the state of a terminal. It discards unread answers of the
// terminal to the program, which the shell would take for typed input.
func restoreTermios(fd int, before *term.State) {
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
	_ = term.Restore(fd, before)
}
