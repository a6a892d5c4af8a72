package secret

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Store is the user's own store, which `age:` refers to: a directory with an
// age-encrypted file for each secret, NAME.age, and the record of generations.
//
// Reading takes no lock and writes nothing. Writing holds a lock, and acknowledged
// writes survive a power cut. Files have mode 0600 in a directory of mode 0700 and
// belong to the user; anything else is refused.
type Store struct {
	// Dir is the folder of the store.
	Dir string
	// IdentityFile holds what decrypts: anything that `age -i` takes but plugins.
	IdentityFile string
	// RecipientsFile may name further recipients, as for `age -R`.
	RecipientsFile string
	// Passphrase prompts for the passphrase of an identity; nil if there is no way to
	// prompt.
	Passphrase func(ctx context.Context, prompt string) ([]byte, error)
	// Work is that of a new passphrase's scrypt, as a power of 2; 0 for what age takes. Less is for tests.
	Work int

	disk   durable.FS // nil for that of this machine
	once   sync.Once
	loaded *keys
	failed error
}

// IdentityVariable names another file with an identity.
const IdentityVariable = "INSOMNIA_IDENTITY"

// DataDir is $XDG_DATA_HOME/insomnia; empty for users without a home.
func DataDir() string {
	dir, _ := userdir.Data("insomnia")
	return dir
}

// UserStore is the store of the user in its usual place.
func UserStore() *Store {
	dir := DataDir()
	s := &Store{
		Dir:            filepath.Join(dir, "secrets"),
		IdentityFile:   filepath.Join(dir, "identity"),
		RecipientsFile: filepath.Join(dir, "recipients"),
	}
	if path := os.Getenv(IdentityVariable); path != "" {
		s.IdentityFile = path
	}
	return s
}

const (
	suffix     = ".age"
	lockName   = ".lock"
	maxEntry   = 256 << 10   // bytes of an encrypted file
	lockWithin = time.Minute // fifty writers on a slow disk
)

// absolute refuses paths that depend on the working directory, which a project
// may fill.
func (s *Store) absolute() error {
	if !filepath.IsAbs(s.Dir) {
		return diag.Errorf(diag.ExitState, "store", "no home directory for the store of secrets").Hintf("set HOME or XDG_DATA_HOME")
	}
	if !filepath.IsAbs(s.IdentityFile) {
		return diag.Errorf(diag.ExitUsage, "store", "%s is not an absolute path", IdentityVariable)
	}
	return nil
}

// path is the file of an entry. Only a valid name has one, so that no path
// leaves the folder.
func (s *Store) path(entry string) (string, error) {
	if !manifest.SecretName(entry).Valid() {
		return "", CheckName(entry)
	}
	return filepath.Join(s.Dir, entry+suffix), nil
}

// mostEntries is how many files the folder of a store may have.
const mostEntries = 100_000

// Names are the entries of the store, in order.
func (s *Store) Names() ([]string, error) {
	if err := s.absolute(); err != nil {
		return nil, err
	}
	if err := ownFolder(s.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, s.because(err)
	}
	files, err := bounded.ReadDir(s.Dir, mostEntries)
	if err != nil {
		return nil, s.because(err)
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), suffix); ok && manifest.SecretName(name).Valid() {
			names = append(names, name)
		}
	}
	return names, nil
}

// Has reports whether there is a file for a name, readable or not.
func (s *Store) Has(name string) (bool, error) {
	names, err := s.Names()
	return slices.Contains(names, name), err
}

func (s *Store) check(bound Binding) error {
	if !manifest.SecretName(bound.place()).Valid() {
		return bound.problem(diag.ExitUsage, "secret-place", "is bound to what cannot be a name in the store").Expectedf("age:NAME")
	}
	return nil
}

