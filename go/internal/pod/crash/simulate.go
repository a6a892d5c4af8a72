package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

const storeDir = "/home/user/state/insomnia/pods"

// simulation repeatedly cuts the power while Pods are written.
type simulation struct {
	wrap func(durable.FS) durable.FS
	seed uint64

	states, lost, torn int
	first              string // first problem
}

// errDead is returned by every operation of a process after it was killed.
var errDead = errors.New("this process was killed")

// crashesEach is the number of states examined for one operation of the file system.
const crashesEach = 6

func (s *simulation) run(ctx context.Context, states int) error {
	for round := uint64(0); s.states < states; round++ {
		if err := s.round(ctx, rand.New(rand.NewPCG(s.seed, round))); err != nil {
			return fmt.Errorf("seed %d, round %d: %w", s.seed, round, err)
		}
	}
	return nil
}

// round is the life of one store: a series of changes, some of which are killed halfway.
func (s *simulation) round(ctx context.Context, random *rand.Rand) error {
	fsys := crashfs.New()
	w := &world{disk: fsys, store: pod.OpenOn(s.wrap(fsys), storeDir), random: random, expected: map[string][]state{}}
	if random.IntN(4) == 0 {
		if err := w.age(ctx); err != nil {
			return err
		}
	}
	for range 12 {
		if err := ctx.Err(); err != nil {
			return err
		}
		killAt := -1
		if random.IntN(3) == 0 {
			killAt = random.IntN(16)
		}
		operation := 0
		fsys.Before = func(name, path string) error {
			if killAt >= 0 && operation >= killAt {
				return errDead
			}
			switch name {
			case "ReadFile", "ReadDir", "Lstat", "Lock":
				return nil
			}
			operation++
			s.cut(w)
			return nil
		}
		err := w.change(ctx)
		fsys.Before = nil
		if err != nil && killAt < 0 {
			return err
		}
		w.settle(err == nil)
		s.cut(w)
	}
	return nil
}

// cut examines some of the states that a power cut at this moment may leave.
func (s *simulation) cut(w *world) {
	for range crashesEach {
		after := w.disk.Crash(w.random, float64(w.random.IntN(5))/4)
		s.states++
		lost, torn := w.judge(pod.OpenOn(after, storeDir))
		if lost != "" {
			s.lost++
		}
		if torn != "" {
			s.torn++
		}
		if s.first == "" && lost+torn != "" {
			s.first = fmt.Sprintf("state %d, while %s: %s%s", s.states, w.doing, lost, torn)
		}
	}
}

// state is everything visible of a Pod; the zero state means that it does not exist.
type state struct {
	current   int
	envelopes []string
	events    []string
}

func (a state) equal(b state) bool {
	return a.current == b.current && slices.Equal(a.envelopes, b.envelopes) && slices.Equal(a.events, b.events)
}

// with returns the state after one more event.
func (a state) with(current int, kind string) state {
	a.current = current
	a.events = append(slices.Clone(a.events), fmt.Sprint(kind, " ", current))
	return a
}

// world is a store and its expected content.
type world struct {
	disk   *crashfs.FS
	store  *pod.Store
	random *rand.Rand
	number int

	// expected are the states that a Pod may be in after a power cut: one if the last
	// change was acknowledged, several if its writer was killed.
	expected map[string][]state
	doing    string
	id       string // of the Pod being changed; empty for a new one
	next     state  // the result of the change
}

// change makes one random change to the store.
func (w *world) change(ctx context.Context) error {
	w.number++
	pods, damaged, err := w.store.List()
	if err != nil || len(damaged) > 0 {
		return fmt.Errorf("listing: %v %v", damaged, err)
	}
	if len(pods) == 0 || len(pods) < 4 && w.random.IntN(4) == 0 {
		return w.create(ctx)
	}
	p := pods[w.random.IntN(len(pods))]
	before, err := look(w.store, p)
	if err != nil {
		return err
	}
	w.id = p.ID
	switch action := w.random.IntN(9); {
	case action < 4:
		e := envelope(w.number)
		w.doing, w.next = "adding", before.with(len(p.Generations)+1, pod.EventReloaded)
		w.next.envelopes = append(slices.Clone(before.envelopes), encoded(e, p.Name))
		_, err = w.store.Add(ctx, p, e)
	case action < 6:
		number := 1 + w.random.IntN(len(p.Generations))
		w.doing, w.next = "rolling back", before.with(number, pod.EventRolledBack)
		_, err = w.store.Rollback(ctx, p, number)
	case action < 8:
		w.doing, w.next = "recording", before.with(p.Current, pod.EventResumed)
		err = w.store.Record(ctx, p, pod.EventResumed)
	default:
		w.doing, w.next = "removing", state{}
		err = w.store.Remove(ctx, p)
	}
	return err
}

