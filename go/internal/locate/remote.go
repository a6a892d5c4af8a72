package locate

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// ParseRemote reads a flake reference that leads off this machine, or to a
// commit of a repository.
func ParseRemote(text, dir string) (*flake.Locked, error) {
	ref, err := reference.Parse(text, dir)
	if err != nil {
		return nil, err
	}
	q := ref.Query
	l := &flake.Locked{Dir: q.Dir, Ref: q.Ref, Rev: q.Rev, NarHash: q.NarHash, Host: q.Host}
	switch {
	case ref.Kind == reference.Registry, ref.Kind == reference.Name:
		return parseIndirect(ref.Name, l)
	case ref.Kind == reference.Local && ref.Scheme == "git+file":
		l.Type, l.URL = "git", "file://"+(&url.URL{Path: filepath.ToSlash(ref.Path)}).EscapedPath()
		return l, nil
	case ref.Kind != reference.Remote:
		return nil, diag.Errorf(diag.ExitUsage, "not-a-flake", "`%s` is not the address of a flake", text)
	case ref.Type == "hg" || ref.Type == "file":
		return nil, NeedsNix("references with " + ref.Scheme + ": need Nix: " + text)
	}
	l.Type, l.Owner, l.Repo, l.URL = ref.Type, ref.Owner, ref.Repo, ref.Address
	return l, nil
}

// LockedText returns the reference to exactly the downloaded source.
func LockedText(l *flake.Locked) string {
	text, separator := l.String(), "?"
	switch {
	case l.Type == "tarball" && !archiveName.Get().MatchString(text):
		text = "tarball+" + text
	case l.Type == "git" && strings.Contains(text, "?"):
		separator = "&"
	}
	if l.Dir != "" {
		text, separator = text+separator+strings.TrimPrefix(reference.Query{Dir: l.Dir}.String(), "?"), "&"
	}
	return text + separator + "narHash=" + url.QueryEscape(l.NarHash)
}

// NeedsNix is the error for what the embedded evaluator does not do.
func NeedsNix(message string) *diag.Error {
	return diag.Errorf(diag.ExitMissing, "needs-nix", "%s", message).
		Hintf("evaluate it with the Nix that is installed: --evaluator nix;\n" +
			"or use a manifest that was resolved before: insomnia resolve --manifest FILE")
}