// read returns the value of the entry that a binding refers to.
func (s *Store) read(ctx context.Context, bound Binding) ([]byte, error) {
	name := bound.place()
	path, err := s.path(name)
	if err == nil {
		err = s.absolute()
	}
	if err != nil {
		return nil, err
	}
	if err := ownFolder(s.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, bound.because(err)
	}
	// The record is read before the file: a set that ends between the two makes
	// the file newer than the record, never older.
	recorded, err := readPrivate(s.recordPath(), maxRecord)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, bound.because(err)
	}
	sealed, err := readPrivate(path, maxEntry)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, bound.because(err)
	}
	if missing && recorded == nil {
		return nil, bound.missing(name)
	}
	k, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	var gen uint64
	var value []byte
	if !missing {
		if gen, value, err = k.open(sealed, name); err != nil {
			return nil, bound.damaged(path, err)
		}
	}
	known, err := k.generations(recorded)
	if err != nil {
		wipe(value)
		return nil, err
	}
	last := known[name]
	switch {
	case missing && last.Gen > 0 && !last.Removed:
		return nil, bound.problem(diag.ExitState, "secret-gone", "was set, but its file is gone: %s", path).
			Hintf("put the file back from a backup, or set the value again: insomnia secret set %s", bound.Name)
	case missing:
		return nil, bound.missing(name)
	}
	if gen < last.Gen {
		wipe(value)
		return nil, bound.problem(diag.ExitState, "secret-rolled-back", "is not taken: %s is an older value that was put back (generation %d of %d)", path, gen, last.Gen).
			Hintf("set the value again: insomnia secret set %s", bound.Name)
	}
	return value, nil
}

// Made reports what a write had to create first.
type Made struct {
	Identity bool // the identity, and with it the store
}

// Set keeps a value under a name. The first one makes the store with a new
// identity, protected by the passphrase if there is one.
func (s *Store) Set(ctx context.Context, name string, value, passphrase []byte) (Made, error) {
	var made Made
	if why := flaw(value); why != "" {
		return made, diag.Errorf(diag.ExitRefused, "secret-value", "the value %s", why)
	}
	path, err := s.path(name)
	if err != nil {
		return made, err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return made, err
	}
	defer unlock()
	if made.Identity, err = s.ensureIdentity(passphrase); err != nil {
		return made, err
	}
	k, err := s.keys(ctx)
	if err != nil {
		return made, err
	}
	if err := k.recipientsFrom(s.RecipientsFile); err != nil {
		return made, err
	}
	known, err := s.record(k)
	if err != nil {
		return made, err
	}
	next := known[name].Gen + 1
	if old, err := readPrivate(path, maxEntry); err == nil { // a set that was cut off before the record
		if gen, value, err := k.open(old, name); err == nil {
			wipe(value)
			next = max(next, gen+1)
		}
	}
	sealed, err := k.seal(name, next, value)
	if err != nil {
		return made, err
	}
	if err := durable.Replace(s.fs(), path, sealed, 0o600); err != nil {
		return made, s.because(err)
	}
	known[name] = generation{Gen: next}
	return made, s.writeRecord(k, known)
}

// Remove deletes a value and reports whether there was one. It needs no room on
// the disk but what the value itself had. With removed and an error, the value
// is gone and only the record of it could not be written.
func (s *Store) Remove(ctx context.Context, name string) (removed bool, err error) {
	path, err := s.path(name)
	if err != nil {
		return false, err
	}
	if err := ownFolder(s.Dir); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	_, err = os.Lstat(path)
	stored := !errors.Is(err, fs.ErrNotExist)
	if !stored && !s.recordHas(name) {
		return false, nil
	}
	k, err := s.keys(ctx)
	if err != nil {
		return false, err
	}
	known, err := s.record(k)
	if err != nil {
		return false, err
	}
	// The generation stays in the record, so that the file cannot come back. On a
	// full disk the file goes first, which makes room for the record.
	known[name] = generation{Gen: known[name].Gen + 1, Removed: true}
	unrecorded := s.writeRecord(k, known)
	if stored {
		err := s.fs().Remove(path)
		if err == nil {
			err = s.fs().SyncDir(s.Dir)
		}
		if err != nil {
			return false, s.because(err)
		}
	}
	if unrecorded != nil {
		unrecorded = s.writeRecord(k, known)
	}
	if unrecorded != nil && stored {
		d := diag.From(unrecorded).Diagnostics[0]
		return true, diag.Errorf(diag.ExitState, "secret-unrecorded", "the value of %s is deleted, but a copy of its file would be accepted again: %s", name, d.Message).
			Hintf("%s", d.Hint)
	}
	return stored, unrecorded
}

