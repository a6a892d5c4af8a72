// Package fetch downloads the sources of locked flake inputs and keeps them in
// a content-addressed folder. What arrives is used only when its NAR hash is
// the one that the lock says; so it does not matter where it came from.
//
// Evaluation never calls it: package flake reports a missing source, and its
// caller decides whether to download it and to evaluate again.
package fetch

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Store is the folder of downloaded sources.
type Store struct {
	// Dir is the folder; it is made when it is first needed.
	Dir string
	// Client does the downloads. Default: one with a timeout of 5 minutes.
	Client *http.Client
}

// The reasons for which a download fails, to be asked for with errors.Is.
var (
	// ErrUnsupported: only Nix can fetch or unpack this.
	ErrUnsupported = errors.New("only Nix can fetch this")
	// ErrWrongHash: what arrived is not what the lock means.
	ErrWrongHash = errors.New("what was downloaded is not what flake.lock means")
	// ErrNotFound: there is nothing at the address.
	ErrNotFound = errors.New("it is not there")
	// ErrDownload: the server or the network failed.
	ErrDownload = errors.New("the download failed")
)

// place is the folder of a source; ok is false when the lock has no hash for it.
func (s *Store) place(l *flake.Locked) (dir string, sum []byte, ok bool) {
	text, isSRI := strings.CutPrefix(l.NarHash, "sha256-")
	sum, err := base64.StdEncoding.DecodeString(text)
	if !isSRI || err != nil || len(sum) != 32 {
		return "", nil, false
	}
	return filepath.Join(s.Dir, hex.EncodeToString(sum)), sum, true
}

// Find returns the folder of a source that was downloaded before. It serves as flake.Options.Find.
func (s *Store) Find(l *flake.Locked) (dir string, ok bool) {
	dir, _, ok = s.place(l)
	if !ok {
		return "", false
	}
	info, err := os.Stat(dir)
	return dir, err == nil && info.IsDir()
}

// Fetch downloads a source, unless it is there, and returns its folder.
func (s *Store) Fetch(ctx context.Context, l *flake.Locked) (string, error) {
	dir, sum, ok := s.place(l)
	if !ok {
		return "", fmt.Errorf("%w: flake.lock has no narHash for %s", ErrWrongHash, l)
	}
	if _, ok := s.Find(l); ok {
		return dir, nil
	}
	work, err := s.workDir()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	root, err := s.download(ctx, l, work)
	if err != nil {
		return "", err
	}
	got, err := narHash(ctx, root)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(got, sum) {
		return "", fmt.Errorf("%w: the narHash of %s is sha256-%s, locked is %s", ErrWrongHash, l,
			base64.StdEncoding.EncodeToString(got), l.NarHash)
	}
	return dir, s.keep(root, dir, l)
}

// keep moves a source to its place.
func (s *Store) keep(root, dir string, l *flake.Locked) error {
	if err := os.Rename(root, dir); err != nil {
		if _, ok := s.Find(l); ok {
			return nil // it was there, or another process was first
		}
		return err
	}
	return nil
}

// workDir makes a folder for one download.
func (s *Store) workDir() (string, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(s.Dir, ".new-")
}

func narHash(ctx context.Context, root string) ([]byte, error) {
	dir, err := source.OpenDir(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount("/source", dir)
	return eval.NARHash(ctx, sources, "/source")
}

// download puts a source into a folder below work and returns that.
func (s *Store) download(ctx context.Context, l *flake.Locked, work string) (string, error) {
	address := ""
	host := func(usual string) string {
		if l.Host != "" {
			return l.Host
		}
		return usual
	}
	owner, repo, rev := url.PathEscape(l.Owner), url.PathEscape(l.Repo), url.PathEscape(l.Rev)
	switch l.Type {
	case "github":
		address = "https://" + host("github.com") + "/" + owner + "/" + repo + "/archive/" + rev + ".tar.gz"
	case "gitlab":
		address = "https://" + host("gitlab.com") + "/api/v4/projects/" + url.QueryEscape(l.Owner+"/"+l.Repo) +
			"/repository/archive.tar.gz?sha=" + rev
	case "sourcehut":
		address = "https://" + host("git.sr.ht") + "/" + owner + "/" + repo + "/archive/" + rev + ".tar.gz"
	case "tarball":
		address = l.URL
	case "git":
		return gitFetch(ctx, l, work)
	default:
		return "", fmt.Errorf("%w: %s", ErrUnsupported, l)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrDownload, err)
	}
	switch u.Scheme {
	case "https", "http":
		return s.downloadArchive(ctx, u, work)
	case "file":
		return unpackFile(ctx, u.Path, work)
	}
	return "", fmt.Errorf("%w: %s", ErrUnsupported, l)
}

// maxArchive bounds an archive in bytes.
const maxArchive = 1 << 30

func (s *Store) downloadArchive(ctx context.Context, u *url.URL, work string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrDownload, err)
	}
	response, err := s.client().Do(request)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrDownload, err)
	}
	defer response.Body.Close()
	if err := badStatus(response); err != nil {
		return "", err
	}
	file := filepath.Join(work, "archive")
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(response.Body, maxArchive+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil && n > maxArchive {
		err = fmt.Errorf("it is larger than %d MiB", maxArchive>>20)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %s: %v", ErrDownload, u.Redacted(), err)
	}
	return unpackFile(ctx, file, work)
}
