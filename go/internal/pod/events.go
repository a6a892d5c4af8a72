package pod

import (
	"errors"
	"fmt"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func eventsName(number int) string { return fmt.Sprintf("events-%d.json", number) }

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
	return r.Events, nil
}
