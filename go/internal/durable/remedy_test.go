package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// A hint is about what failed: on a full disk it is about room.
func TestRemedy(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "make room on the file system of the directory, then try again: df -h /d"},
		{syscall.EDQUOT, "make room"},
		{syscall.EFBIG, "make room"},
		{syscall.EROFS, "read-only"},
		{syscall.EACCES, "check permissions: ls -ld /d"},
		{syscall.EPERM, "check permissions"},
		{syscall.EIO, "check the disk"},
		{errors.New("x"), "check the disk"},
		{context.DeadlineExceeded, "another command is writing"},
	} {
		wrapped := errors.Join(fmt.Errorf("writing: %w", &fs.PathError{Op: "write", Path: "/d/f", Err: test.err}), errors.New("y"))
		if got := Remedy(wrapped, "/d"); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.err, got)
		}
	}
}
