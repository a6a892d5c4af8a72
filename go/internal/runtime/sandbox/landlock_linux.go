package sandbox

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/landlock-lsm/go-landlock/landlock"
	abi "github.com/landlock-lsm/go-landlock/landlock/syscall"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const supported = true

// What versions of Landlock are needed for: to hold truncation and renaming, to hold
// unix sockets with a path, to hold abstract ones and signals.
const (
	abiFiles, abiApart, abiSockets = 3, 6, 9
)

func landlockABI() int {
	version, err := abi.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return version
}

// devices may be written, as far as their modes let it.
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm"}

// rules are what a process confines itself to where there is no bubblewrap: what is not
// named cannot be reached. So what is hidden is left out, and with it the names of the
// directories above it.
func (m Mechanism) rules(s Spec) (*Rules, error) {
	for _, dir := range s.Hidden {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, diag.Errorf(diag.ExitState, "sandbox-hidden", "cannot make `%s`: %v", dir, err).Hintf("check the directory: ls -ld %s", filepath.Dir(dir))
		}
	}
	open, err := s.writable()
	if err != nil {
		return nil, err
	}
	r := &Rules{Files: true, Apart: true, Connect: []string{s.Sockets}}
	hidden := s.Hidden
	if s.Manifest.Sandbox.ReadableRoots == nil {
		r.Read = around("/", hidden)
	} else {
		r.Read = slices.Concat(systemDirs, []string{"/proc", "/sys"}, devices)
		for _, dir := range append(s.readable(), s.Workspace) {
			r.Read = append(r.Read, around(dir, hidden)...)
		}
	}
	for _, dir := range open {
		r.Write = append(r.Write, around(dir, hidden)...)
	}
	r.Read = append(r.Read, s.ReadOnly...)
	r.Write = slices.Concat(r.Write, s.Writable, devices)
	return r, nil
}

// around is a directory, or what is in it but some directories.
func around(dir string, without []string) []string {
	if slices.Contains(without, dir) {
		return nil
	}
	if !slices.ContainsFunc(without, func(hidden string) bool { return contains(dir, hidden) }) {
		return []string{dir}
	}
	entries, _ := bounded.ReadDir(dir, maxEntries)
	var list []string
	for _, entry := range entries {
		if entry.Type()&os.ModeSymlink == 0 { // what it leads to has a name of its own
			list = append(list, around(filepath.Join(dir, entry.Name()), without)...)
		}
	}
	return list
}

// landlock puts this process and all that it starts behind rules, for ever. It is an error
// where the kernel cannot hold them.
func (r *Rules) landlock() error {
	abi := landlockABI()
	if r.Files && abi < abiFiles {
		return diag.Errorf(diag.ExitMissing, "sandbox-landlock", "cannot keep files from being written: the kernel has no Landlock, or an old one").Hintf("install bubblewrap")
	}
	var parts []any
	var rules []landlock.Rule
	if r.Apart && abi >= abiApart {
		parts = append(parts, landlock.V6.Scoped)
	}
	if r.Files {
		parts = append(parts, landlock.V9.HandledAccessFS)
		for _, path := range r.Read {
			if directory(path) {
				rules = append(rules, landlock.RODirs(path).IgnoreIfMissing())
			} else {
				rules = append(rules, landlock.ROFiles(path).IgnoreIfMissing())
			}
		}
		for _, path := range r.Write {
			if directory(path) {
				rules = append(rules, landlock.RWDirs(path).WithRefer().WithIoctlDev().IgnoreIfMissing())
			} else {
				rules = append(rules, landlock.RWFiles(path).WithIoctlDev().IgnoreIfMissing())
			}
		}
		for _, path := range r.Connect {
			rules = append(rules, landlock.RODirs(path).WithResolveUnix().IgnoreIfMissing())
		}
	}
	if len(parts) == 0 {
		return nil
	}
	config, err := landlock.NewConfig(parts...)
	if err == nil {
		err = config.BestEffort().Restrict(rules...)
	}
	return err
}

// reachableSockets are unix sockets of other programs that a process behind rules can
// connect to, the first few.
func reachableSockets(s Spec) []string {
	var found []string
	for _, path := range sockets() {
		if !contains(s.Sockets, path) && writableFile(path) {
			found = append(found, diag.Quote(path))
			if len(found) == 3 {
				return found
			}
		}
	}
	return found
}
