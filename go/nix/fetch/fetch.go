// Package fetch downloads the sources of locked flake inputs and keeps them in a
// content-addressed directory. A download is used only if its NAR hash is the one in
// the lock, so it does not matter where it came from.
//
// Evaluation never calls it: package flake reports a missing source, and its
// caller decides whether to download it and to evaluate again.
//
// Every address is parsed by package address, and no connection is made to a private
// address or over plain HTTP, even by a redirect, unless the caller names the host
// (Store.Hosts).
package fetch

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/internal/archive"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Store is the folder of downloaded sources. One Store serves one goroutine;
// several processes may use one folder.
type Store struct {
	// Dir is the folder; it is made when it is first needed.
	Dir string
	// Client does the downloads; its CheckRedirect is not used. Default: one that
	// refuses private addresses.
	Client *http.Client
	// Hosts may have private addresses and be spoken to over plain HTTP: HOST for
	// every port, or HOST:PORT. They are lowercase, as in address.Address.
	Hosts []string
	// Timeout is how long a server may be silent, and how long unpacking and
	// hashing may take. Default: DefaultTimeout.
	Timeout time.Duration

	most int64 // bytes of a file; zero for maxArchive
}

// largest is how many bytes a file may have.
func (s *Store) largest() int64 {
	if s.most > 0 {
		return min(s.most, maxArchive)
	}
	return maxArchive
}

const (
	// DefaultTimeout is the default of Store.Timeout.
	DefaultTimeout = 30 * time.Second
	// MaxTime bounds one download from its beginning to its end.
	MaxTime = 10 * time.Minute
	// maxArchive bounds an archive, or a repository, in bytes.
	maxArchive = 512 << 20
)

// The reasons why a download fails, for errors.Is.
var (
	// ErrUnsupported: only Nix can fetch or unpack this.
	ErrUnsupported = archive.ErrUnsupported
	// ErrWrongHash: the download is not the source that the lock describes.
	ErrWrongHash = errors.New("what was downloaded is not what flake.lock means")
	// ErrNotFound: there is nothing at the address.
	ErrNotFound = errors.New("it is not there")
	// ErrDownload: the server or the network failed.
	ErrDownload = errors.New("the download failed")
	// ErrLocal: a file of this machine is unreadable, or not the source that the lock
	// describes.
	ErrLocal = errors.New("the file cannot be used")
	// ErrShallow: the repository does not have the history that a lock counts.
	ErrShallow = errors.New("the repository is a shallow clone, whose commits cannot be counted")
)

// errSilent and errUnpack are why a download was stopped.
var (
	errSilent = errors.New("the server sent nothing for too long")
	errUnpack = errors.New("unpacking took too long")
)

func (s *Store) timeout() time.Duration {
	if s.Timeout <= 0 {
		return DefaultTimeout
	}
	return s.Timeout
}

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
	info, err := os.Lstat(dir)
	return dir, err == nil && info.IsDir()
}

// Fetch downloads a source, unless it exists already, and returns its directory.
func (s *Store) Fetch(ctx context.Context, l *flake.Locked) (string, error) {
	dir, sum, ok := s.place(l)
	if !ok {
		return "", fmt.Errorf("%w: flake.lock has no narHash for %s", ErrWrongHash, l)
	}
	if _, ok := s.Find(l); ok {
		return dir, nil
	}
	if l.Type == "file" {
		return "", fmt.Errorf("%w: %s is a single file", ErrUnsupported, l)
	}
	known := *l
	got, keep, err := s.obtain(ctx, &known, false)
	if err != nil {
		return "", err
	}
	defer keep("")
	if bytes.Equal(got, sum) {
		return dir, keep(dir)
	}
	if local(l) { // the hash would disclose the content
		return "", fmt.Errorf("%w: %s does not have the narHash that is locked", ErrLocal, l)
	}
	return "", fmt.Errorf("%w: the narHash of %s is %s, locked is %s", ErrWrongHash, l, sri(got), l.NarHash)
}

func sri(sum []byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum) }

// obtain downloads a source into a directory of its own and hashes it. l gets what the
// source reports about itself: the time of its last change and, with history, the
// number of commits. The caller must call keep, which moves the source to dir, or
// discards it if dir is empty.
func (s *Store) obtain(ctx context.Context, l *flake.Locked, history bool) (sum []byte, keep func(dir string) error, err error) {
	where, err := Where(l)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	work, remove, err := s.workDir(ctx)
	if err != nil {
		return nil, nil, err
	}
	root, err := s.download(ctx, l, where, work, history)
	if err == nil {
		limited, cancel := context.WithTimeoutCause(ctx, s.timeout(), errUnpack)
		defer cancel()
		if sum, err = narHash(limited, root, l.Type == "file"); err != nil && context.Cause(limited) == errUnpack {
			err = fmt.Errorf("%w: %w", ErrDownload, errUnpack)
		}
	}
	if err != nil {
		remove()
		return nil, nil, err
	}
	return sum, func(dir string) error {
		defer remove()
		if dir == "" || l.Type == "file" {
			return nil
		}
		err := os.Rename(root, dir)
		if _, ok := s.Find(&flake.Locked{NarHash: sri(sum)}); ok {
			return nil // another process was first
		}
		return err
	}, nil
}

