package catalog

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// LockName is the name of the file next to a config that pins its sources.
const LockName = "sources.lock"

// Locked is one pinned source.
type Locked struct {
	Ref     string `json:"ref"` // as written in [sources]
	URL     string `json:"url"` // locked flake reference
	Rev     string `json:"rev,omitempty"`
	NarHash string `json:"narHash"`
	// Profiles are the digests by name, empty for a broken one: a name is looked
	// up without evaluating anything, and a change of the pin can be told.
	Profiles map[string]string `json:"profiles"`

	flake reference.Reference // URL
}

// Names are the names of the profiles.
func (l *Locked) Names() []string { return sortedKeys(l.Profiles) }

type lockFile struct {
	Schema  string            `json:"schema"` // "insomnia.sources/v1"
	Sources map[string]Locked `json:"sources"`
}

const lockSchema = "insomnia.sources/v1"

func (r *Catalog) readLocks() {
	for _, c := range []*config.Config{r.User, r.Project} { // the project's wins
		if c == nil || c.Dir == "" {
			continue
		}
		locks, problem := ReadLock(c.Dir, c.Scope)
		if problem != nil {
			r.Problems = append(r.Problems, *problem)
		}
		for name, setting := range c.Sources {
			delete(r.locks, name)
			locked, ok := locks[name]
			if !ok || locked.Ref != setting.Value {
				continue
			}
			var err error
			if locked.flake, err = reference.Parse(locked.URL, "/"); err != nil || !locked.flake.WholeFlake() {
				continue // it pins nothing
			}
			if err := r.Inside(c.Scope, locked.flake); err != nil {
				outside := diag.From(err).Diagnostics[0]
				outside.Positions = []diag.Position{setting.At, {File: filepath.Join(c.Dir, LockName)}}
				r.Problems = append(r.Problems, outside)
				continue
			}
			r.locks[name] = locked
		}
	}
}

// ReadLock reads the pins next to a config.
func ReadLock(dir string, scope config.Scope) (map[string]Locked, *diag.Diagnostic) {
	path := filepath.Join(dir, LockName)
	data, err := config.ReadFile(dir, scope, LockName, maxLock)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]Locked{}, nil
	}
	return parseLock(data, err, path)
}

// parseLock reads what reading the file at a path gave.
func parseLock(data []byte, err error, path string) (map[string]Locked, *diag.Diagnostic) {
	var l lockFile
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	if err == nil && l.Schema != lockSchema {
		err = errors.New("it is not of the form " + lockSchema)
	}
	var refused *diag.Error
	if errors.As(err, &refused) {
		return map[string]Locked{}, &refused.Diagnostics[0]
	}
	if err != nil {
		return map[string]Locked{}, &diag.Diagnostic{Severity: diag.SeverityError, Code: "lock-unreadable", Message: "the lock of the sources cannot be read: " + bounded.Reason(err).Error(),
			Hint: "move it away and pin again: insomnia source update", Positions: []diag.Position{{File: path}}}
	}
	if l.Sources == nil {
		l.Sources = map[string]Locked{}
	}
	return l.Sources, nil
}

// maxLock is the largest lock that is read, in bytes.
const maxLock = 4 << 20

// Pin changes one pin in the lock next to a config, one writer at a time; nil removes
// it.
func Pin(dir string, scope config.Scope, name string, locked *Locked) error {
	if err := config.Inside(dir, scope, LockName); err != nil {
		return err
	}
	return config.Exclusive(dir, func() error {
		locks, problem := ReadLock(dir, scope)
		if problem != nil {
			return &diag.Error{Exit: diag.ExitState, Diagnostics: []diag.Diagnostic{*problem}}
		}
		delete(locks, name)
		if locked != nil {
			locks[name] = *locked
		}
		data, err := json.MarshalIndent(lockFile{lockSchema, locks}, "", "  ")
		if err != nil {
			return err
		}
		return config.Write(filepath.Join(dir, LockName), append(data, '\n'))
	})
}

// Source is a named source and its pin.
type Source struct {
	Name   string
	Set    config.Setting
	Scope  config.Scope
	Locked *Locked // nil if it is not pinned as it is set
}

// Sources are the named sources by name.
func (r *Catalog) Sources() []Source {
	var out []Source
	seen := map[string]bool{}
	for _, c := range r.configs() {
		for _, name := range sortedKeys(c.Sources) {
			if seen[name] {
				continue
			}
			seen[name] = true
			s := Source{Name: name, Set: c.Sources[name], Scope: c.Scope}
			if locked, ok := r.locks[name]; ok {
				s.Locked = &locked
			}
			out = append(out, s)
		}
	}
	return out
}

// Flake is the pinned flake of a source.
func (s Source) Flake() Flake {
	return Flake{Source: s.Name, Ref: s.Locked.flake, paste: s.Locked.flake}
}

// Meant returns the flake that a source names, as written in its config.
func (r *Catalog) Meant(s Source) (reference.Reference, error) {
	for _, c := range r.configs() {
		if c.Scope == s.Scope {
			return r.meant(c, s.Set)
		}
	}
	return reference.Parse(s.Set.Value, r.Dir)
}
