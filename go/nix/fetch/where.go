package fetch

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Where is the address that a locked source is downloaded from: of its archive,
// or of its repository. Errors are *address.Error, or wrap ErrUnsupported.
func Where(l *flake.Locked) (address.Address, error) {
	if err := badRevision(l); err != nil {
		return address.Address{}, err
	}
	rev := url.PathEscape(l.Rev)
	text := ""
	switch l.Type {
	case "github", "sourcehut":
		base, err := forge(l)
		if err != nil {
			return address.Address{}, err
		}
		text = base + "/" + url.PathEscape(l.Owner) + "/" + url.PathEscape(l.Repo) + "/archive/" + rev + ".tar.gz"
	case "gitlab":
		base, err := forge(l)
		if err != nil {
			return address.Address{}, err
		}
		text = base + "/api/v4/projects/" + url.QueryEscape(l.Owner+"/"+l.Repo) + "/repository/archive.tar.gz?sha=" + rev
	case "tarball", "file", "git":
		text = l.URL
	default:
		return address.Address{}, fmt.Errorf("%w: %s", ErrUnsupported, l)
	}
	a, err := address.Parse(text)
	if archive := l.Type == "tarball" || l.Type == "file"; err == nil && archive && a.Scheme == address.SSH {
		err = fmt.Errorf("%w: %s", ErrUnsupported, l)
	}
	return a, err
}

// forge is the beginning of the address of a forge.
func forge(l *flake.Locked) (string, error) {
	host := l.Host
	switch {
	case host != "":
	case l.Type == "github":
		host = "github.com"
	case l.Type == "gitlab":
		host = "gitlab.com"
	default:
		host = "git.sr.ht"
	}
	if err := address.Host(host); err != nil {
		return "", err
	}
	return "https://" + host, nil
}

// local reports whether a source is a file of this machine.
func local(l *flake.Locked) bool {
	a, err := Where(l)
	return err == nil && a.Local()
}

// badRevision refuses what git would take for a flag, a pattern or two names.
func badRevision(l *flake.Locked) error {
	if l.Rev != "" && !fullRevision(l.Rev) {
		return &address.Error{Text: l.Rev, Reason: "a revision must be the full name of a commit"}
	}
	ref := l.Ref
	if strings.HasPrefix(ref, "-") || strings.Contains(ref, "..") || strings.ContainsFunc(ref, func(r rune) bool {
		return r <= 0x20 || r == 0x7f || strings.ContainsRune(`:*?[\^~`, r)
	}) {
		return &address.Error{Text: ref, Reason: "invalid name of a branch or tag"}
	}
	return nil
}

func fullRevision(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// HostError is a host that is not connected to, since the user did not name it.
type HostError struct {
	Host   string // HOST:PORT
	Reason string // such as "has the private address 10.0.0.1"
}

func (e *HostError) Error() string { return e.Host + " " + e.Reason }

// named reports whether the caller named the host of an address.
func (s *Store) named(host, hostPort string) bool {
	return slices.Contains(s.Hosts, host) || slices.Contains(s.Hosts, hostPort)
}

// Permit refuses a source by its address alone, before anything is sent. Errors
// are *address.Error or *HostError, or wrap ErrUnsupported.
func (s *Store) Permit(l *flake.Locked) error {
	a, err := Where(l)
	if err != nil {
		return err
	}
	return s.PermitAddress(a)
}

// PermitAddress refuses an address as it is written, with a *HostError. The addresses that a name
// resolves to are checked when it is connected to.
func (s *Store) PermitAddress(a address.Address) error {
	switch {
	case a.Local() || s.named(a.Host, a.HostPort()):
		return nil
	case a.Scheme == address.HTTP:
		return &HostError{a.HostPort(), "is addressed over plain HTTP"}
	case a.Private():
		return &HostError{a.HostPort(), "is a private address"}
	}
	return nil
}
