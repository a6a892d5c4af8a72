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

// The versions of Landlock that are required to control truncation and renaming, abstract
// sockets and signals, and unix sockets with a path.
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

// devices may be written, subject to their modes.
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm"}

// rules returns the rules that a process applies to itself without bubblewrap. Only named
// paths are accessible, so hidden ones are left out, and with them the names in the
// directories above.
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

// around returns a directory, or its content without some directories.
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
		if entry.Type()&os.ModeSymlink == 0 { // its target is listed under its own name
			list = append(list, around(filepath.Join(dir, entry.Name()), without)...)
		}
	}
	return list
}

// landlock applies rules permanently to this process and everything that it starts. It
// returns an error if the kernel cannot enforce them.
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

// reachableSockets returns the first few unix sockets of other programs that a process
// under the rules can connect to.
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
