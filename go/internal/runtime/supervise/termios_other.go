//go:build unix && !linux

package supervise

import (
	"os"

	"golang.org/x/term"
)

func termiosOf(*os.File) []byte { return nil }

func restoreTermios(fd int, before *term.State) { _ = term.Restore(fd, before) }
