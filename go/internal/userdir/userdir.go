// Package userdir finds the directories of the user, as the XDG specification
// has them: a variable that holds a relative path is ignored, so that no
// directory here depends on the working directory, which a project may fill.
//
//	dir, err := userdir.State("insomnia", "pods") // ~/.local/state/insomnia/pods
//
// Nothing is created and nothing is read but the environment. Each function
// joins elem to its directory; its only error is *Missing.
package userdir

import (
	"os"
	"path/filepath"
)

// Missing is the error for a user without a home directory where the variable
// does not name a directory either.
type Missing struct {
	Variable string // such as XDG_STATE_HOME; HOME for the home directory itself
}

func (m *Missing) Error() string {
	if m.Variable == home {
		return "HOME is not set to an absolute path"
	}
	return "neither " + m.Variable + " nor HOME is set to an absolute path"
}

const home = "HOME"

// Home is the home directory.
func Home(elem ...string) (string, error) {
	dir, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(dir) {
		return "", &Missing{home}
	}
	return below(dir, elem), nil
}

// Config is $XDG_CONFIG_HOME, by default ~/.config.
func Config(elem ...string) (string, error) { return find("XDG_CONFIG_HOME", ".config", elem) }

// State is $XDG_STATE_HOME, by default ~/.local/state.
func State(elem ...string) (string, error) { return find("XDG_STATE_HOME", ".local/state", elem) }

// Data is $XDG_DATA_HOME, by default ~/.local/share.
func Data(elem ...string) (string, error) { return find("XDG_DATA_HOME", ".local/share", elem) }

// Cache is $XDG_CACHE_HOME, by default ~/.cache.
func Cache(elem ...string) (string, error) { return find("XDG_CACHE_HOME", ".cache", elem) }

func find(variable, fallback string, elem []string) (string, error) {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return below(dir, elem), nil
	}
	dir, err := Home(filepath.FromSlash(fallback))
	if err != nil {
		return "", &Missing{variable}
	}
	return below(dir, elem), nil
}

func below(dir string, elem []string) string {
	return filepath.Join(append([]string{dir}, elem...)...)
}
