package pod

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Rename changes the name of a Pod; its ID, generations and workspace stay. Errors are
// those of [Store.Create] for a name, and a conflict if it was renamed in the meantime.
func (s *Store) Rename(ctx context.Context, p *Pod, name string) (*Pod, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	return s.change(ctx, p, func(r *record) (*file, error) {
		if r.Name != p.Name {
			return nil, diag.Errorf(diag.ExitState, "pod-conflict", "the Pod `%s` was renamed meanwhile: it is `%s` now", p.Name, r.Name).
				Hintf("nothing was changed; look at it: insomnia pod show %s", r.Name)
		}
		if name == r.Name {
			return nil, nil
		}
		entries, err := s.fs.ReadDir(s.dir)
		if err != nil {
			return nil, s.notWritten(err)
		}
		ids, names := s.names(entries)
		for i, other := range names {
			if other == name {
				return nil, diag.Errorf(diag.ExitState, "pod-exists", "Pod `%s` already exists: %s", name, ids[i]).
					Hintf("choose another name, or rename that one first: insomnia pod rename %s NAME", name)
			}
		}
		r.Name = name
		r.add(EventRenamed, now())
		return nil, nil
	})
}
