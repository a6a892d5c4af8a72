package durable

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
)

// Remedy returns a hint for a write to a directory that failed. The previous content is
// intact.
func Remedy(err error, dir string) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "nothing was lost; make room on the file system of the directory, then try again: df -h " + dir
	case errors.Is(err, syscall.EROFS):
		return "nothing was lost; the file system is read-only: make it writable, or use a directory elsewhere instead of " + dir
	case errors.Is(err, fs.ErrPermission):
		return "check permissions: ls -ld " + dir
	case errors.Is(err, context.DeadlineExceeded):
		return "another command is writing; try again"
	}
	return "check the disk and the directory: ls -la " + dir
}
