package locate

import (
	"context"
	"errors"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Rule is the authority that a download depends on.
type Rule int

const (
	// NoDownloads: the command uses what is on this machine.
	NoDownloads Rule = iota
	// OfflineRule: the user said --offline.
	OfflineRule
	// AskRule: the project named the reference, and not the user.
	AskRule
	// TypedRule: the user typed the reference in this command, or wrote it into a
	// config of their own.
	TypedRule
)

// Downloads are the downloads allowed for one reference. The component that chose the
// reference decides, and passes the decision on. The zero value refuses all.
type Downloads struct {
	Rule Rule
	// Theirs: the user told the program to download, and did not type the reference,
	// so that its host counts as not typed.
	Theirs bool
	// Hosts that the user named in this command: they may have private addresses
	// and be spoken to over plain HTTP. HOST, or HOST:PORT.
	Hosts []string
	// Consent answers for AskRule.
	Consent Consent
	// Command downloads on purpose, for hints; empty: insomnia resolve REF.
	Command string
}

// Consent manages the user's consent to downloads for the project. Errors of Ask are
// *diag.Error that explain what to do.
type Consent interface {
	// Locked is the locked reference that the user agreed to when ref was asked
	// about, or empty.
	Locked(ref string) (locked string, err error)
	// Ask puts the question; it returns nil for a yes. host is who would be asked.
	Ask(ctx context.Context, ref, host string) error
	// Record keeps a yes, for just this locked reference.
	Record(ctx context.Context, ref, locked string) error
}

// May refuses a download that is not to happen. ref is shown.
func (d Downloads) May(ref string) error {
	switch d.Rule {
	case OfflineRule:
		return diag.Errorf(diag.ExitMissing, "offline", "%s is not on this machine, and --offline refuses to download it", ref).
			Hintf("run once without --offline")
	case NoDownloads:
		command := d.Command
		if command == "" {
			command = "insomnia resolve REF"
		}
		return diag.Errorf(diag.ExitMissing, "not-downloaded", "%s is not on this machine, and is not downloaded here", ref).
			Hintf("download it: %s", command)
	}
	return nil
}

// Consented returns the reference to download for ref: itself, or the locked one
// that the user agreed to before. It asks where there is no consent yet; then
// record keeps the consent, once it is known what ref is.
func (d Downloads) Consented(ctx context.Context, ref, host string) (use string, record func(locked string) error, err error) {
	nothing := func(string) error { return nil }
	if err := d.May(ref); err != nil {
		return "", nil, err
	}
	if d.Rule == TypedRule {
		return ref, nothing, nil
	}
	if d.Consent == nil {
		return "", nil, d.refused(ref)
	}
	switch locked, err := d.Consent.Locked(ref); {
	case err != nil:
		return "", nil, err
	case locked != "":
		return locked, nothing, nil
	}
	if err := d.Consent.Ask(ctx, ref, host); err != nil {
		return "", nil, err
	}
	return ref, func(locked string) error { return d.Consent.Record(ctx, ref, locked) }, nil
}

func (d Downloads) refused(ref string) error {
	return diag.Errorf(diag.ExitRefused, "download-refused", "download of %s refused: you did not type it", ref)
}

// ForOverrides returns the downloads allowed for the replacement of an input: the user
// typed it even if the reference was not typed.
func (d Downloads) ForOverrides() Downloads {
	if d.Rule == AskRule {
		d.Rule = TypedRule
	}
	return d
}

// HostsFor are the hosts that the user named, those of the references that were
// typed among them; overrides are references too.
func (d Downloads) HostsFor(ref string, overrides []string) []string {
	var refs []string
	if d.Rule == TypedRule && !d.Theirs {
		refs = append(refs, ref)
	}
	if d.ForOverrides().Rule == TypedRule {
		refs = append(refs, overrides...)
	}
	hosts := d.Hosts[:len(d.Hosts):len(d.Hosts)]
	for _, ref := range refs {
		if a, ok := AddressIn(ref); ok {
			hosts = append(hosts, a.HostPort())
		}
	}
	return hosts
}

// AddressIn is the address that a flake reference holds as it is written.
func AddressIn(ref string) (address.Address, bool) {
	parsed, err := reference.Parse(ref, "/")
	if err != nil || parsed.Address == "" {
		return address.Address{}, false
	}
	a, err := address.Parse(parsed.Address)
	return a, err == nil && !a.Local()
}

// HostOf is the host that a source is downloaded from.
func HostOf(l *flake.Locked) string {
	known := *l
	if known.Rev == "" {
		known.Rev = strings.Repeat("0", 40)
	}
	a, err := fetch.Where(&known)
	if err != nil {
		return ""
	}
	return a.Host
}

// Permit refuses, before anything is asked or sent, what is not to be downloaded
// at all, an address that cannot be used, and one whose host the user would have
// to name. A name that resolves to a private address is found out later.
func (d Downloads) Permit(l *flake.Locked, ref string, hosts []string) error {
	if err := d.May(ref); err != nil {
		return err
	}
	known := *l
	if known.Rev == "" && known.Type != "tarball" {
		known.Rev = strings.Repeat("0", 40)
	}
	if err := (&fetch.Store{Hosts: hosts}).Permit(&known); err != nil {
		return RefusedAddress(ref, err)
	}
	return nil
}

// RefusedAddress explains an error of packages address and fetch about an
// address; nil for another one.
func RefusedAddress(ref string, err error) error {
	var bad *address.Error
	if errors.As(err, &bad) {
		e := diag.Errorf(diag.ExitUsage, "address-invalid", "cannot download: %v", bad)
		if bad.Hint != "" {
			e.Hintf("%s", bad.Hint)
		}
		return e
	}
	var host *fetch.HostError
	if errors.As(err, &host) {
		name := host.Host
		return diag.Errorf(diag.ExitRefused, "host-refused", "cannot download %s: %s %s, and you did not type that host", ref, name, host.Reason).
			Hintf("if you mean it, type the reference itself, or name the host: --allow-host %s", name)
	}
	return nil
}
