//go:build unix

package realpath

import (
	"errors"
	"syscall"
)

func notDirectory(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
