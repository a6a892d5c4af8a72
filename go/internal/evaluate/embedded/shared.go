package embedded

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/nix"
)

// Shared is an Evaluator that keeps its values between files of one view, and
// with them the library. Close it after use.
type Shared struct {
	*Evaluator
	view *locate.View // nil for built-in profiles
	ev   *nix.Evaluator
	done func()
}

// Share makes a Shared.
func (e *Evaluator) Share() *Shared { return &Shared{Evaluator: e} }

func (s *Shared) File(ctx context.Context, p *locate.File, options evaluate.Options) (*evaluate.Answer, error) {
	if !s.serves(p) {
		s.Close()
		if err := s.begin(p, options); err != nil {
			return nil, err
		}
	} else {
		s.ev.LetGo() // of all but the library, which the first file has had evaluated
	}
	// It is taken out while it is in use: an evaluation that does not end keeps it.
	ev := s.ev
	s.ev = nil
	a, err := limited(ctx, options, func() { s.ev = ev }, func(ctx context.Context) (*evaluate.Answer, error) {
		return s.evaluate(ctx, ev, p, options)
	})
	if err == nil && len(a.Misread) > 0 {
		s.Close() // its files are blamed on no other profile
	}
	var f *evaluate.Failure
	if errors.As(err, &f) && f.Kind.Limit() {
		s.Close() // its values remember the failure
	}
	return a, err
}

// serves reports whether the evaluator at hand reads what a profile may read.
func (s *Shared) serves(p *locate.File) bool {
	switch {
	case s.ev == nil:
		return false
	case s.view == nil || p.Root == "":
		return s.view == nil && p.Root == ""
	}
	return s.view.Serves(p)
}

func (s *Shared) begin(p *locate.File, options evaluate.Options) (err error) {
	s.view, s.done = nil, func() {}
	if p.Root == "" {
		s.ev, err = s.prepare(options)
		return err
	}
	view, err := locate.OpenView(p)
	if err != nil {
		return err
	}
	if s.ev, s.done, err = s.prepareView(view, options); err != nil {
		view.Close()
		return err
	}
	s.view = view
	return nil
}

func (s *Shared) Close() {
	if s.ev != nil {
		s.done()
		s.ev = nil
	}
}
