package sandbox

import (
	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Confine puts this process and all that it starts behind rules, for ever; nil are none.
// In any case it makes descriptors close when the program starts, and leaves the keyring
// of the session, in which the user may have keys: for the calling thread alone, which
// must be the one that starts the program.
func Confine(r *Rules) error {
	closeInherited()
	// Where there are no keyrings, there is nothing to leave.
	_, _ = unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0)
	if r == nil {
		return nil
	}
	if err := r.landlock(); err != nil {
		return diag.Errorf(diag.ExitState, "sandbox-walls", "cannot build the walls of the sandbox: %v", err).Hintf("install bubblewrap")
	}
	return nil
}
