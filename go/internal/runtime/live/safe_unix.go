//go:build unix

package live

import (
	"os"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// safe rejects a directory that another user could write to.
func safe(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || ok && int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o077 != 0 {
		return diag.Errorf(diag.ExitState, "run-unsafe", "the directory %s must be yours alone", dir).
			Hintf("look at it, and then: chmod 700 %s", dir)
	}
	return nil
}

const noFollow = syscall.O_NOFOLLOW
