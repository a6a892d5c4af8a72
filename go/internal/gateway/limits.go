package gateway

import (
	"fmt"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// ledger counts a Pod's usage and enforces its limits.
type ledger struct {
	limits manifest.Limits
	prices map[string]*manifest.Prices
	// price applies to models that prices does not list.
	price *manifest.Prices
	began time.Time

	mu   sync.Mutex
	used Usage
	// The minimum that the pending requests will use.
	turns, tokens, cost int64
}

// booking is a pending request.
type booking struct {
	model string
	turn  bool
	// tokens and cost are estimated from the request.
	tokens, cost int64
}

// book begins a request, or refuses it if a limit is reached.
func (l *ledger) book(now time.Time, model string, turn bool, size int64) (*booking, *Refusal) {
	b := &booking{model: model, turn: turn, tokens: estimate(size)}
	b.cost = cost(Tokens{Input: b.tokens}, l.priceOf(model))
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, limit := range []struct {
		most    *int64
		reached int64
		unit    string
		field   string
	}{
		{l.limits.MaxWallSeconds, int64(now.Sub(l.began) / time.Second), "second", "maxWallSeconds"},
		{l.limits.MaxTurns, turns(turn, l.used.Turns+l.turns), "turn", "maxTurns"},
		{l.limits.MaxTokens, sum(l.used.Tokens(), l.tokens), "token", "maxTokens"},
		{l.limits.MaxCostCents, sum(l.used.Cost, l.cost) / centCost, "cent", "maxCostCents"},
	} {
		if limit.most != nil && limit.reached >= *limit.most {
			return nil, refuse(CodeLimit, "the Pod has reached its limit of %s (limits.%s)", amount(*limit.most, limit.unit), limit.field)
		}
	}
	if turn {
		l.turns++
	}
	l.tokens, l.cost = sum(l.tokens, b.tokens), sum(l.cost, b.cost)
	return b, nil
}

// turns returns the turns so far if the request is a turn, and -1 otherwise.
func turns(turn bool, so int64) int64 {
	if !turn {
		return -1
	}
	return so
}

func amount(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// settle ends a request. tokens is nil if the request was free: it failed, or only asked
// for a count.
func (l *ledger) settle(b *booking, answered bool, tokens *Tokens, estimated bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.turn {
		l.turns--
		if answered {
			l.used.Turns++
		}
	}
	l.tokens -= b.tokens
	l.cost -= b.cost
	if tokens == nil {
		return
	}
	count := l.used.Models[b.model]
	count.Requests++
	if estimated {
		count.Estimated++
	}
	count.Input = sum(count.Input, tokens.Input)
	count.Output = sum(count.Output, tokens.Output)
	count.CacheRead = sum(count.CacheRead, tokens.CacheRead)
	count.CacheWrite = sum(count.CacheWrite, tokens.CacheWrite)
	l.used.Models[b.model] = count
	l.used.Cost = sum(l.used.Cost, cost(*tokens, l.priceOf(b.model)))
}

func (l *ledger) priceOf(model string) *manifest.Prices {
	if p := l.prices[model]; p != nil {
		return p
	}
	return l.price
}

func (l *ledger) usage() Usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.used.clone()
}