// sweep removes what a writer that died has left; the lock is held.
func (s *Store) sweep() error {
	files, err := s.fs().ReadDir(s.Dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if durable.Temporary(f.Name()) {
			s.fs().Remove(filepath.Join(s.Dir, f.Name()))
		}
	}
	beside, name := filepath.Split(s.IdentityFile)
	files, _ = s.fs().ReadDir(beside) // it may not be there yet
	for _, f := range files {
		if durable.Temporary(f.Name()) && strings.HasPrefix(f.Name(), "."+name+".") {
			s.fs().Remove(filepath.Join(beside, f.Name()))
		}
	}
	return nil
}

func (s *Store) fs() durable.FS {
	if s.disk == nil {
		return durable.OS
	}
	return s.disk
}

// lock makes the folder and keeps other writers out. What an ended writer left
// behind is swept.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	if err := s.absolute(); err != nil {
		return nil, err
	}
	if err := durable.MkdirAll(s.fs(), s.Dir, 0o700); err != nil {
		return nil, s.because(err)
	}
	if err := ownFolder(s.Dir); err != nil {
		return nil, s.because(err)
	}
	within, cancel := context.WithTimeout(ctx, lockWithin)
	defer cancel()
	release, err := s.fs().Lock(within, filepath.Join(s.Dir, lockName))
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if within.Err() != nil {
			return nil, diag.Errorf(diag.ExitState, "store-busy", "another command has been writing to the store for %v", lockWithin).Hintf("try again")
		}
		return nil, s.because(err)
	}
	if err := s.sweep(); err != nil {
		release()
		return nil, s.because(err)
	}
	return func() { release() }, nil
}

// because returns why the store cannot be used.
func (s *Store) because(err error) error {
	var u *unsafe
	var in *fs.PathError
	var e *diag.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &u):
		return diag.Errorf(diag.ExitRefused, "store-unsafe", "the store of secrets is not used: %s", u.what).Hintf("%s", u.remedy)
	case errors.As(err, &in):
		return diag.Errorf(diag.ExitState, "store", "cannot use the store of secrets: %s: %v", in.Path, in.Err).
			Hintf("%s", durable.Remedy(err, shell(filepath.Dir(in.Path))))
	}
	return diag.Errorf(diag.ExitState, "store", "cannot use the store of secrets: %v", err).
		Hintf("%s", durable.Remedy(err, shell(s.Dir)))
}

func (b Binding) missing(entry string) error {
	if entry != b.Name {
		return b.problem(diag.ExitNotFound, "secret-missing", "is bound to %s in the store, which is not set", entry).Hintf("insomnia secret set %s", b.Name)
	}
	return b.problem(diag.ExitNotFound, "secret-missing", "is not set in the store").Hintf("insomnia secret set %s", b.Name)
}

// damaged returns an error about the damaged file of an entry.
func (b Binding) damaged(path string, err error) error {
	var none *age.NoIdentityMatchError
	code, what := "secret-damaged", "is damaged: bytes of %s are changed or missing"
	switch {
	case errors.As(err, new(*unsafe)), errors.As(err, new(*fs.PathError)), errors.Is(err, errTooLarge):
		return b.because(err)
	case errors.As(err, &none):
		code, what = "secret-identity", "cannot be decrypted: %s is for another identity, or its beginning is damaged"
	case errors.Is(err, errForged):
		code, what = "secret-forged", "is not taken: %s was not written with the identity of this store"
	case errors.Is(err, errSwapped):
		code, what = "secret-swapped", "is not taken: %s holds the value of another name"
	case errors.Is(err, errNewer):
		code, what = "secret-newer", "is not read: %s was written by a newer version of insomnia"
	}
	return b.problem(diag.ExitState, code, what, path).
		Hintf("put the file back from a backup, or set the value again: insomnia secret set %s", b.Name)
}
