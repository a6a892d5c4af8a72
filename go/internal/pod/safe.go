package pod

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// safe rejects a directory whose files another user could replace. The directory of the
// store and its parent must belong to this user; those above may be links.
func (s *Store) safe() error {
	for _, dir := range []string{filepath.Dir(s.dir), s.dir} {
		info, err := s.fs.Lstat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return diag.Errorf(diag.ExitState, "pods-unreadable", "cannot read the directory %s: %v", dir, bounded.Reason(err)).
				Hintf("check permissions: ls -ld %s, and of the directories above it", dir)
		}
		if what, remedy := durable.Unsafe(dir, info); what != "" {
			return diag.Errorf(diag.ExitRefused, "unsafe-state", "the folder of the Pods is refused: %s %s", dir, what).Hintf("%s", remedy)
		}
	}
	return nil
}
