package fetch

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

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
	work, err := s.workDir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	root, err := s.download(ctx, &locked, work)
	if err != nil {
		return nil, err
	}
	sum, err := narHash(ctx, root)
	if err != nil {
		return nil, err
	}
	locked.NarHash = "sha256-" + base64.StdEncoding.EncodeToString(sum)
	return &locked, s.keep(root, filepath.Join(s.Dir, hex.EncodeToString(sum)), &locked)
}

// findRevision asks which commit a branch or a tag is, or HEAD.
func (s *Store) findRevision(ctx context.Context, l *flake.Locked) error {
	if l.Rev != "" {
		return nil
	}
	ref := l.Ref
	if ref == "" {
		ref = "HEAD"
	}
	var err error
	switch l.Type {
	case "github":
		api := "https://api.github.com"
		if l.Host != "" && l.Host != "github.com" {
			api = "https://" + l.Host + "/api/v3"
		}
		var answer []byte
		answer, err = s.get(ctx, api+"/repos/"+url.PathEscape(l.Owner)+"/"+url.PathEscape(l.Repo)+"/commits/"+url.PathEscape(ref),
			"application/vnd.github.sha")
		l.Rev = strings.TrimSpace(string(answer))
	case "gitlab":
		host := l.Host
		if host == "" {
			host = "gitlab.com"
		}
		var answer []byte
		answer, err = s.get(ctx, "https://"+host+"/api/v4/projects/"+url.QueryEscape(l.Owner+"/"+l.Repo)+
			"/repository/commits?ref_name="+url.QueryEscape(ref), "application/json")
		var commits []struct {
			ID string `json:"id"`
		}
		if err == nil && json.Unmarshal(answer, &commits) == nil && len(commits) > 0 {
			l.Rev = commits[0].ID
		}
	case "git":
		l.Rev, err = remoteHead(ctx, l.URL, ref)
	case "sourcehut":
		return fmt.Errorf("%w: %s without the name of a commit", ErrUnsupported, l)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := hex.DecodeString(l.Rev); err != nil || len(l.Rev) != 40 {
		return fmt.Errorf("%w: there is no commit `%s`", ErrNotFound, ref)
	}
	return nil
}

// get reads a short answer of a server.
func (s *Store) get(ctx context.Context, address, accept string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDownload, err)
	}
	request.Header.Set("Accept", accept)
	response, err := s.client().Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDownload, err)
	}
	defer response.Body.Close()
	if err := badStatus(response); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(response.Body, 1<<20))
}

func badStatus(response *http.Response) error {
	switch response.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: %s answers %s", ErrNotFound, response.Request.URL.Redacted(), response.Status)
	}
	return fmt.Errorf("%w: %s answers %s", ErrDownload, response.Request.URL.Redacted(), response.Status)
}

func (s *Store) client() *http.Client {
	if s.Client != nil {
		return s.Client
	}
	return &http.Client{Timeout: 5 * time.Minute}
}
