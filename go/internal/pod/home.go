package pod

import (
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// DefaultDir is $XDG_STATE_HOME/insomnia/pods, by default in ~/.local/state.
func DefaultDir() (string, error) {
	// A relative path there is to be ignored, says the XDG specification.
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil || !filepath.IsAbs(home) {
			return "", diag.Errorf(diag.ExitNotFound, "no-home", "there is no folder for Pods").
				Hintf("set HOME or XDG_STATE_HOME to a folder of yours")
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(filepath.Clean(base), "insomnia", "pods"), nil
}
