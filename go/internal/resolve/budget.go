package resolve

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
)

// budget is the time that the profiles of a list have, besides the limit of each:
// some may take all of their limit, and once that is spent, the others get a little
// of it, which is enough for healthy ones. So the time of a list is bounded, however
// many of its profiles are hostile.
type budget struct {
	mu   sync.Mutex
	each time.Duration
	left time.Duration
}

const (
	// wholeLimits is how many profiles of a list may take their whole limit.
	wholeLimits = 6
	// smallShare is the part of a limit that each of the others gets.
	smallShare = 20
	// enough is the time that a healthy profile takes on a busy machine.
	enough = 500 * time.Millisecond
)

func newBudget(timeout time.Duration) *budget {
	if timeout <= 0 {
		timeout = evaluate.DefaultTimeout
	}
	return &budget{each: timeout, left: wholeLimits * timeout}
}

// next is the limit of the next profile; spent takes the time that it took.
func (b *budget) next() (limit time.Duration, spent func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	limit = b.each
	if b.left < b.each {
		limit = min(b.each, max(b.each/smallShare, enough))
	}
	begun := time.Now()
	return limit, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.left -= time.Since(begun)
	}
}

// within asks with less time than the options of the flake give.
func (b *budget) within(ctx context.Context, ask func(context.Context) (*row, error)) (*row, error) {
	limit, spent := b.next()
	defer spent()
	if limit == b.each {
		return ask(ctx)
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	found, err := ask(ctx)
	if f := ofProfile(err); f != nil && f.Kind == evaluate.Time {
		f.Message = fmt.Sprintf("the evaluation did not finish within %s and was stopped; those before it took long", limit)
	}
	return found, err
}