// narHash hashes a folder, or a file.
func narHash(ctx context.Context, root string, file bool) ([]byte, error) {
	at := "/source"
	if file {
		at = path.Join(at, filepath.Base(root))
		root = filepath.Dir(root)
	}
	dir, err := source.OpenDir(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount("/source", dir)
	return eval.NARHash(ctx, sources, at)
}

// download puts a source into a folder below work and returns that; of a `file`,
// the file.
func (s *Store) download(ctx context.Context, l *flake.Locked, where address.Address, work string, history bool) (string, error) {
	if err := s.PermitAddress(where); err != nil {
		return "", err
	}
	switch {
	case l.Type == "git":
		return s.gitFetch(ctx, where, l, work, history)
	case where.Local() && l.Type == "file":
		return s.copyFile(where.FilePath(), work)
	case where.Local():
		return s.unpackFile(ctx, l, where.FilePath(), work, ErrLocal)
	case where.Scheme == address.HTTPS, where.Scheme == address.HTTP:
		file, err := s.downloadFile(ctx, l, where, work)
		if err != nil || l.Type == "file" {
			return file, err
		}
		return s.unpackFile(ctx, l, file, work, ErrDownload)
	}
	return "", fmt.Errorf("%w: %s", ErrUnsupported, l)
}

// downloadFile downloads the content of an address. l gets the address that the server
// declares permanent, if it is an archive's.
func (s *Store) downloadFile(ctx context.Context, l *flake.Locked, from address.Address, work string) (string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	alive := time.AfterFunc(s.timeout(), func() { cancel(errSilent) })
	defer alive.Stop()
	response, err := s.open(ctx, from.String(), "")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if err := lasting(response, l); err != nil {
		return "", err
	}
	file := filepath.Join(work, "archive")
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(&lively{response.Body, func() { alive.Reset(s.timeout()) }}, s.largest()+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if most := s.largest(); err == nil && n > most {
		err = fmt.Errorf("it is larger than %d MiB", most>>20)
	}
	if err != nil {
		if context.Cause(ctx) == errSilent {
			err = errSilent
		}
		return "", fmt.Errorf("%w: %s: %w", ErrDownload, from, err)
	}
	return file, nil
}

// copyFile copies a file of this machine without its permissions, as Nix does.
func (s *Store) copyFile(from, work string) (string, error) {
	f, err := openRegular(from)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrLocal, err)
	}
	defer f.Close()
	file := filepath.Join(work, "file")
	to, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, io.LimitReader(f, maxArchive))
	return file, errors.Join(err, to.Close())
}

// lively reports progress whenever data arrives.
type lively struct {
	io.Reader
	alive func()
}

func (l *lively) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if n > 0 {
		l.alive()
	}
	return n, err
}

// unpackFile unpacks an archive and returns the folder with its content: the
// one folder that everything is in, if there is one, as Nix does. A failure has
// the kind that is given.
func (s *Store) unpackFile(ctx context.Context, l *flake.Locked, file, work string, kind error) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout(), errUnpack)
	defer cancel()
	out := filepath.Join(work, "source")
	newest := int64(0)
	f, err := openRegular(file)
	if err == nil {
		defer f.Close()
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil {
			newest, err = archive.Unpack(ctx, f, info.Size(), out)
		}
	}
	if l.LastModified == 0 {
		l.LastModified = newest
	}
	switch {
	case err == nil:
		return onlyFolder(out)
	case errors.Is(err, ErrUnsupported):
		return "", err
	case context.Cause(ctx) == errUnpack:
		err = errUnpack
	case kind == ErrLocal:
		var at *fs.PathError
		if errors.As(err, &at) && at.Path == file {
			err = at.Err
		}
	}
	return "", fmt.Errorf("%w: %w", kind, &UnpackError{err})
}

// UnpackError is that of an archive that cannot be unpacked, or would write outside of its
// place.
type UnpackError struct{ Err error }

func (e *UnpackError) Error() string { return "unpacking: " + e.Err.Error() }
func (e *UnpackError) Unwrap() error { return e.Err }

// mostEntries is how many entries of a directory are looked at.
const mostEntries = 1 << 20

func onlyFolder(out string) (string, error) {
	entries, err := bounded.ReadDir(out, mostEntries)
	if err != nil {
		return "", err
	}
	if len(entries) == 1 && entries[0].IsDir() {
		return filepath.Join(out, entries[0].Name()), nil
	}
	return out, nil
}
