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

	// eventsEach is the number of events in a file of older ones. It also bounds pod.json,
	// which a list reads and each change rewrites.
	eventsEach = 50
)

// olderEvents is the content of such a file.
type olderEvents struct {
	Schema string  `json:"schema"`
	Events []Event `json:"events"`
}

func eventsName(number int) string { return fmt.Sprintf("events-%d.json", number) }

// spill moves the oldest events of a record to a new file if there are many, and
// otherwise returns nil.
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

// Events returns the history of a Pod, oldest first.
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

// Unended returns the event that started a session without a recorded end; nil for none.
// That session is running, or nothing was left to record its end.
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
		return nil, errors.New("the events differ from the recorded ones")
	}
	if err := json.Unmarshal(content, &older, json.RejectUnknownMembers(true)); err != nil || older.Schema != eventsSchema {
		return nil, fmt.Errorf("invalid events: %v", err)
	}
	return older.Events, nil
}
