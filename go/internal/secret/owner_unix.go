//go:build unix

package secret

import (
	"io/fs"
	"syscall"
)

// openFlags keep an open from following a link, and from waiting for a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

const sharedBits = true

// ownerOf is the user id of a file's owner, or -1 where there is none.
func ownerOf(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}
