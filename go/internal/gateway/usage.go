package gateway

import (
	"bytes"
	"maps"
	"math"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Tokens are counts of tokens.
type Tokens struct {
	// Input excludes tokens read from or written to a cache.
	Input int64 `json:"input"`
	// CacheRead and CacheWrite are input tokens read from a cache and written to one.
	CacheRead  int64 `json:"cacheRead"`
	CacheWrite int64 `json:"cacheWrite"`
	// Output includes reasoning.
	Output int64 `json:"output"`
}

// Sum returns the total.
func (t Tokens) Sum() int64 { return sum(t.Input, t.CacheRead, t.CacheWrite, t.Output) }

// Count is the usage of one model.
type Count struct {
	Tokens
	// Requests counts those that were answered.
	Requests int64 `json:"requests"`
	// Estimated counts answers that did not report their tokens, such as one that ended
	// early. Their tokens are estimated, high rather than low.
	Estimated int64 `json:"estimated"`
}

// Usage is the usage of a Pod.
type Usage struct {
	// Models holds the usage of each model, by the name in its API.
	Models map[string]Count `json:"models"`
	// Turns counts the answered requests of the conversation. It excludes those of
	// subagents and those outside the conversation, such as for a title.
	Turns int64 `json:"turns"`
	// Cost is in millionths of millionths of a US dollar; 0 if the price of the Pod's model
	// is unknown.
	Cost int64 `json:"cost"`
}

// Tokens returns the total over all models.
func (u Usage) Tokens() int64 {
	var all int64
	for _, count := range u.Models {
		all = sum(all, count.Sum())
	}
	return all
}

// Cents returns the cost in hundredths of a US dollar, rounded down.
func (u Usage) Cents() int64 { return u.Cost / centCost }

// centCost is a hundredth of a US dollar in the unit of Cost.
const centCost = 10_000_000_000

func (u Usage) clone() Usage {
	u.Models = maps.Clone(u.Models)
	if u.Models == nil {
		u.Models = map[string]Count{}
	}
	return u
}

// sound returns a stored usage with negative counts set to 0.
func (u Usage) sound() Usage {
	u = u.clone()
	u.Turns, u.Cost = max(u.Turns, 0), max(u.Cost, 0)
	for name, c := range u.Models {
		c.Tokens = Tokens{max(c.Input, 0), max(c.CacheRead, 0), max(c.CacheWrite, 0), max(c.Output, 0)}
		c.Requests, c.Estimated = max(c.Requests, 0), max(c.Estimated, 0)
		u.Models[name] = c
	}
	return u
}

// most limits the tokens that an answer can plausibly report.
const most = 1_000_000_000

// sum adds without overflow: it saturates at the largest number.
func sum(all ...int64) int64 {
	var total int64
	for _, n := range all {
		if total > math.MaxInt64-n {
			return math.MaxInt64
		}
		total += n
	}
	return total
}

// cost returns the price of tokens, in millionths of millionths of a US dollar.
func cost(t Tokens, p *manifest.Prices) int64 {
	if p == nil {
		return 0
	}
	read, write := p.Input, p.Input
	if p.CacheRead != nil {
		read = *p.CacheRead
	}
	if p.CacheWrite != nil {
		write = *p.CacheWrite
	}
	return sum(t.Input*p.Input, t.CacheRead*read, t.CacheWrite*write, t.Output*p.Output)
}

// meter reads the token counts in an answer as it streams.
type meter struct {
	numbers
	in, out, read, wrote int64 // -1 if the answer has not reported it
	// inclusive is set if the input count includes the tokens of the cache.
	inclusive bool
	// final is set once the output count is complete.
	final  bool
	events int64
}

func newMeter() *meter {
	m := &meter{in: -1, out: -1, read: -1, wrote: -1}
	m.found = m.take
	return m
}

// take records a number from the answer. A count that is reported again only grows.
func (m *meter) take(path []byte, number int64) {
	begins := false
	if rest, ok := bytes.CutPrefix(path, []byte("message.")); ok {
		path, begins = rest, true
	} else if rest, ok := bytes.CutPrefix(path, []byte("response.")); ok {
		path = rest
	}
	rest, ok := bytes.CutPrefix(path, []byte("usage."))
	if !ok {
		return
	}
	number = min(number, most)
	switch string(rest) {
	case "input_tokens", "prompt_tokens":
		m.in = max(m.in, number)
	case "output_tokens", "completion_tokens":
		m.out, m.final = max(m.out, number), m.final || !begins
	case "cache_read_input_tokens":
		m.read = max(m.read, number)
	case "cache_creation_input_tokens":
		m.wrote = max(m.wrote, number)
	case "input_tokens_details.cached_tokens", "prompt_tokens_details.cached_tokens":
		m.read, m.inclusive = max(m.read, number), true
	}
}

// pass reads data as it streams.
func (m *meter) pass(data []byte) { m.events += int64(m.write(data)) }

// tokens returns the counts for the answer to a request of this many bytes.
func (m *meter) tokens(requested int64) (t Tokens, estimated bool) {
	t = Tokens{Input: max(m.in, 0), CacheRead: max(m.read, 0), CacheWrite: max(m.wrote, 0), Output: max(m.out, 0)}
	if m.inclusive {
		t.Input = max(t.Input-t.CacheRead, 0)
	}
	if m.in < 0 && m.read < 0 && m.wrote < 0 {
		t.Input, estimated = estimate(requested), true
	}
	if !m.final {
		t.Output, estimated = max(t.Output, m.events), true
	}
	return t, estimated
}

// estimate returns the tokens of a request that no answer has counted: one for every four
// bytes.
func estimate(bytes int64) int64 { return bytes / 4 }
