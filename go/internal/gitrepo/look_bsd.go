//go:build darwin || freebsd

package gitrepo

import "syscall"

// times are the seconds of the last modification of the content and of the file.
func times(st *syscall.Stat_t) (modified, changed int64) { return st.Mtimespec.Sec, st.Ctimespec.Sec }
