package durable

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
)

// Remedy is what helps after a write to a directory has failed, as a hint. What
// was there before the write is still there.
func Remedy(err error, dir string) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "nothing was lost; make room on the file system of the directory, then try again: df -h " + dir
	case errors.Is(err, syscall.EROFS):
		return "nothing was lost; the file system is read-only: make it writable, or use another directory than " + dir
	case errors.Is(err, fs.ErrPermission):
		return "check permissions: ls -ld " + dir
	case errors.Is(err, context.DeadlineExceeded):
		return "another command is writing; try again"
	}
	return "check the disk and the directory: ls -la " + dir
}
