//go:build linux || darwin || freebsd

package gitrepo

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"
)

// looker compares files with the stat data in an index, as git does.
type looker struct {
	root    string
	format  format
	written time.Time
	dir     string // the directory of the last file, known to be one
	plain   map[string]bool
	path    []byte
}

func (l *looker) lstat(name string) (st syscall.Stat_t, err error) {
	for {
		if err = syscall.Lstat(l.root+"/"+name, &st); err != syscall.EINTR {
			return st, err
		}
	}
}

// isPlain reports whether a directory and those above it are directories and not links.
func (l *looker) isPlain(dir string) bool {
	if dir == "" || dir == l.dir {
		return true
	}
	if known, ok := l.plain[dir]; ok {
		return known
	}
	plain := true
	if i := strings.LastIndexByte(dir, '/'); i >= 0 {
		plain = l.isPlain(dir[:i])
	}
	if plain {
		st, err := l.lstat(dir)
		plain = err == nil && st.Mode&syscall.S_IFMT == syscall.S_IFDIR
	}
	if l.plain == nil {
		l.plain = make(map[string]bool)
	}
	l.plain[dir] = plain
	return plain
}

func (l *looker) verdict(e *entry) verdict {
	name, mode := e.name, e.mode()
	kind := mode & modeType
	if e.flags&flagAssumeUnchanged != 0 || kind == modeSubmodule {
		return unchanged // submodules are not looked at
	}
	if e.flags&flagSkipWorktree != 0 {
		// With a sparse checkout, git drops the flag of files that are there.
		if !l.format.sparseCheckout {
			return unchanged
		}
		if kind == modeDirectory {
			return unchanged
		}
		if _, err := l.lstat(name); err != nil {
			return unchanged
		}
	}
	dir := ""
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		dir = name[:i]
	}
	if !l.isPlain(dir) {
		return changed
	}
	l.dir = dir
	st, err := l.lstat(name)
	switch {
	case errors.Is(err, os.ErrNotExist), err == syscall.ENOTDIR:
		return changed
	case err != nil:
		return unchanged // git reports that it cannot look, and continues
	case e.flags&flagIntentToAdd != 0:
		return changed
	}
	return l.compare(e, kind, &st)
}

func (l *looker) compare(e *entry, kind uint32, st *syscall.Stat_t) verdict {
	is := uint32(st.Mode) & syscall.S_IFMT
	switch kind {
	case modeLink:
		if is != syscall.S_IFLNK && (l.format.symlinks || is != syscall.S_IFREG) {
			return changed
		}
	case modeFile:
		if is != syscall.S_IFREG || l.format.fileMode && (e.mode()^uint32(st.Mode))&0o100 != 0 {
			return changed
		}
	default:
		return changed
	}
	size, recorded := uint32(st.Size), e.field(36)
	if size == 0 && st.Size != 0 {
		size = 0x80000000 // what git writes for a multiple of 4 GiB
	}
	if size != recorded && recorded != 0 {
		return changed
	}
	modified, changedAt := times(st)
	if size != recorded || e.field(0) != uint32(changedAt) || e.field(8) != uint32(modified) ||
		e.field(20) != uint32(st.Ino) || e.field(28) != st.Uid || e.field(32) != st.Gid {
		return suspect
	}
	// A file that was written after the index, or in the same second, can have
	// changed without that these data did.
	if l.written.Unix() <= int64(e.field(8)) {
		return suspect
	}
	// Git records no size for a file that it could not tell apart from its stat data.
	if recorded == 0 && e.id() != emptyBlob(len(e.id())) {
		return suspect
	}
	return unchanged
}
