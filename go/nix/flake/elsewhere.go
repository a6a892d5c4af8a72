package flake

import "github.com/insomnia-pods/insomnia/go/nix/address"

// Address is the address of a source that has one: an archive, a file or a
// repository. ok is false for the other types. Errors are *address.Error.
func (l *Locked) Address() (a address.Address, ok bool, err error) {
	switch l.Type {
	case "git", "hg", "tarball", "file":
		a, err = address.Parse(l.URL)
		return a, true, err
	}
	return a, false, nil
}

// LocalRepository reports whether a source is a commit of a repository on this
// machine: its author could read what its inputs name, as the one of a directory
// here could.
func (l *Locked) LocalRepository() bool {
	a, ok, err := l.Address()
	return l.Type == "git" && ok && err == nil && a.Local()
}

// refuseElsewhere judges the lock of a flake that was downloaded. Its author may
// name what anybody can download, and folders of the flake itself, and nothing
// of this machine.
func refuseElsewhere(ref Ref, lock *Lock) error {
	if ref.Locked == nil || lock == nil || ref.Locked.LocalRepository() {
		return nil
	}
	for name, n := range lock.Nodes {
		if n.Locked != nil && n.Locked.OfThisMachine() {
			return &InputError{Input: name, Flake: ref.Locked.String(), Reason: Unsafe, Locked: n.Locked}
		}
	}
	return nil
}

// OfThisMachine reports whether a source is read from this machine, or from
// where it cannot be told.
func (l *Locked) OfThisMachine() bool {
	switch l.Type {
	case "path":
		return !l.relative()
	case "github", "gitlab", "sourcehut":
		return l.Host != "" && address.Host(l.Host) != nil
	}
	a, ok, err := l.Address()
	return !ok || err != nil || a.Local()
}
