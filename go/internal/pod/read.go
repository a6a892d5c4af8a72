package pod

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// maxGeneration is what an envelope may have at most, and the checksum around it.
const maxGeneration = 16<<20 + 4096

// found is what is in the store under one name.
type found struct {
	id     string
	record *record
	err    error
}

// readAll reads every Pod, in the order of the entries.
func (s *Store) readAll(entries []fs.DirEntry) []found {
	all := make([]found, 0, len(entries))
	for _, entry := range entries {
		id := entry.Name()
		if strings.HasPrefix(id, ".") {
			continue
		}
		f := found{id: id}
		switch {
		case !idForm().MatchString(id):
			f.err = s.damaged(id, "its folder is not named as Pods are")
		case !entry.IsDir():
			f.err = s.damaged(id, "it is not a folder")
		default:
			f.record, _, f.err = s.read(id)
		}
		if !errors.Is(f.err, errGone) {
			all = append(all, f)
		}
	}
	return all
}

func (s *Store) entries() ([]fs.DirEntry, error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	entries, err := s.fs.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, diag.Errorf(diag.ExitState, "pods-unreadable", "the Pods in %s cannot be read: %v", s.dir, reason(err)).
			Hintf("give yourself the right to read the folder")
	}
	return entries, nil
}

// List gives every Pod, newest first, and those that are damaged. The manifests are not read.
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
	slices.SortFunc(pods, func(a, b *Pod) int { return strings.Compare(b.ID, a.ID) }) // IDs begin with the time
	return pods, damaged, nil
}

// shortest is how much of an ID has to be given.
const shortest = 4

// Find gives the Pod of an ID, a name, or the beginning of an ID that only one has.
func (s *Store) Find(ref string) (*Pod, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, err
	}
	var matches []found
	unknown := 0
	for _, f := range s.readAll(entries) {
		switch {
		case f.id == ref:
			return f.pod()
		case f.err == nil && f.record.Name == ref, len(ref) >= shortest && strings.HasPrefix(f.id, ref):
			matches = append(matches, f)
		case f.err != nil:
			unknown++
		}
	}
	switch len(matches) {
	case 0:
		e := diag.Errorf(diag.ExitNotFound, "pod-not-found", "there is no Pod `%s`", shortened(ref)).Hintf("see which there are: insomnia pod list")
		if unknown > 0 {
			e.Diagnostics[0].Message += fmt.Sprintf(" among those that can be read; %d cannot", unknown)
		}
		return nil, e
	case 1:
		return matches[0].pod()
	}
	e := diag.Errorf(diag.ExitNotFound, "pod-ambiguous", "`%s` can be %d Pods", shortened(ref), len(matches))
	lines := make([]string, len(matches))
	for i, f := range matches {
		lines[i] = f.id
		if f.err == nil {
			lines[i] += "  " + f.record.Name
		}
	}
	return nil, e.Hintf("say which by its whole ID:\n%s", strings.Join(lines, "\n"))
}

func (f found) pod() (*Pod, error) {
	if f.err != nil {
		return nil, f.err
	}
	return &f.record.Pod, nil
}

// Envelope reads and verifies one generation; 0 is the current one.
func (s *Store) Envelope(p *Pod, number int) (*manifest.Envelope, error) {
	content, err := s.Bytes(p, number)
	if err != nil {
		return nil, err
	}
	g, _ := p.generation(number)
	e, problems := manifest.DecodeEnvelope(content)
	if len(problems) > 0 {
		if problems[0].Code == "schema-version" {
			return nil, diag.Errorf(diag.ExitState, "pod-newer", "generation %d of the Pod `%s` was written by another version of insomnia: %s",
				g.Number, p.Name, problems[0].Message).Hintf("use that version, or update this one")
		}
		return nil, s.damagedGeneration(p, g.Number, problems[0].Message)
	}
	if e.Digest != g.Digest {
		return nil, s.damagedGeneration(p, g.Number, "it holds another manifest than the one that was recorded")
	}
	return e, nil
}

// Bytes are the bytes of a generation's envelope as they were written, verified.
func (s *Store) Bytes(p *Pod, number int) ([]byte, error) {
	g, ok := p.generation(number)
	if !ok {
		return nil, noGeneration(p, number)
	}
	if err := s.safe(); err != nil {
		return nil, err
	}
	data, err := s.fs.ReadFile(filepath.Join(s.dir, p.ID, generationName(g.Number)), maxGeneration)
	if errors.Is(err, fs.ErrNotExist) {
		if _, _, err := s.read(p.ID); errors.Is(err, errGone) {
			return nil, diag.Errorf(diag.ExitNotFound, "pod-not-found", "the Pod `%s` has been removed", p.Name)
		}
		return nil, s.damagedGeneration(p, g.Number, "its file is missing")
	}
	if notOurs(err) {
		return nil, s.damagedGeneration(p, g.Number, reason(err).Error())
	}
	if err != nil {
		return nil, s.unreadable(p.ID, err)
	}
	content, sum, err := durable.Unframe(data)
	if err == nil && sum != g.Checksum {
		err = errors.New("it is another envelope than the one that was recorded")
	}
	if err != nil {
		return nil, s.damagedGeneration(p, g.Number, err.Error())
	}
	return content, nil
}

// notOurs tells an error that says what a file is from one of reading it.
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
	return e.Hintf("restore %s from a backup, or create the Pod anew", file)
}
