package resolve

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// fetch downloads a locked input.
func (f *embeddedFlake) fetch(ctx context.Context, l *flake.Locked) error {
	if f.options.Offline {
		return offline(l.String())
	}
	f.resolver.progress("downloading " + l.String())
	if _, err := f.store.Fetch(ctx, l); err != nil {
		return downloadError(ctx, l.String(), err)
	}
	return nil
}

// download fetches what a reference that was typed means now.
func (f *embeddedFlake) download(ctx context.Context, text string) (*flake.Locked, error) {
	l, err := f.resolver.parseRemote(text)
	if err != nil {
		return nil, err
	}
	if found, ok := f.store.Find(l); ok && found != "" {
		return l, nil
	}
	if f.options.Offline && !(l.Type == "git" && strings.HasPrefix(l.URL, "file:")) {
		return nil, offline(text)
	}
	f.resolver.progress("downloading " + text)
	locked, err := f.store.Lock(ctx, l)
	if err != nil {
		return nil, downloadError(ctx, text, err)
	}
	return locked, nil
}

func (r *Resolver) progress(text string) {
	if r.Nix != nil && r.Nix.Progress != nil {
		r.Nix.Progress(text)
	}
}

func downloadError(ctx context.Context, what string, err error) error {
	switch {
	case ctx.Err() != nil:
		return diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the download was stopped")
	case errors.Is(err, fetch.ErrNotFound):
		return diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is nothing at %s: %v", what, err)
	case errors.Is(err, fetch.ErrUnsupported):
		return needsNix("only Nix can download "+what, nil)
	case errors.Is(err, fetch.ErrWrongHash):
		return diag.Errorf(diag.ExitState, "wrong-hash", "%v", err).
			Hintf("what is served there is not what was locked; if that is meant, lock it again: nix flake lock")
	}
	return diag.Errorf(diag.ExitMissing, "download-failed", "cannot download %s: %v", what, err).
		Hintf("check the network and the address, or use a resolved manifest: insomnia resolve --manifest FILE")
}

// parseRemote reads a flake reference that leads off this machine, or to a
// commit of a repository.
func (r *Resolver) parseRemote(text string) (*flake.Locked, error) {
	bare, query, _ := strings.Cut(text, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, usage("reference-unreadable", "cannot read the part after `?` of %s", text)
	}
	l := &flake.Locked{Dir: values.Get("dir"), Ref: values.Get("ref"), Rev: values.Get("rev"), NarHash: values.Get("narHash"), Host: values.Get("host")}
	l.NarHash = strings.ReplaceAll(l.NarHash, " ", "+")
	scheme, rest, _ := strings.Cut(bare, ":")
	switch scheme {
	case "github", "gitlab", "sourcehut":
		parts := strings.Split(rest, "/")
		if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
			return nil, usage("reference-unreadable", "cannot read the reference %s", text).Expectedf("%s:OWNER/REPO", scheme)
		}
		l.Type, l.Owner, l.Repo = scheme, parts[0], parts[1]
		if len(parts) > 2 {
			if at := strings.Join(parts[2:], "/"); isRevision(at) {
				l.Rev = at
			} else {
				l.Ref = at
			}
		}
		return l, nil
	case "git", "git+http", "git+https", "git+ssh", "git+file":
		l.Type = "git"
		l.URL = keepQuery(strings.TrimPrefix(bare, "git+"), values, "dir", "ref", "rev", "narHash", "shallow", "submodules", "allRefs")
		return l, nil
	case "http", "https", "tarball+http", "tarball+https", "tarball+file":
		l.Type = "tarball"
		l.URL = keepQuery(strings.TrimPrefix(bare, "tarball+"), values, "dir", "narHash")
		return l, nil
	case "hg+http", "hg+https", "hg+ssh", "hg+file", "file", "file+http", "file+https", "file+file":
		return nil, needsNix("references with "+scheme+": need Nix: "+text, nil)
	}
	return r.parseIndirect(text, strings.TrimPrefix(bare, "flake:"), l)
}

// keepQuery puts back the parameters that belong to the address itself.
func keepQuery(address string, values url.Values, own ...string) string {
	for _, name := range own {
		values.Del(name)
	}
	if rest := values.Encode(); rest != "" {
		return address + "?" + rest
	}
	return address
}

func isRevision(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == ""
}

// lockedText is the reference that gives a downloaded source again.
func lockedText(l *flake.Locked) string {
	text, separator := l.String(), "?"
	switch {
	case l.Type == "tarball" && !archiveName.Get().MatchString(text):
		text = "tarball+" + text
	case l.Type == "git" && strings.Contains(text, "?"):
		separator = "&"
	}
	if l.Dir != "" {
		text, separator = text+separator+"dir="+l.Dir, "&"
	}
	return text + separator + "narHash=" + url.QueryEscape(l.NarHash)
}
