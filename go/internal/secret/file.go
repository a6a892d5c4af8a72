package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// file is the backend `file:PATH`: a file that is the user's alone. PATH is
// absolute or begins with ~/.
type file struct{}

func (file) check(bound Binding) error {
	if _, err := expand(bound.place()); err != nil {
		return bound.problem(diag.ExitUsage, "secret-place", "is bound to a file by a relative path").
			Expectedf("file:/PATH or file:~/PATH")
	}
	return nil
}

func (file) read(_ context.Context, bound Binding) ([]byte, error) {
	path, err := expand(bound.place())
	if err != nil {
		return nil, err
	}
	value, err := readPrivate(path, MaxBytes+2)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, bound.problem(diag.ExitNotFound, "secret-missing", "is bound to %s, which is not there", path).
			Hintf("put the value there, or bind another place: insomnia secret bind %s file:/PATH", bound.Name)
	case err != nil:
		return nil, bound.because(err)
	}
	return TrimLineBreak(value), nil
}

// expand makes a path absolute; it may begin with ~/ but is never relative to
// the working directory, which a project may fill.
func expand(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		var err error
		if path, err = userdir.Home(rest); err != nil {
			return "", err
		}
	}
	if !filepath.IsAbs(path) {
		return "", errors.New("relative path")
	}
	return filepath.Clean(path), nil
}

// unsafe is a file or folder that others could read, write or swap.
type unsafe struct{ what, remedy string }

func (u *unsafe) Error() string { return u.what }

func unsafef(remedy, format string, args ...any) error {
	return &unsafe{fmt.Sprintf(format, args...), remedy}
}

var errTooLarge = errors.New("larger than it may be")

// readPrivate reads a file that belongs to the user and that no other user can open. It
// checks the open file, so that it cannot be swapped after the check.
func readPrivate(path string, most int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		if info, lerr := os.Lstat(path); lerr == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, unsafef("put the file itself there, or bind the target of the link", "%s is a symbolic link", path)
		}
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, unsafef("put a regular file there", "%s is not a regular file", path)
	case ownerOf(info) >= 0 && ownerOf(info) != os.Geteuid():
		return nil, unsafef(fmt.Sprintf("sudo chown %d %s", os.Geteuid(), shell(path)), "%s belongs to another user", path)
	case sharedBits && info.Mode().Perm()&0o077 != 0:
		return nil, unsafef("chmod 600 "+shell(path), "%s can be opened by others (mode %04o)", path, info.Mode().Perm())
	case info.Size() > most:
		return nil, errTooLarge
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		wipe(data)
		return nil, err
	}
	return data, nil
}

// ownFolder refuses a folder that is a link, another user's, or open to others.
func ownFolder(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return unsafef("put the folder itself there", "%s is a symbolic link", path)
	case !info.IsDir():
		return unsafef("move what is there away", "%s is not a directory", path)
	case ownerOf(info) >= 0 && ownerOf(info) != os.Geteuid():
		return unsafef(fmt.Sprintf("sudo chown %d %s", os.Geteuid(), shell(path)), "%s belongs to another user", path)
	case sharedBits && info.Mode().Perm()&0o077 != 0:
		return unsafef("chmod 700 "+shell(path), "%s can be opened by others (mode %04o)", path, info.Mode().Perm())
	}
	return nil
}

// because returns why the place of a secret cannot be read.
func (b Binding) because(err error) error {
	var u *unsafe
	var in *fs.PathError
	switch {
	case errors.As(err, &u):
		return b.problem(diag.ExitRefused, "secret-unsafe", "is not taken: %s", u.what).Hintf("%s", u.remedy)
	case errors.Is(err, errTooLarge):
		return b.problem(diag.ExitRefused, "secret-value", "is larger than 64 KiB")
	case errors.As(err, &in):
		return b.problem(diag.ExitState, "secret-unreadable", "cannot read %s: %v", in.Path, in.Err)
	}
	return b.problem(diag.ExitState, "secret-unreadable", "cannot read it: %v", err)
}
