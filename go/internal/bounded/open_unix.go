//go:build unix

package bounded

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
)

const (
	noFollow    = syscall.O_NOFOLLOW
	nonBlocking = syscall.O_NONBLOCK
)

// readFile uses the system calls themselves: package os would register each
// file with its poller, which costs more than reading a small one.
func readFile(path string, flags int, limit int64) ([]byte, error) {
	var fd int
	err := again(func() (err error) {
		fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|nonBlocking|flags, 0)
		return err
	})
	if err != nil {
		if flags&noFollow != 0 && errors.Is(err, syscall.ELOOP) {
			err = ErrNotRegular
		}
		if errors.Is(err, syscall.ENXIO) { // a socket
			err = ErrNotRegular
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	var stat syscall.Stat_t
	if err := again(func() error { return syscall.Fstat(fd, &stat) }); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if err := judge(path, stat.Mode&syscall.S_IFMT == syscall.S_IFREG, stat.Size, limit); err != nil {
		return nil, err
	}
	return readAll(path, stat.Size, limit, func(b []byte) (n int, err error) {
		err = again(func() error {
			n, err = syscall.Read(fd, b)
			return err
		})
		if err == nil && n == 0 && len(b) > 0 {
			err = io.EOF
		}
		return n, err
	})
}

// again repeats a call that a signal interrupted.
func again(call func() error) error {
	for {
		if err := call(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
