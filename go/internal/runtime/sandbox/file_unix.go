//go:build unix

package sandbox

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// writableFile reports whether the mode of a file allows this process to write it.
func writableFile(path string) bool { return unix.Access(path, unix.W_OK) == nil }

// identity returns the identity of a file, and whether it is a regular file with several
// names.
func identity(info fs.FileInfo) (file, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return file{}, false
	}
	return file{uint64(stat.Dev), uint64(stat.Ino)}, info.Mode().IsRegular() && stat.Nlink > 1
}
