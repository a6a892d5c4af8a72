package pod

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Create writes a new Pod with its first generation. When Create returns, the Pod is
// complete and durable; after an error it does not exist.
//
// The envelope's inputs get the name of the Pod. A given name that another Pod has is a
// conflict (exit 8, pod-exists); a name derived from the profile's gets a number instead.
func (s *Store) Create(ctx context.Context, n New) (*Pod, error) {
	if n.Name != "" {
		if err := CheckName(n.Name); err != nil {
			return nil, err
		}
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.create(n)
	return p, errors.Join(err, unlock())
}

func (s *Store) create(n New) (*Pod, error) {
	entries, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return nil, s.notWritten(err)
	}
	s.sweep(s.dir, entries, leftInStore)
	ids, names := s.names(entries)
	if len(ids) == 0 {
		// The process that made the directories may have died before they were durable.
		if err := durable.SyncAncestors(s.fs, s.dir); err != nil {
			return nil, s.notWritten(err)
		}
	}
	taken := map[string]string{}
	for i, name := range names {
		taken[name] = ids[i]
	}
	name := n.Name
	switch {
	case name == "" && CheckName(n.Envelope.Profile.Name) == nil:
		name = freeName(n.Envelope.Profile.Name, taken)
	case name == "":
		name = freeName("pod", taken)
	case taken[name] != "":
		return nil, diag.Errorf(diag.ExitState, "pod-exists", "Pod `%s` already exists: %s", name, taken[name]).
			Hintf("give another name with --name, or resume that Pod: insomnia pod resume %s", name)
	}

	id := n.ID
	if id == "" || !idForm(id) || !free(id, ids) {
		if id, err = makeID(ids); err != nil {
			return nil, fmt.Errorf("making an ID: %w", err)
		}
	}
	e := *n.Envelope
	e.Inputs.Name = name
	r := &record{Schema: recordSchema, EventFiles: []string{},
		Pod: Pod{ID: id, Name: name, Created: now(), Source: n.Source, State: Saved}}
	generation, err := r.generate(&e)
	if err != nil {
		return nil, err
	}
	r.add(EventCreated, now())
	data, err := r.encode()
	if err != nil {
		return nil, err
	}
	if n.Decided != nil {
		n.Decided(r.Pod)
	}
	if err := s.publish(r.ID, map[string][]byte{generationName(1): generation, recordName: data}); err != nil {
		return nil, s.notWritten(err)
	}
	return &r.Pod, nil
}

// publish writes the directory of a new Pod under a temporary name, and renames it when
// all of it is on disk.
func (s *Store) publish(id string, files map[string][]byte) error {
	temporary, final := filepath.Join(s.dir, newPrefix+id), filepath.Join(s.dir, id)
	if err := s.fs.Mkdir(temporary, folderMode); err != nil {
		return err
	}
	discard := func(err error) error { return errors.Join(err, durable.RemoveAll(s.fs, temporary)) }
	for name, data := range files {
		if err := durable.Create(s.fs, filepath.Join(temporary, name), data, fileMode); err != nil {
			return discard(err)
		}
	}
	if err := s.fs.SyncDir(temporary); err != nil {
		return discard(err)
	}
	if err := s.fs.Rename(temporary, final); err != nil {
		return discard(err)
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		// It was not acknowledged, so it must not be visible; the next writer sweeps it.
		if back := s.fs.Rename(final, temporary); back != nil {
			return s.unsure(errors.Join(err, back))
		}
		return err
	}
	return nil
}

func generationName(number int) string { return fmt.Sprintf("generation-%d.json", number) }

// generate makes an envelope the newest and current generation, and returns the bytes of
// its file.
func (r *record) generate(e *manifest.Envelope) (data []byte, err error) {
	if e.Provenance == nil || e.Digest != manifest.Digest(e.Manifest) {
		return nil, fmt.Errorf("the envelope for the Pod %s has no provenance or another manifest's digest", r.ID)
	}
	content, err := manifest.EncodeEnvelope(e)
	if err != nil {
		return nil, err
	}
	data, sum := durable.Frame(content)
	if len(data) > maxGeneration {
		return nil, diag.Errorf(diag.ExitInvalid, "max-bytes", "the resolved profile has %d bytes with its provenance", len(data)).
			Expectedf("at most %d MiB", maxGeneration>>20)
	}
	number := len(r.Generations) + 1
	r.Generations = append(r.Generations, Generation{Number: number, Created: now(), Digest: e.Digest, Checksum: sum})
	return data, r.show(e, number)
}

// show makes a generation the current one and copies the properties that a list shows.
func (r *record) show(e *manifest.Envelope, number int) error {
	var m struct {
		Model struct {
			Ref string `json:"ref"`
		} `json:"model"`
	}
	if err := json.Unmarshal(e.Manifest, &m); err != nil {
		return fmt.Errorf("the model of the Pod %s: %w", r.ID, err)
	}
	watch, err := newWatch(e.Provenance)
	if err != nil {
		return fmt.Errorf("the provenance of the Pod %s: %w", r.ID, err)
	}
	r.Current, r.Revision, r.Watch, r.watch = number, r.Revision+1, watch, watch
	r.Profile, r.Model = e.Profile, m.Model.Ref
	r.Workspace, r.Runtime = e.Inputs.Workspace, e.Inputs.Runtime
	return nil
}
