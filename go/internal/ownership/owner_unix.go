//go:build unix

package ownership

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

// sharedWith reports whether every user may write to a directory.
func sharedWith(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }
