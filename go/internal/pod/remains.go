package pod

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// Remains describes what is left of a damaged Pod.
type Remains struct {
	ID   string // the name of its directory in the store
	Dir  string
	Name string // empty if unknown
	Why  error  // pod-damaged
	// Generations counts the generation files that exist, and Intact those whose every byte
	// is as it was written.
	Generations, Intact int
}

// Remains inspects a damaged Pod by its whole ID, which a list shows. It refuses a
// healthy Pod (pod-not-damaged), even if only the name of its directory is wrong. A Pod
// that cannot be read or has a newer version may not be damaged; the error reports that.
func (s *Store) Remains(id string) (*Remains, error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	gone := diag.Errorf(diag.ExitNotFound, "pod-not-found", "damaged Pod not found: %s", diag.Quote(shortened(id))).
		Hintf("list the Pods with their IDs: insomnia pod list")
	if id == "" || strings.HasPrefix(id, ".") || id != filepath.Base(id) {
		return nil, gone
	}
	left := &Remains{ID: id, Dir: filepath.Join(s.dir, id)}
	info, err := s.fs.Lstat(left.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, gone
	case err != nil:
		return nil, s.unreadable(id, err)
	case !info.IsDir():
		left.Why = s.damaged(id, notFolder)
		return left, nil
	}
	r, err := s.recordIn(id)
	switch {
	case r == nil && !diag.CodeIs(err, "pod-damaged"):
		return nil, err
	case r != nil:
		left.Name = r.Name
		broken := s.whole(id, r)
		switch {
		case broken == nil && r.ID == id:
			return nil, diag.Errorf(diag.ExitRefused, "pod-not-damaged", "cannot remove the Pod %s as damaged: it is not", diag.Quote(r.Name)).
				Hintf("remove it with its history: insomnia pod rm %s", r.Name)
		case broken == nil:
			return nil, diag.Errorf(diag.ExitRefused, "pod-not-damaged", "cannot remove %s as damaged: it holds the Pod %s, which is intact", left.Dir, diag.Quote(r.Name)).
				Hintf("rename the directory to use the Pod again: mv %s %s", diag.Shell(left.Dir), diag.Shell(filepath.Join(s.dir, r.ID)))
		case !diag.CodeIs(broken, "pod-damaged"):
			return nil, broken
		}
		err = broken
	case idForm(id):
		if data, err := s.fs.ReadFile(filepath.Join(left.Dir, recordName), maxRecord); err == nil {
			left.Name = nameIn(data, id)
		}
	}
	left.Why = err
	return left, s.count(left)
}

// recordIn reads the pod.json of a directory, whatever the directory is called.
func (s *Store) recordIn(dir string) (*record, error) {
	r, _, err := s.read(dir)
	if err == nil && !idForm(dir) {
		return nil, s.damaged(dir, "its folder is not named as Pods are")
	}
	if !diag.CodeIs(err, "pod-damaged") {
		return r, err
	}
	data, readErr := s.fs.ReadFile(filepath.Join(s.dir, dir, recordName), maxRecord)
	if readErr != nil {
		return nil, err
	}
	content, _, frameErr := durable.Unframe(data)
	if frameErr != nil {
		return nil, err
	}
	if r, decodeErr := decode(content); decodeErr == nil && r.Schema == recordSchema && idForm(r.ID) && r.problem(r.ID) == "" {
		return r, nil
	}
	return nil, err
}

// whole reads everything that a record refers to, in a directory of any name.
func (s *Store) whole(dir string, r *record) error {
	for i, sum := range r.EventFiles {
		if _, err := s.readEvents(dir, i+1, sum); err != nil {
			return s.damaged(dir, fmt.Sprintf("%s: %v", eventsName(i+1), bounded.Reason(err)))
		}
	}
	there := r.Pod
	there.ID = dir
	for _, g := range r.Generations {
		if _, err := s.bytes(&there, g.Number); err != nil {
			return err
		}
	}
	return nil
}

// count finds the existing generations and counts the intact ones.
func (s *Store) count(left *Remains) error {
	entries, err := s.fs.ReadDir(left.Dir)
	if err != nil {
		return s.unreadable(left.ID, err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "generation-") || durable.Temporary(entry.Name()) {
			continue
		}
		left.Generations++
		data, err := s.fs.ReadFile(filepath.Join(left.Dir, entry.Name()), maxGeneration)
		if err == nil {
			_, _, err = durable.Unframe(data)
		}
		if err == nil {
			left.Intact++
		}
	}
	return nil
}

// RemoveDamaged removes everything left of a damaged Pod. It inspects the Pod again
// first; errors are those of [Store.Remains]. It removes links without following them.
func (s *Store) RemoveDamaged(ctx context.Context, id string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	if _, err = s.Remains(id); err == nil {
		err = s.takeAway(id)
	}
	return errors.Join(err, unlock())
}

// takeAway removes an entry of the store. The caller has the lock.
func (s *Store) takeAway(name string) error {
	mark, err := uuid.NewV7()
	if err != nil {
		return s.notWritten(err)
	}
	here, away := filepath.Join(s.dir, name), filepath.Join(s.dir, removedPrefix+mark.String())
	if err := s.fs.Rename(here, away); err != nil {
		return s.notWritten(err)
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		if back := s.fs.Rename(away, here); back != nil {
			return s.unsure(errors.Join(err, back))
		}
		return s.notWritten(err)
	}
	// The Pod is gone; the next writer sweeps what cannot be deleted now.
	_ = durable.RemoveAll(s.fs, away)
	return nil
}
