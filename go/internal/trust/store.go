package trust

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Store is the folder of all consents: a file for each source, which the user
// alone can write.
type Store struct {
	dir string
	fs  durable.FS
	// BuiltIn returns the manifest of a built-in role, to find what exceeds it; nil if
	// there is no such role.
	BuiltIn func(role string) *manifest.Manifest
}

// Open returns the store in a directory, which is created with the first consent.
func Open(dir string) *Store { return OpenOn(durable.OS, dir) }

// OpenOn is Open on another file system than this machine's.
func OpenOn(fsys durable.FS, dir string) *Store { return &Store{dir: filepath.Clean(dir), fs: fsys} }

// DefaultDir is $XDG_STATE_HOME/insomnia/trust, by default in ~/.local/state.
func DefaultDir() (string, error) {
	dir, err := userdir.State("insomnia", "trust")
	if err != nil {
		return "", diag.Errorf(diag.ExitNotFound, "no-home", "no directory for your consents: %v", err).
			Hintf("set HOME or XDG_STATE_HOME to a directory of yours")
	}
	return dir, nil
}

// Consent is the user's consent to one source.
type Consent struct {
	Key string `json:"key"`
	Ref string `json:"ref"` // as it was typed
	// Given are the sets, oldest first. None covers another: a snapshot from before
	// the profile became narrower in one thing and wider in another keeps its consent.
	Given []Given `json:"given"`
}

// Given is one set and when it was consented to.
type Given struct {
	At     time.Time `json:"at"`
	Grants grant.Set `json:"grants"`
}

const (
	folderMode   = 0o700
	fileMode     = 0o600
	lockName     = ".lock"
	extension    = ".json"
	lockPatience = 30 * time.Second
	// mostGiven are kept for a source; the oldest is asked for again.
	mostGiven = 16
)

// path is the file of a source.
func (s *Store) path(key string) string { return s.file(key, extension) }

// Consented returns the consent to a source, or nil if there is none. A record that
// cannot be read is an error, never a consent.
func (s *Store) Consented(key string) (*Consent, error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	return s.read(s.path(key), key)
}

// Has reports whether there is a file for a source, whatever it contains. It returns
// true if that cannot be determined.
func (s *Store) Has(key string) bool {
	_, err := s.fs.Lstat(s.path(key))
	return !errors.Is(err, fs.ErrNotExist)
}

// List returns every consent, by key, and the problems of the others.
func (s *Store) List() ([]*Consent, []diag.Diagnostic, error) {
	all, problems, err := records(s, extension, func(path string) (*Consent, error) { return s.read(path, "") })
	slices.SortFunc(all, func(a, b *Consent) int { return strings.Compare(a.Key, b.Key) })
	return all, problems, err
}

// Grant records consent to just this set. It is durable when Grant returns.
func (s *Store) Grant(ctx context.Context, source Source, set grant.Set) error {
	return s.write(ctx, func() error {
		path := s.path(source.Key)
		c, err := s.read(path, source.Key)
		switch {
		case diag.CodeIs(err, "consent-damaged"):
			// Whoever looks into it later finds it.
			if err := s.fs.Rename(path, strings.TrimSuffix(path, extension)+".damaged"); err != nil {
				return s.notWritten(err)
			}
		case err != nil:
			return err
		}
		if c == nil {
			c = &Consent{Key: source.Key}
		}
		c.Ref = source.Ref
		c.Given = slices.DeleteFunc(c.Given, func(g Given) bool { return len(grant.Compare(set, g.Grants)) == 0 })
		c.Given = append(c.Given, Given{At: time.Now().UTC().Truncate(time.Second), Grants: set})
		c.Given = c.Given[max(0, len(c.Given)-mostGiven):]
		content, err := json.Marshal(record{recordSchema, *c})
		if err != nil {
			return fmt.Errorf("encoding the consent for %s: %w", c.Key, err)
		}
		return s.replace(path, content)
	})
}

// Revoke takes the consent for a source back; without one it is an error.
func (s *Store) Revoke(ctx context.Context, key string) error {
	if !s.Has(key) {
		return notConsented(key)
	}
	return s.write(ctx, func() error {
		path := s.path(key)
		if _, err := s.read(path, key); err != nil && !diag.CodeIs(err, "consent-damaged") {
			return err
		}
		gone, err := s.remove(path)
		if gone {
			return notConsented(key)
		}
		return err
	})
}

func notConsented(key string) error {
	return diag.Errorf(diag.ExitNotFound, "consent-not-found", "no consent found for %s", key).
		Hintf("insomnia trust list shows what there is")
}

// write keeps other writers out while it runs, and makes the folder.
func (s *Store) write(ctx context.Context, do func() error) (err error) {
	if err := s.safe(); err != nil {
		return err
	}
	if err := durable.MkdirAll(s.fs, s.dir, folderMode); err != nil {
		return s.notWritten(err)
	}
	if err := s.safe(); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	unlock, err := s.fs.Lock(waiting, filepath.Join(s.dir, lockName))
	switch {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case errors.Is(err, context.DeadlineExceeded):
		return diag.Errorf(diag.ExitState, "trust-locked", "another process has been writing to the consents in %s for %s", s.dir, lockPatience).
			Hintf("wait for it, or end it: fuser %s", filepath.Join(s.dir, lockName))
	case err != nil:
		return s.notWritten(err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if entries, err := s.fs.ReadDir(s.dir); err == nil {
		for _, entry := range entries { // of writers that died
			if durable.Temporary(entry.Name()) {
				_ = s.fs.Remove(filepath.Join(s.dir, entry.Name()))
			}
		}
	}
	return do()
}

// safe refuses a directory in which another user could place a consent.
func (s *Store) safe() error {
	for _, dir := range []string{filepath.Dir(s.dir), s.dir} {
		info, err := s.fs.Lstat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return s.unreadable(dir, err)
		}
		if what, remedy := durable.Unsafe(dir, info); what != "" {
			return unsafe("the folder of the consents", dir, what, remedy)
		}
	}
	return nil
}

func unsafe(name, path, what, remedy string) error {
	return diag.Errorf(diag.ExitRefused, "unsafe-state", "%s is refused: %s %s", name, path, what).Hintf("%s", remedy)
}

func (s *Store) unreadable(path string, err error) error {
	return diag.Errorf(diag.ExitState, "consent-unreadable", "cannot read %s: %v", path, bounded.Reason(err)).
		Hintf("check permissions: ls -ld %s", path)
}

func (s *Store) notWritten(err error) error {
	return diag.Errorf(diag.ExitState, "consent-not-written", "cannot write to the consents in %s: %v", s.dir, bounded.Reason(err)).
		Hintf("%s", durable.Remedy(err, s.dir))
}
