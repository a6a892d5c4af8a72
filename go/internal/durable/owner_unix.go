//go:build unix

package durable

import (
	"io/fs"
	"os"
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

// keep applies the permissions and the owner of an old file to a new one. Files of
// other file systems than the operating system's have neither.
func keep(f File, old fs.FileInfo) error {
	file, ok := f.(*os.File)
	was, known := old.Sys().(*syscall.Stat_t)
	if !ok || !known {
		return nil
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok && (is.Uid != was.Uid || is.Gid != was.Gid) {
		if err := file.Chown(int(was.Uid), int(was.Gid)); err != nil {
			return err
		}
	}
	return file.Chmod(old.Mode().Perm())
}
