package resolve

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/embedded"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Listed is one profile of a list: its manifest, or what is wrong with it.
type Listed struct {
	Manifest    []byte
	Diagnostics []diag.Diagnostic
	// Defect is a panic that evaluating it ended with, besides the Diagnostics.
	Defect *crash.Panic
}

// ListFiles resolves many profile files and built-in profiles at once. Those that may
// read the same files share the evaluated library; a broken one does not affect the
// others. The answers are in the order of the references.
func (r *Resolver) ListFiles(ctx context.Context, refs []reference.Reference, options Options) []Listed {
	out := make([]Listed, len(refs))
	r.EachFile(ctx, refs, options, func(int) {}, func(i int, l Listed) { out[i] = l })
	return out
}

// EachFile is ListFiles bit by bit: it calls begun with the index of a reference
// before its evaluation and found with the answer, one call at a time.
func (r *Resolver) EachFile(ctx context.Context, refs []reference.Reference, options Options, begun func(i int), found func(i int, l Listed)) {
	parsed := make([]*locate.Reference, len(refs))
	order := make([]int, 0, len(refs))
	for i, selected := range refs {
		ref, err := locate.Of(selected)
		if err == nil && ref.Kind == locate.KindFlake {
			err = diag.Errorf(diag.ExitUsage, "not-a-file", "`%s` is not a profile file", selected)
		}
		if err != nil {
			found(i, Listed{Diagnostics: diag.From(err).Diagnostics})
			continue
		}
		parsed[i] = ref
		order = append(order, i)
	}
	// Neighbours have the same root most often.
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(parsed[a].Path, parsed[b].Path) })

	// What is evaluated lives for a moment only: collecting it seldom saves a fifth of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	workers := min(runtime.GOMAXPROCS(0), 8, max(1, len(order)/8))
	time := newBudget(options.Timeout)
	var wait sync.WaitGroup
	var panicked crash.Carrier
	var one sync.Mutex
	alone := func(f func()) {
		one.Lock()
		defer one.Unlock()
		f()
	}
	for w := range workers {
		part := order[len(order)*w/workers : len(order)*(w+1)/workers]
		wait.Go(func() {
			defer panicked.Take()
			evaluator := r.evaluator(options)
			if e, ok := evaluator.(*embedded.Evaluator); ok {
				shared := e.Share()
				defer shared.Close()
				evaluator = shared
			}
			for _, i := range part {
				alone(func() { begun(i) })
				var l Listed
				mine := options
				limit, spent := time.next()
				mine.Timeout = limit
				result, err := r.resolveFileWith(ctx, evaluator, parsed[i], mine)
				spent()
				if err != nil {
					l.Diagnostics = diag.From(err).Diagnostics
					errors.As(err, &l.Defect)
				} else {
					l.Manifest = result.Manifest
				}
				alone(func() { found(i, l) })
			}
		})
	}
	wait.Wait()
	panicked.Raise()
}

// Defined is the name of a flake's profile and the place of its definition.
type Defined struct {
	Name     string
	Position *diag.Position
}

// FlakeNames are the profiles of a flake by name; none of them is evaluated. A
// flake without such an output has none.
func (r *Resolver) FlakeNames(ctx context.Context, selected reference.Reference, options Options) ([]Defined, error) {
	ref, err := locate.Of(selected)
	if err != nil {
		return nil, err
	}
	f, err := r.evaluator(options).Open(ctx, ref, options.evaluation())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	v := r.ofProfiles(f, options)
	found, err := v.names(ctx)
	if diag.CodeIs(err, "no-profiles") || diag.CodeIs(err, "no-flake") {
		return nil, nil
	}
	if err != nil || found.Names == nil {
		return nil, err
	}
	out := make([]Defined, len(*found.Names))
	for i, name := range *found.Names {
		out[i].Name = name
		if i < len(found.Positions) && found.Positions[i] != nil {
			if at, ok := f.Tree.Place(*found.Positions[i]); ok {
				out[i].Position = &at
			}
		}
	}
	return out, nil
}
