package pod

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

const (
	eventsSchema = "insomnia.stored-events/v1"

	// eventsEach is how many events a file of older ones has: pod.json, which a
	// list reads and each change writes anew, has no more than that.
	eventsEach = 50
)

// olderEvents is the content of a file of them.
type olderEvents struct {
	Schema string  `json:"schema"`
	Events []Event `json:"events"`
}

func eventsName(number int) string { return fmt.Sprintf("events-%d.json", number) }

// spill moves the oldest events of a record to a new file when there are many;
// nil when there are not.
func (r *record) spill() (*file, error) {
	if len(r.Events) <= eventsEach {
		return nil, nil
	}
	content, err := json.Marshal(olderEvents{Schema: eventsSchema, Events: r.Events[:eventsEach]})
	if err != nil {
		return nil, fmt.Errorf("encoding the events of the Pod %s: %w", r.ID, err)
	}
	data, sum := durable.Frame(content)
	r.Events = r.Events[eventsEach:]
	r.EventFiles = append(r.EventFiles, sum)
	return &file{eventsName(len(r.EventFiles)), data}, nil
}

// Events are what happened to a Pod, oldest first.
func (s *Store) Events(p *Pod) ([]Event, error) {
	if err := s.safe(); err != nil {
		return nil, err
	}
	r, _, err := s.read(p.ID)
	if errors.Is(err, errGone) {
		return nil, diag.Errorf(diag.ExitNotFound, "pod-not-found", "the Pod `%s` has been removed", p.Name)
	}
	if err != nil {
		return nil, err
	}
	var all []Event
	for i, sum := range r.EventFiles {
		older, err := s.readEvents(p.ID, i+1, sum)
		if err != nil {
			return nil, s.damaged(p.ID, fmt.Sprintf("%s: %v", eventsName(i+1), bounded.Reason(err)))
		}
		all = append(all, older...)
	}
	return append(all, r.Events...), nil
}

// Unended returns the beginning of the session whose end is not among the events of a
// Pod; nil for none. That session runs, or nothing was left that could record its end.
func Unended(events []Event) *Event { return unended(lastOfSession(events)) }

func unended(last *Event) *Event {
	if last == nil || last.Kind == EventEnded {
		return nil
	}
	return last
}

func lastOfSession(events []Event) *Event {
	for _, e := range slices.Backward(events) {
		switch e.Kind {
		case EventStarted, EventResumed, EventEnded:
			return &e
		}
	}
	return nil
}

func (s *Store) readEvents(id string, number int, sum string) ([]Event, error) {
	data, err := s.fs.ReadFile(filepath.Join(s.dir, id, eventsName(number)), maxRecord)
	if err != nil {
		return nil, err
	}
	content, found, err := durable.Unframe(data)
	if err != nil {
		return nil, err
	}
	var older olderEvents
	if found != sum {
		return nil, errors.New("these are other events than the ones that were recorded")
	}
	if err := json.Unmarshal(content, &older, json.RejectUnknownMembers(true)); err != nil || older.Schema != eventsSchema {
		return nil, fmt.Errorf("these are no events: %v", err)
	}
	return older.Events, nil
}
