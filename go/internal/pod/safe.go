package pod

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// safe refuses a folder in which somebody else could exchange what is read.
// That of the store and the one around it are ours; what is above may be links.
func (s *Store) safe() error {
	for _, dir := range []string{filepath.Dir(s.dir), s.dir} {
		info, err := s.fs.Lstat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return diag.Errorf(diag.ExitState, "pods-unreadable", "the folder %s cannot be read: %v", dir, reason(err)).
				Hintf("give yourself the right to read it and the folders above it")
		}
		if err := refuseFolder(dir, info); err != nil {
			return err
		}
	}
	return nil
}

func refuseFolder(dir string, info fs.FileInfo) error {
	refused := func(what, remedy string) error {
		return diag.Errorf(diag.ExitRefused, "unsafe-state", "the folder of the Pods is refused: %s %s", dir, what).Hintf(remedy, dir)
	}
	owner, known := ownerOf(info)
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return refused("is a symbolic link, which whoever can change it leads elsewhere",
			"move what it leads to into its place, or set XDG_STATE_HOME to the folder around it: %s")
	case !info.IsDir():
		return refused("is not a folder", "move it away: %s")
	case known && owner != os.Geteuid():
		return refused("belongs to another user", "set XDG_STATE_HOME to a folder of yours, or make it yours: chown -R \"$(id -u)\" %s")
	case known && info.Mode().Perm()&0o022 != 0:
		return refused("can be written by other users", "chmod go-w %s")
	}
	return nil
}
