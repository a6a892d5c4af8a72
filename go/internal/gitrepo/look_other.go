//go:build !linux && !darwin && !freebsd

package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// looker compares files with an index by what every system says of a file: its
// type and its size. The rest is left to the content.
type looker struct {
	root    string
	format  format
	written time.Time
}

func (l *looker) verdict(e *entry) verdict {
	kind := e.mode() & modeType
	if e.flags&(flagAssumeUnchanged|flagSkipWorktree) != 0 || kind == modeDirectory || kind == modeSubmodule {
		return unchanged
	}
	info, err := os.Lstat(filepath.Join(l.root, filepath.FromSlash(e.name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return changed
	case err != nil:
		return unchanged
	case e.flags&flagIntentToAdd != 0:
		return changed
	case kind == modeFile && info.Mode().IsRegular():
		if recorded := e.field(36); recorded != 0 && recorded != uint32(info.Size()) {
			return changed
		}
		return suspect
	case kind == modeLink && (info.Mode()&fs.ModeSymlink != 0 || info.Mode().IsRegular() && !l.format.symlinks):
		return suspect
	}
	return changed
}
