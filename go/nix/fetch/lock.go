package fetch

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Lock downloads what a reference means now, puts it into the store, and returns the
// reference locked. Unlike Fetch it has no hash to compare with, so use it only for a
// reference that the user typed. A narHash in the reference is checked.
func (s *Store) Lock(ctx context.Context, l *flake.Locked) (*flake.Locked, error) {
	locked := *l
	if _, err := s.findRevision(ctx, &locked); err != nil {
		return nil, err
	}
	if locked.NarHash != "" {
		_, err := s.Fetch(ctx, &locked)
		return &locked, err
	}
	known := locked
	sum, keep, err := s.obtain(ctx, &known, false)
	if err != nil {
		return nil, err
	}
	locked.NarHash = sri(sum)
	return &locked, keep(filepath.Join(s.Dir, hex.EncodeToString(sum)))
}

// Now is Lock for the author of a lock. The result has everything that Nix records
// about the source, and dir is its directory; a single file is not kept, so dir is
// empty. history asks for the number of commits of a repository.
func (s *Store) Now(ctx context.Context, l *flake.Locked, history bool) (locked *flake.Locked, dir string, err error) {
	known := *l
	branch, err := s.findRevision(ctx, &known)
	if err != nil {
		return nil, "", err
	}
	if known.Type == "git" && known.Ref == "" {
		if l.Rev != "" {
			if branch, err = s.headBranch(ctx, l); err != nil {
				return nil, "", err
			}
		}
		known.Ref = branch
	}
	sum, keep, err := s.obtain(ctx, &known, history)
	if err != nil {
		return nil, "", err
	}
	defer keep("")
	if known.NarHash = sri(sum); l.NarHash != "" && l.NarHash != known.NarHash {
		return nil, "", &hashError{l, sum}
	}
	if l.Type == "file" {
		return &known, "", nil
	}
	dir, _, _ = s.place(&known)
	return &known, dir, keep(dir)
}

// hashError reports a source whose hash differs from the written one.
type hashError struct {
	source *flake.Locked
	got    []byte
}

func (e *hashError) Error() string {
	return fmt.Sprintf("%v: the narHash of %s is %s, flake.nix has %s", ErrWrongHash, e.source, sri(e.got), e.source.NarHash)
}

func (e *hashError) Unwrap() error { return ErrWrongHash }

// headBranch asks which branch HEAD of a repository is on.
func (s *Store) headBranch(ctx context.Context, l *flake.Locked) (string, error) {
	where, err := Where(l)
	if err == nil {
		err = s.PermitAddress(where)
	}
	if err != nil {
		return "", err
	}
	_, branch, err := s.remoteHead(ctx, where, "HEAD")
	return branch, err
}

// lasting takes over the address that a server says is the one of just this
// archive, with what it says of it.
func lasting(response *http.Response, l *flake.Locked) error {
	for ; response != nil && l.Type == "tarball"; response = response.Request.Response {
		for _, link := range response.Header.Values("Link") {
			target, parameters, _ := strings.Cut(link, ">")
			target, isLink := strings.CutPrefix(strings.TrimSpace(target), "<")
			if !isLink || strings.ReplaceAll(parameters, " ", "") != `;rel="immutable"` {
				continue
			}
			attrs, err := reference.Attributes(target, true)
			if err == nil && attrs["type"] != "tarball" {
				err = fmt.Errorf("%w: the server names %s as the lasting address, which is not an archive", ErrUnsupported, target)
			}
			var named *flake.Locked
			if err == nil {
				named, err = flake.LockedOf(attrs)
			}
			if err == nil {
				_, err = Where(named)
			}
			if err != nil {
				return err
			}
			named.Dir, named.NarHash = l.Dir, l.NarHash
			*l = *named
			return nil
		}
	}
	return nil
}

// findRevision looks up the commit of a branch, a tag or HEAD. branch is the
// repository's branch at HEAD, if that had to be looked up.
func (s *Store) findRevision(ctx context.Context, l *flake.Locked) (branch string, err error) {
	if l.Rev != "" {
		return "", nil
	}
	if err := badRevision(l); err != nil {
		return "", err
	}
	ref := l.Ref
	if ref == "" {
		ref = "HEAD"
	}
	switch l.Type {
	case "github":
		api := "https://api.github.com"
		if l.Host != "" && l.Host != "github.com" {
			base, err := forge(l)
			if err != nil {
				return "", err
			}
			api = base + "/api/v3"
		}
		answer, err := s.get(ctx, api+"/repos/"+url.PathEscape(l.Owner)+"/"+url.PathEscape(l.Repo)+"/commits/"+url.PathEscape(ref),
			"application/vnd.github.sha")
		if err != nil {
			return "", err
		}
		l.Rev = strings.TrimSpace(string(answer))
	case "gitlab":
		base, err := forge(l)
		if err != nil {
			return "", err
		}
		answer, err := s.get(ctx, base+"/api/v4/projects/"+url.QueryEscape(l.Owner+"/"+l.Repo)+
			"/repository/commits?ref_name="+url.QueryEscape(ref), "application/json")
		if err != nil {
			return "", err
		}
		var commits []struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(answer, &commits) == nil && len(commits) > 0 {
			l.Rev = commits[0].ID
		}
	case "git":
		where, err := Where(l)
		if err == nil {
			err = s.PermitAddress(where)
		}
		if err == nil {
			l.Rev, branch, err = s.remoteHead(ctx, where, ref)
		}
		if err != nil {
			return "", err
		}
	case "sourcehut":
		return "", fmt.Errorf("%w: %s without the name of a commit", ErrUnsupported, l)
	default:
		return "", nil
	}
	if !fullRevision(l.Rev) {
		l.Rev = ""
		return "", fmt.Errorf("%w: there is no commit `%s`", ErrNotFound, ref)
	}
	return branch, nil
}
