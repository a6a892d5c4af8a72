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

// LocalRepository reports whether a source is a commit of a repository on this machine:
// like the author of a local directory, its author could read what its inputs name.
func (l *Locked) LocalRepository() bool {
	a, ok, err := l.Address()
	return l.Type == "git" && ok && err == nil && a.Local()
}

// refuseElsewhere checks the lock of a downloaded flake. Its author may name public
// downloads and directories of the flake itself, but nothing on this machine.
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

// OfThisMachine reports whether a source is read from this machine, or might be.
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
