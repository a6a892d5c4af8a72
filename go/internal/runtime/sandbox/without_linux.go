package sandbox

import (
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	abi "github.com/landlock-lsm/go-landlock/landlock/syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// abiMoves is the version of Landlock from which files can still be moved between
// directories behind its rules.
const abiMoves = 2

// Without keeps this process and all that it starts from reading a file, and from looking
// into processes that are not kept from it: those that have read it. The path is absolute
// and real. It is for ever, and holds for root as well.
func Without(file string) error {
	if landlockABI() < abiMoves {
		return diag.Errorf(diag.ExitMissing, "sandbox-landlock", "cannot keep commands from reading a file: the kernel has no Landlock, or an old one")
	}
	config, err := landlock.NewConfig(landlock.AccessFSSet(abi.AccessFSReadFile | abi.AccessFSRefer))
	if err != nil {
		return err
	}
	var rules []landlock.Rule
	for _, path := range around("/", []string{filepath.Clean(file)}) {
		allowed := landlock.AccessFSSet(abi.AccessFSReadFile)
		if directory(path) {
			allowed |= abi.AccessFSRefer
		}
		rules = append(rules, landlock.PathAccess(allowed, path).IgnoreIfMissing())
	}
	return config.Restrict(rules...)
}

// HidesFiles reports whether [Without] works on this machine.
func (m Mechanism) HidesFiles() bool { return m.abi >= abiMoves }
