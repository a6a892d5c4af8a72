package wire

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Seclude protects the memory of this process from other processes of the user, and keeps
// it and that of child processes out of core dumps. The limit is 1, because 0 does not
// prevent dumps that are piped to a program.
func Seclude() {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: 1, Max: 1})
}

// Adopt makes this process the parent of every process below it that loses its own.
func Adopt() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }
