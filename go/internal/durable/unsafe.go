package durable

import (
	"io/fs"
	"os"
)

// Unsafe returns why another user could replace the files in a directory below
// XDG_STATE_HOME, and how to fix it. Both are empty for a directory that the user owns
// and no one else may write to. info describes the directory itself, as from Lstat.
func Unsafe(dir string, info fs.FileInfo) (what, remedy string) {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return "is a symbolic link, which another user may be able to change",
			"move its target into its place, or set XDG_STATE_HOME to the directory that contains it: " + dir
	case !info.IsDir():
		return "is not a folder", "move it away: " + dir
	}
	return shared(dir, info, "set XDG_STATE_HOME to a folder of yours, or make it yours: chown -R \"$(id -u)\" ")
}

// UnsafeFile is [Unsafe] for a file.
func UnsafeFile(path string, info fs.FileInfo) (what, remedy string) {
	if !info.Mode().IsRegular() {
		return "is not a regular file", "move it away: " + path
	}
	return shared(path, info, "move it away, or make it yours: chown \"$(id -u)\" ")
}

func shared(path string, info fs.FileInfo, claim string) (what, remedy string) {
	owner, known := ownerOf(info)
	switch {
	case known && owner != os.Geteuid():
		return "belongs to another user", claim + path
	case known && info.Mode().Perm()&0o022 != 0:
		return "can be written by other users", "chmod go-w " + path
	}
	return "", ""
}
