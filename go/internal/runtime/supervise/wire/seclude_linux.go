package wire

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Seclude keeps the memory of this process from other processes of the user and from
// disks, and the memory of what it starts from disks. A limit of 1 holds where dumps go to
// a program, which one of 0 does not.
func Seclude() {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: 1, Max: 1})
}

// Adopt makes this process the parent of every process below it that loses its own.
func Adopt() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }
