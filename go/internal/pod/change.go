package pod

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Add adds a generation, resolved from p's source, and makes it the current one. The
// caller may have changed that source. If another generation has become the current one
// since p was read, that is a conflict (exit 8, pod-conflict) and nothing is written.
func (s *Store) Add(ctx context.Context, p *Pod, e *manifest.Envelope) (*Pod, error) {
	return s.change(ctx, p, func(r *record) (*file, error) {
		if r.Revision != p.Revision {
			return nil, conflict(p, r)
		}
		r.Source = p.Source
		named := *e
		named.Inputs.Name = r.Name
		data, err := r.generate(&named)
		if err != nil {
			return nil, err
		}
		r.add(EventReloaded, now())
		return &file{generationName(r.Current), data}, nil
	})
}

// Rollback makes an earlier generation the current one after verifying it; 0 is the
// previous one. Conflicts are as in [Store.Add].
func (s *Store) Rollback(ctx context.Context, p *Pod, number int) (*Pod, error) {
	return s.change(ctx, p, func(r *record) (*file, error) {
		if r.Revision != p.Revision {
			return nil, conflict(p, r)
		}
		if number == 0 {
			number = r.Current - 1
		}
		if number < 1 || number > len(r.Generations) {
			return nil, noGeneration(p, number)
		}
		e, err := s.Envelope(&r.Pod, number)
		if err != nil {
			return nil, err
		}
		if err := r.show(e, number); err != nil {
			return nil, err
		}
		r.add(EventRolledBack, now())
		return nil, nil
	})
}

// Record adds an event that does not change the current generation.
func (s *Store) Record(ctx context.Context, p *Pod, kind string) error {
	_, err := s.change(ctx, p, func(r *record) (*file, error) {
		r.add(kind, now())
		return nil, nil
	})
	return err
}

// Begin records the start of a session: EventStarted or EventResumed. If the current
// generation has changed since p was read, that is a conflict, and the caller should not
// start the session. If the end of the previous session is missing, because nothing was
// left to record it, Begin records it at the time before. The caller must keep other
// sessions of the Pod from starting.
func (s *Store) Begin(ctx context.Context, p *Pod, kind string, before time.Time) error {
	_, err := s.change(ctx, p, func(r *record) (*file, error) {
		if r.Revision != p.Revision {
			return nil, conflict(p, r)
		}
		if err := s.end(r, before); err != nil {
			return nil, err
		}
		r.add(kind, now())
		return nil, nil
	})
	return err
}

// End records that the session has ended, unless that is recorded already.
func (s *Store) End(ctx context.Context, p *Pod, at time.Time) error {
	_, err := s.change(ctx, p, func(r *record) (*file, error) { return nil, s.end(r, at) })
	return err
}

func (s *Store) end(r *record, at time.Time) error {
	open, err := s.open(r)
	if err == nil && open != nil {
		if at = at.UTC().Truncate(time.Millisecond); at.Before(open.Time) {
			at = open.Time
		}
		r.add(EventEnded, at)
	}
	return err
}

// open returns the event that started a session without a recorded end; nil for none.
func (s *Store) open(r *record) (*Event, error) {
	events := r.Events
	for number := len(r.EventFiles); ; number-- {
		if last := lastOfSession(events); last != nil {
			return unended(last), nil
		}
		if number == 0 {
			return nil, nil
		}
		var err error
		if events, err = s.readEvents(r.ID, number, r.EventFiles[number-1]); err != nil {
			return nil, s.damaged(r.ID, fmt.Sprintf("%s: %v", eventsName(number), bounded.Reason(err)))
		}
	}
}

// Remove removes a Pod with all its generations.
func (s *Store) Remove(ctx context.Context, p *Pod) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.remove(p), unlock())
}

func (s *Store) remove(p *Pod) error {
	r, _, err := s.read(p.ID)
	if errors.Is(err, errGone) {
		return conflict(p, nil)
	}
	if err != nil {
		return err
	}
	if r.Revision != p.Revision {
		return conflict(p, r)
	}
	return s.takeAway(p.ID)
}

type file struct {
	name string
	data []byte
}

// change reads a Pod under the lock and calls apply to modify it. It then writes the new
// file, if there is one, and pod.json last.
func (s *Store) change(ctx context.Context, p *Pod, apply func(*record) (*file, error)) (*Pod, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	changed, err := s.apply(p, apply)
	return changed, errors.Join(err, unlock())
}

func (s *Store) apply(p *Pod, apply func(*record) (*file, error)) (*Pod, error) {
	r, old, err := s.read(p.ID)
	if errors.Is(err, errGone) {
		return nil, conflict(p, nil)
	}
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.dir, p.ID)
	s.sweepPod(dir, r)
	if r.Revision == 1 && len(r.Events) == 1 {
		// The process that created it may have died before its name was durable.
		if err := s.fs.SyncDir(s.dir); err != nil {
			return nil, s.notWritten(err)
		}
	}
	added, err := apply(r)
	if err != nil {
		return nil, err
	}
	older, err := r.spill()
	if err != nil {
		return nil, err
	}
	data, err := r.encode()
	if err != nil {
		return nil, err
	}
	for _, f := range []*file{added, older} {
		if f == nil {
			continue
		}
		if err := durable.Create(s.fs, filepath.Join(dir, f.name), f.data, fileMode); err != nil {
			return nil, s.notWritten(err)
		}
	}
	if added != nil || older != nil {
		// What pod.json refers to must be on disk before pod.json is.
		if err := s.fs.SyncDir(dir); err != nil {
			return nil, s.notWritten(err)
		}
	}
	if err := s.replaceRecord(filepath.Join(dir, recordName), old, data); err != nil {
		return nil, err
	}
	return &r.Pod, nil
}

// replaceRecord replaces a pod.json, or leaves the old one.
func (s *Store) replaceRecord(path string, old, data []byte) error {
	err := durable.Replace(s.fs, path, data, fileMode)
	if err == nil {
		return nil
	}
	// Perhaps only the last fsync failed: a change that was not acknowledged must not be
	// visible.
	there, readErr := s.fs.ReadFile(path, maxRecord)
	if readErr == nil && !bytes.Equal(there, old) {
		readErr = durable.Replace(s.fs, path, old, fileMode)
	}
	if readErr != nil {
		return s.unsure(errors.Join(err, readErr))
	}
	return s.notWritten(err)
}

// sweepPod removes what dead writers have left in the directory of a Pod: temporary
// files, and files that pod.json does not refer to yet.
func (s *Store) sweepPod(dir string, r *record) {
	entries, err := s.fs.ReadDir(dir)
	if err != nil {
		return // whatever is wrong shows up in the next operation
	}
	unfinished := map[string]bool{generationName(len(r.Generations) + 1): true, eventsName(len(r.EventFiles) + 1): true}
	s.sweep(dir, entries, func(name string) bool { return durable.Temporary(name) || unfinished[name] })
}

// conflict is the error if p is out of date; r is nil if the Pod no longer exists.
func conflict(p *Pod, r *record) error {
	if r == nil {
		return diag.Errorf(diag.ExitState, "pod-conflict", "the Pod `%s` has been removed since it was read", p.Name)
	}
	return diag.Errorf(diag.ExitState, "pod-conflict", "the Pod `%s` has changed since it was read: its current generation is %d now, and was %d",
		p.Name, r.Current, p.Current).
		Hintf("nothing was changed; look at it and repeat the command: insomnia pod show %s", p.Name)
}
