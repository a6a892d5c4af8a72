package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// credentials is the variable with the directory that systemd makes for a service.
const credentials = "CREDENTIALS_DIRECTORY"

// mount is the backend `mount:NAME` and `mount:/PATH`: a file that systemd, a
// container engine or Kubernetes put there. A NAME is in $CREDENTIALS_DIRECTORY.
//
// Other than with `file:`, root may own the file, its group may read it, and it
// may be a link, as long as every link stays below the directory of the file:
// Kubernetes makes NAME -> ..data/NAME and ..data -> ..TIME. Nobody but root and
// the user may be able to change the file or what is on the way to it. A file
// that everybody can read is taken only where everybody cannot get to it: below
// a directory that is closed to others, or on a read-only file system in memory.
type mount struct{}

func (mount) check(bound Binding) error {
	place := bound.place()
	if filepath.IsAbs(place) && filepath.Clean(place) != "/" ||
		place != "" && place != "." && place != ".." && !strings.ContainsAny(place, `/\`) {
		return nil
	}
	return bound.problem(diag.ExitUsage, "secret-place", "is bound to what cannot be a mounted secret").
		Expectedf("mount:/PATH, or mount:NAME for a file in $%s", credentials)
}

func (mount) read(_ context.Context, bound Binding) ([]byte, error) {
	path := bound.place()
	if !filepath.IsAbs(path) {
		dir := os.Getenv(credentials)
		if !filepath.IsAbs(dir) {
			return nil, bound.problem(diag.ExitNotFound, "secret-missing", "is bound to the credential %s, but $%s is not set to a directory", path, credentials).
				Hintf("start insomnia in a unit that has LoadCredential=%s:/PATH, or bind an absolute path: mount:/PATH", path)
		}
		path = filepath.Join(dir, path)
	}
	value, err := readMounted(filepath.Clean(path), true)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, bound.problem(diag.ExitNotFound, "secret-missing", "is bound to %s, which is not there", path).
			Hintf("check that it is mounted: ls -l %s", shell(filepath.Dir(path)))
	case errors.Is(err, bounded.ErrTooLarge):
		return nil, bound.because(errTooLarge)
	case errors.Is(err, bounded.ErrNotRegular):
		return nil, bound.because(unsafef("mount a regular file", "%s is not a regular file", path))
	case err != nil:
		return nil, bound.because(err)
	}
	return TrimLineBreak(value), nil
}

// readMounted reads a file below its own directory. Kubernetes exchanges all of
// a directory at once, so that a file may go while it is looked at: then it is
// read once more.
func readMounted(path string, again bool) ([]byte, error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if link, err := os.Lstat(path); err == nil && !rootOrSelf(link) {
		return nil, unsafef("remove it, and mount the file", "%s belongs to another user", path)
	}
	file, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.Base(path)))
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(dir, file)
	if err != nil || !filepath.IsLocal(name) {
		return nil, unsafef("mount the file itself there, or bind the path that the link resolves to", "%s is a link out of its directory", path)
	}
	closed, err := closedWay(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	root, err := bounded.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err == nil {
		err = judgeMounted(file, info, closed || onlyInMemory(file))
	}
	var value []byte
	if err == nil {
		value, err = root.ReadFile(name, MaxBytes+2)
	}
	if again && errors.Is(err, fs.ErrNotExist) {
		return readMounted(path, false)
	}
	return value, err
}

// judgeMounted refuses a file that another user could have written, or that all
// can read where it is not kept from them in another way.
func judgeMounted(path string, info fs.FileInfo, kept bool) error {
	mode := info.Mode().Perm()
	switch {
	case !info.Mode().IsRegular():
		return bounded.ErrNotRegular
	case !rootOrSelf(info):
		return unsafef(fmt.Sprintf("sudo chown %d %s", os.Geteuid(), shell(path)), "%s belongs to another user", path)
	case sharedBits && mode&0o022 != 0:
		return unsafef("chmod go-w "+shell(path), "%s can be written by others (mode %04o)", path, mode)
	case sharedBits && mode&0o004 != 0 && !kept:
		return unsafef("chmod o-r "+shell(path), "%s can be read by everybody (mode %04o), and is not on a read-only file system in memory", path, mode)
	}
	return nil
}

// closedWay refuses a directory that others could exchange, or one above it.
// closed reports whether others cannot enter one of them.
func closedWay(dir string) (closed bool, err error) {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err != nil {
			return false, err
		}
		mode := info.Mode()
		switch {
		case !rootOrSelf(info):
			return false, unsafef("mount the file below directories of root or your own", "%s belongs to another user", dir)
		case sharedBits && mode.Perm()&0o022 != 0 && mode&fs.ModeSticky == 0:
			return false, unsafef("chmod go-w "+shell(dir), "%s can be written by others (mode %04o)", dir, mode.Perm())
		}
		closed = closed || sharedBits && mode.Perm()&0o001 == 0
		if dir == filepath.Dir(dir) {
			return closed, nil
		}
	}
}

func rootOrSelf(info fs.FileInfo) bool {
	owner := ownerOf(info)
	return owner <= 0 || owner == os.Geteuid()
}
