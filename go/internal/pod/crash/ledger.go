package main

import (
	"fmt"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
)

// ledger records what has been acknowledged for each Pod.
type ledger map[string]*entry

type entry struct {
	removed  bool
	revision int
	current  int
	sums     []string // checksums of the generations
	resumed  int      // number of events
}

func (l ledger) entry(id string) *entry {
	if l[id] == nil {
		l[id] = &entry{}
	}
	return l[id]
}

// note records one acknowledgment. Those of several writers arrive in any order.
func (l ledger) note(line said) {
	e := l.entry(line.Pod)
	switch {
	case line.Did == "remove":
		e.removed = true
	case line.Did == "record":
		e.resumed++
	case line.Revision > e.revision:
		e.revision, e.current = line.Revision, line.Current
	}
	if line.Did != "remove" && len(line.Sums) > len(e.sums) {
		e.sums = line.Sums
	}
}

func gone(err error) bool { return diag.CodeIs(err, "pod-not-found") }

// hold checks a store without active writers against its earlier state and what has been
// acknowledged since, and records its present state.
func (l ledger) hold(store *pod.Store, since ledger, removing map[string]bool) error {
	pods, damaged, err := store.List()
	if err != nil {
		return err
	}
	if len(damaged) > 0 {
		return damaged[0].Err
	}
	now := ledger{}
	for _, p := range pods {
		e := &entry{revision: p.Revision, current: p.Current}
		for _, g := range p.Generations {
			if _, err := store.Envelope(p, g.Number); err != nil {
				return err
			}
			e.sums = append(e.sums, g.Checksum)
		}
		events, err := store.Events(p)
		if err != nil {
			return err
		}
		for _, event := range events {
			if event.Kind == pod.EventResumed {
				e.resumed++
			}
		}
		now[p.ID] = e
	}
	for id, before := range l {
		acknowledged := since.entry(id)
		acknowledged.resumed += before.resumed
		if before.revision > acknowledged.revision {
			acknowledged.revision, acknowledged.current = before.revision, before.current
		}
		if len(before.sums) > len(acknowledged.sums) {
			acknowledged.sums = before.sums
		}
	}
	for id, want := range since {
		if err := now[id].has(want, removing[id]); err != nil {
			return fmt.Errorf("the Pod %s: %w", id, err)
		}
	}
	clear(l)
	for id, e := range now {
		l[id] = e
	}
	return nil
}

// has compares a Pod, nil if it does not exist, with what was acknowledged.
func (e *entry) has(want *entry, removing bool) error {
	switch {
	case e == nil && !removing:
		return fmt.Errorf("it is lost")
	case e == nil:
		return nil
	case want.removed:
		return fmt.Errorf("it was removed, and is there")
	case e.revision < want.revision, e.revision == want.revision && e.current != want.current:
		return fmt.Errorf("it is at revision %d with generation %d, and was at %d with %d", e.revision, e.current, want.revision, want.current)
	case len(e.sums) < len(want.sums) || !slices.Equal(e.sums[:len(want.sums)], want.sums):
		return fmt.Errorf("it has lost a generation, or has another: %q, and was %q", e.sums, want.sums)
	case e.resumed < want.resumed:
		return fmt.Errorf("it has %d events of %d", e.resumed, want.resumed)
	}
	return nil
}
