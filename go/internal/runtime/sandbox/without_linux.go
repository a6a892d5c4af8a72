package sandbox

import (
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	abi "github.com/landlock-lsm/go-landlock/landlock/syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// abiMoves is the first version of Landlock whose rules still allow moving files between
// directories.
const abiMoves = 2

// Without permanently denies a file to this process and everything that it starts. They
// also cannot inspect processes without this restriction, which may have read the file.
// The path must be absolute and real. The restriction also applies to root.
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
