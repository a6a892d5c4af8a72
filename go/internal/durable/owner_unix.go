//go:build unix

package durable

import (
	"io/fs"
	"syscall"
)

// ownerOf is the user whose file it is, where the file system knows users.
func ownerOf(info fs.FileInfo) (uid int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
