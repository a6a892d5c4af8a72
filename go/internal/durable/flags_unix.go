//go:build unix

package durable

import "syscall"

// readFlags keep a link from leading elsewhere and a pipe from being waited for.
const readFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
