package fetch

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Lock downloads what a reference means now, puts it into the store, and
// returns the reference locked. Unlike Fetch it has nothing to compare with: it
// is for what a user asked for by name. A narHash in the reference is checked.
func (s *Store) Lock(ctx context.Context, l *flake.Locked) (*flake.Locked, error) {
	locked := *l
	if err := s.findRevision(ctx, &locked); err != nil {
		return nil, err
	}
	if locked.NarHash != "" {
		_, err := s.Fetch(ctx, &locked)
		return &locked, err
	}
	sum, keep, err := s.obtain(ctx, &locked)
	if err != nil {
		return nil, err
	}
	locked.NarHash = sri(sum)
	return &locked, keep(filepath.Join(s.Dir, hex.EncodeToString(sum)))
}

// findRevision asks which commit a branch or a tag is, or HEAD.
func (s *Store) findRevision(ctx context.Context, l *flake.Locked) error {
	if l.Rev != "" {
		return nil
	}
	if err := badRevision(l); err != nil {
		return err
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
				return err
			}
			api = base + "/api/v3"
		}
		answer, err := s.get(ctx, api+"/repos/"+url.PathEscape(l.Owner)+"/"+url.PathEscape(l.Repo)+"/commits/"+url.PathEscape(ref),
			"application/vnd.github.sha")
		if err != nil {
			return err
		}
		l.Rev = strings.TrimSpace(string(answer))
	case "gitlab":
		base, err := forge(l)
		if err != nil {
			return err
		}
		answer, err := s.get(ctx, base+"/api/v4/projects/"+url.QueryEscape(l.Owner+"/"+l.Repo)+
			"/repository/commits?ref_name="+url.QueryEscape(ref), "application/json")
		if err != nil {
			return err
		}
		var commits []struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(answer, &commits) == nil && len(commits) > 0 {
			l.Rev = commits[0].ID
		}
	case "git":
		where, err := address.Parse(l.URL)
		if err == nil {
			err = s.PermitAddress(where)
		}
		if err == nil {
			l.Rev, err = s.remoteHead(ctx, where, ref)
		}
		if err != nil {
			return err
		}
	case "sourcehut":
		return fmt.Errorf("%w: %s without the name of a commit", ErrUnsupported, l)
	default:
		return nil
	}
	if !fullRevision(l.Rev) {
		l.Rev = ""
		return fmt.Errorf("%w: there is no commit `%s`", ErrNotFound, ref)
	}
	return nil
}
