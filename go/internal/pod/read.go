package pod

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// maxGeneration limits the size of an envelope with its checksum.
const maxGeneration = 16<<20 + 4096

// found is the content of one entry of the store.
type found struct {
	id     string
	record *record
	err    error
}

// readAll reads every Pod, in the order of the entries.
func (s *Store) readAll(entries []fs.DirEntry) []found {
	all := make([]found, len(entries))
	each(len(entries), func(i int) {
		f := &all[i]
		switch f.id = entries[i].Name(); {
		case strings.HasPrefix(f.id, "."):
			f.err = errGone
		case !idForm(f.id):
			f.err = s.damaged(f.id, "its folder is not named as Pods are")
		case !entries[i].IsDir():
			f.err = s.damaged(f.id, notFolder)
		default:
			f.record, _, f.err = s.read(f.id)
		}
	})
	return slices.DeleteFunc(all, func(f found) bool { return errors.Is(f.err, errGone) })
}

const notFolder = "it is not a folder"

// names reads only the name of every Pod, unverified and in the order of the entries; an
// unreadable name is empty.
func (s *Store) names(entries []fs.DirEntry) (ids, names []string) {
	for _, entry := range entries {
		if id := entry.Name(); idForm(id) {
			ids = append(ids, id)
		}
	}
	names = make([]string, len(ids))
	each(len(ids), func(i int) {
		if data, err := s.fs.ReadFile(filepath.Join(s.dir, ids[i], recordName), maxRecord); err == nil {
			names[i] = nameIn(data, ids[i])
		}
	})
	return ids, names
}

// each calls do with 0 to n-1, concurrently if there are many: reading many small files
// is mostly waiting.
func each(n int, do func(i int)) {
	const few = 32
	if n < few {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

func (s *Store) entries() ([]fs.DirEntry, error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	entries, err := s.fs.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diag.Errorf(diag.ExitState, "pods-unreadable", "cannot read the Pods in %s: %v", s.dir, bounded.Reason(err)).
			Hintf("check permissions: ls -ld %s", s.dir)
	}
	return entries, nil
}

// List returns the Pods, newest first, and those that are damaged. It does not read
// manifests.
func (s *Store) List() ([]*Pod, []Damaged, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, nil, err
	}
	var pods []*Pod
	var damaged []Damaged
	for _, f := range s.readAll(entries) {
		if f.err != nil {
			damaged = append(damaged, Damaged{ID: f.id, Err: f.err})
			continue
		}
		pods = append(pods, &f.record.Pod)
	}
	slices.SortFunc(pods, func(a, b *Pod) int { return strings.Compare(timeOf(b.ID), timeOf(a.ID)) })
	return pods, damaged, nil
}

// Verify reads everything that Pods have and returns the damaged ones. It compares every
// byte with its checksum, but does not validate manifests.
func (s *Store) Verify(pods []*Pod) []Damaged {
	damaged := make([]Damaged, len(pods))
	each(len(pods), func(i int) {
		p := pods[i]
		_, err := s.Events(p)
		for _, g := range p.Generations {
			if err == nil {
				_, err = s.bytes(p, g.Number)
			}
		}
		// A Pod removed in the meantime is not damaged.
		if err != nil && !diag.CodeIs(err, "pod-not-found") {
			damaged[i] = Damaged{ID: p.ID, Err: err}
		}
	})
	return slices.DeleteFunc(damaged, func(d Damaged) bool { return d.Err == nil })
}

// shortest is the minimum length of an abbreviated ID.
const shortest = 4

// Find returns the Pod with this ID, name or unique ID prefix.
func (s *Store) Find(ref string) (*Pod, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, err
	}
	ids, names := s.names(entries)
	var matches []int
	for i, id := range ids {
		if id == ref {
			return s.verified(id)
		}
		if names[i] == ref && ref != "" || len(ref) >= shortest && strings.HasPrefix(id, ref) {
			matches = append(matches, i)
		}
	}
	switch len(matches) {
	case 0:
		return nil, s.notFound(ref, entries)
	case 1:
		return s.verified(ids[matches[0]])
	}
	lines := make([]string, len(matches))
	for i, match := range matches {
		lines[i] = strings.TrimSpace(ids[match] + "  " + names[match])
	}
	return nil, diag.Errorf(diag.ExitNotFound, "pod-ambiguous", "`%s` can be %d Pods", shortened(ref), len(matches)).
		Hintf("say which by its whole ID:\n%s", strings.Join(lines, "\n"))
}

// verified reads the Pod with an ID.
func (s *Store) verified(id string) (*Pod, error) {
	if info, err := s.fs.Lstat(filepath.Join(s.dir, id)); err == nil && !info.IsDir() {
		return nil, s.damaged(id, notFolder)
	}
	r, _, err := s.read(id)
	if errors.Is(err, errGone) {
		return nil, s.notFound(id, nil)
	}
	if err != nil {
		return nil, err
	}
	return &r.Pod, nil
}

func (s *Store) notFound(ref string, entries []fs.DirEntry) error {
	message := diag.Sprintf("Pod `%s` not found", shortened(ref))
	damaged := 0
	for _, f := range s.readAll(entries) {
		if f.err != nil {
			damaged++
		}
	}
	if damaged > 0 {
		message += fmt.Sprintf(" among those that can be read; %d cannot", damaged)
	}
	return diag.Errorf(diag.ExitNotFound, "pod-not-found", "%s", message).Hintf("see which there are: insomnia pod list")
}

// Envelope reads and verifies a generation; 0 is the current one.
func (s *Store) Envelope(p *Pod, number int) (*manifest.Envelope, error) {
	content, err := s.Bytes(p, number)
	if err != nil {
		return nil, err
	}
	g, _ := p.generation(number)
	e, problems := manifest.DecodeStored(content)
	if len(problems) > 0 {
		if problems[0].Code == "schema-version" {
			return nil, diag.Errorf(diag.ExitState, "pod-newer", "generation %d of the Pod `%s` was written by another version of insomnia: %s",
				g.Number, p.Name, problems[0].Message).Hintf("use that version, or update this one")
		}
		return nil, s.damagedGeneration(p, g.Number, problems[0].Message)
	}
	if e.Digest != g.Digest {
		return nil, s.damagedGeneration(p, g.Number, "its manifest differs from the recorded one")
	}
	return e, nil
}

// Bytes returns the verified bytes of a generation's envelope as they were written.
func (s *Store) Bytes(p *Pod, number int) ([]byte, error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	return s.bytes(p, number)
}

func (s *Store) bytes(p *Pod, number int) ([]byte, error) {
	g, ok := p.generation(number)
	if !ok {
		return nil, noGeneration(p, number)
	}
	data, err := s.fs.ReadFile(filepath.Join(s.dir, p.ID, generationName(g.Number)), maxGeneration)
	if errors.Is(err, fs.ErrNotExist) {
		if _, _, err := s.read(p.ID); errors.Is(err, errGone) {
			return nil, diag.Errorf(diag.ExitNotFound, "pod-not-found", "the Pod `%s` has been removed", p.Name)
		}
		return nil, s.damagedGeneration(p, g.Number, "its file is missing")
	}
	if notOurs(err) {
		return nil, s.damagedGeneration(p, g.Number, bounded.Reason(err).Error())
	}
	if err != nil {
		return nil, s.unreadable(p.ID, err)
	}
	content, sum, err := durable.Unframe(data)
	if err == nil && sum != g.Checksum {
		err = errors.New("the envelope differs from the recorded one")
	}
	if err != nil {
		return nil, s.damagedGeneration(p, g.Number, err.Error())
	}
	return content, nil
}

// notOurs reports whether an error is about the kind of a file, not about reading it.
func notOurs(err error) bool {
	return errors.Is(err, durable.ErrNotRegular) || errors.Is(err, durable.ErrTooLarge)
}

func noGeneration(p *Pod, number int) error {
	return diag.Errorf(diag.ExitNotFound, "no-generation", "the Pod `%s` has no generation %d", p.Name, number).
		Expectedf("1 to %d", len(p.Generations))
}

func (s *Store) damagedGeneration(p *Pod, number int, what string) *diag.Error {
	e := diag.Errorf(diag.ExitState, "pod-damaged", "generation %d of the Pod `%s` is damaged: %s", number, p.Name, what)
	file := filepath.Join(s.dir, p.ID, generationName(number))
	if len(p.Generations) > 1 {
		return e.Hintf("restore %s from a backup, or go back to another generation: insomnia pod rollback %s N", file, p.Name)
	}
	return e.Hintf("restore %s from a backup, or create the Pod again", file)
}