// age creates a Pod with so many events that the older ones are about to move to a file
// of their own.
func (w *world) age(ctx context.Context) error {
	if err := w.create(ctx); err != nil {
		return err
	}
	p, err := w.store.Find(w.id)
	for range 45 {
		if err == nil {
			err = w.store.Record(ctx, p, pod.EventResumed)
			w.next = w.next.with(1, pod.EventResumed)
		}
	}
	w.settle(true)
	return err
}

func (w *world) create(ctx context.Context) error {
	e, name := envelope(w.number), fmt.Sprintf("pod-%d", w.number)
	w.doing, w.id = "creating", ""
	w.next = state{current: 1, envelopes: []string{encoded(e, name)}, events: []string{"created 1"}}
	p, err := w.store.Create(ctx, pod.New{Name: name, Envelope: e})
	if err == nil {
		w.id = p.ID
		w.expected[p.ID] = []state{{}}
	}
	return err
}

// settle records the outcome of a change.
func (w *world) settle(acknowledged bool) {
	if acknowledged {
		w.expected[w.id] = []state{w.next}
	} else if pods, _, err := w.store.List(); err == nil {
		// The writer was killed: others can see its change, but it may not survive a power
		// cut.
		for _, p := range pods {
			if seen, err := look(w.store, p); err == nil && seen.equal(w.next) {
				w.expected[p.ID] = append(slices.Clone(w.expected[p.ID]), seen)
				if len(w.expected[p.ID]) == 1 {
					w.expected[p.ID] = append(w.expected[p.ID], state{})
				}
			}
		}
		if w.doing == "removing" {
			w.expected[w.id] = append(slices.Clone(w.expected[w.id]), state{})
		}
	}
	w.doing, w.id, w.next = "resting", "", state{}
}

// judge compares a store after a power cut with its expected content.
func (w *world) judge(after *pod.Store) (lost, torn string) {
	pods, damaged, err := after.List()
	if err != nil {
		return "", err.Error()
	}
	if len(damaged) > 0 {
		return "", damaged[0].Err.Error()
	}
	seen := map[string]state{}
	for _, p := range pods {
		if seen[p.ID], err = look(after, p); err != nil {
			return "", err.Error()
		}
	}
	for id, allowed := range w.expected {
		if id == w.id {
			allowed = append(slices.Clone(allowed), w.next)
		}
		if !slices.ContainsFunc(allowed, seen[id].equal) {
			return fmt.Sprintf("the Pod %s is at generation %d of %d with the events %q", id, seen[id].current, len(seen[id].envelopes), seen[id].events), ""
		}
		delete(seen, id)
	}
	for id, s := range seen {
		if w.id != "" || !s.equal(w.next) {
			return "", fmt.Sprintf("the Pod %s was not created", id)
		}
	}
	return "", ""
}

// look reads and verifies all of a Pod.
func look(s *pod.Store, p *pod.Pod) (state, error) {
	seen := state{current: p.Current}
	for _, g := range p.Generations {
		data, err := s.Bytes(p, g.Number)
		if err != nil {
			return seen, err
		}
		seen.envelopes = append(seen.envelopes, string(data))
	}
	events, err := s.Events(p)
	for _, e := range events {
		seen.events = append(seen.events, fmt.Sprint(e.Kind, " ", e.Generation))
	}
	return seen, err
}

// encoded returns the bytes that the store keeps of an envelope.
func encoded(e *manifest.Envelope, name string) string {
	named := *e
	named.Inputs.Name = name
	data, err := manifest.EncodeEnvelope(&named)
	if err != nil {
		panic(err)
	}
	return string(data)
}
