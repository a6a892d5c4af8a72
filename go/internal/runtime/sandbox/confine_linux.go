package sandbox

import (
	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Confine applies rules permanently to this process and everything that it starts; nil
// applies none. In any case, descriptors are closed when the program starts. The process
// also leaves the keyring of the session, in which the user may have keys. That only
// affects the calling thread, which must be the one that starts the program.
func Confine(r *Rules) error {
	closeInherited()
	// Without keyrings, there is nothing to leave.
	_, _ = unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0)
	if r == nil {
		return nil
	}
	if err := r.landlock(); err != nil {
		return diag.Errorf(diag.ExitState, "sandbox-walls", "cannot build the walls of the sandbox: %v", err).Hintf("install bubblewrap")
	}
	return nil
}
