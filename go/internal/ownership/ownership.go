// Package ownership decides whose projects are taken for the user's own.
//
// A project that is found on the way up from the working directory names
// profiles, aliases and sources. In a directory that others can write to, such
// as /tmp, another user could put one there for all who work below it. So what
// makes a directory a project belongs to the user or to root, or git has been
// told to trust it.
package ownership

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
)

// Names of what makes a directory a project.
var markers = []string{".insomnia", "flake.nix", ".git"}

// Check refuses a project that another user owns: the directory itself, or what
// of .insomnia, flake.nix and .git is in it. dir is absolute, with links followed.
// The error is nil or of the code foreign-project.
func Check(dir string) *diag.Error { return check(dir, trusted()) }

// CheckFound is Check for a project that was found by looking upward from another
// directory: other users must not be able to write to it either.
func CheckFound(dir string) *diag.Error {
	if err := Check(dir); err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !sharedWith(info) || gitrepo.Safe(dir) {
		return nil
	}
	return diag.Errorf(diag.ExitRefused, "foreign-project", "cannot use the project %s: other users can write to this directory", dir).
		Hintf("work in a directory of your own, or close this one: chmod o-w %s", diag.Shell(dir))
}

// Foreign reports whether Check refuses a directory.
func Foreign(dir string) bool { return Check(dir) != nil }

func check(dir string, trusted func(uid int) bool) *diag.Error {
	paths := []string{dir}
	for _, name := range markers {
		paths = append(paths, filepath.Join(dir, name))
	}
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		uid, known := ownerOf(info)
		if !known || trusted(uid) {
			continue
		}
		if gitrepo.Safe(dir) {
			return nil
		}
		return diag.Errorf(diag.ExitRefused, "foreign-project", "cannot use the project %s: %s belongs to another user, %s", dir, path, name(uid)).
			Hintf("if you trust what is in it: git config --global --add safe.directory %s\nelse work in a clone of your own: git clone %s", diag.Shell(dir), diag.Shell(dir))
	}
	return nil
}

// trusted are the user, root, and for root the user who became it with sudo.
func trusted() func(uid int) bool {
	self, before := os.Geteuid(), -1
	if self == 0 {
		if uid, err := strconv.Atoi(os.Getenv("SUDO_UID")); err == nil {
			before = uid
		}
	}
	return func(uid int) bool { return uid == self || uid == 0 || before >= 0 && uid == before }
}

func name(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "number " + id
}
