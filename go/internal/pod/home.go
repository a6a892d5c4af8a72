package pod

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// DefaultDir returns $XDG_STATE_HOME/insomnia/pods, by default in ~/.local/state.
func DefaultDir() (string, error) {
	dir, err := userdir.State("insomnia", "pods")
	if err != nil {
		return "", diag.Errorf(diag.ExitNotFound, "no-home", "no directory for Pods: %v", err).
			Hintf("set HOME or XDG_STATE_HOME to a directory of yours")
	}
	return dir, nil
}
