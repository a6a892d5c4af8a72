package gateway

import (
	"bytes"
	"maps"
	"math"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Tokens are counts of tokens.
type Tokens struct {
	// Input is what was read and is neither of the next two.
	Input int64 `json:"input"`
	// CacheRead and CacheWrite are input that came from a cache, and that was put into one.
	CacheRead  int64 `json:"cacheRead"`
	CacheWrite int64 `json:"cacheWrite"`
	// Output is what was written, reasoning included.
	Output int64 `json:"output"`
}

// Sum are all tokens together.
func (t Tokens) Sum() int64 { return sum(t.Input, t.CacheRead, t.CacheWrite, t.Output) }

// Count is what one model was used.
type Count struct {
	Tokens
	// Requests are those that were answered.
	Requests int64 `json:"requests"`
	// Estimated are those of them whose answer did not say what it cost, such as one that
	// ended early: their tokens are estimated, high rather than low.
	Estimated int64 `json:"estimated"`
}

// Usage is what a Pod has used.
type Usage struct {
	// Models is what each model was used, by the name that its API knows.
	Models map[string]Count `json:"models"`
	// Turns are the answered requests of the conversation: neither those of subagents nor
	// those outside the conversation, such as for a title.
	Turns int64 `json:"turns"`
	// Cost is in millionths of millionths of a US dollar; 0 where the price of the Pod's
	// model is not known.
	Cost int64 `json:"cost"`
}

// Tokens are all tokens of all models.
func (u Usage) Tokens() int64 {
	var all int64
	for _, count := range u.Models {
		all = sum(all, count.Sum())
	}
	return all
}

// Cents is the cost in hundredths of a US dollar, cut.
func (u Usage) Cents() int64 { return u.Cost / centCost }

// centCost is a hundredth of a US dollar in the unit of a cost.
const centCost = 10_000_000_000

func (u Usage) clone() Usage {
	u.Models = maps.Clone(u.Models)
	if u.Models == nil {
		u.Models = map[string]Count{}
	}
	return u
}

// sound is a usage that was stored, without counts below nothing.
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

// most is the largest count of tokens that is believed of one answer.
const most = 1_000_000_000

// sum adds, and stays at the largest number.
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

// cost is what tokens cost, in millionths of millionths of a US dollar.
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

// meter reads what an answer says that it cost, while it passes.
type meter struct {
	numbers
	in, out, read, wrote int64 // -1 for what the answer has not said
	// inclusive says that the input has the tokens of the cache in it.
	inclusive bool
	// final says that the count of the output is the last.
	final  bool
	events int64
}

func newMeter() *meter {
	m := &meter{in: -1, out: -1, read: -1, wrote: -1}
	m.found = m.take
	return m
}

// take takes a number of the answer. What an answer says more than once grows.
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

// pass is told what passes.
func (m *meter) pass(data []byte) { m.events += int64(m.write(data)) }

// tokens are those of the answer to a request of so many bytes.
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

// estimate is how many tokens a request has that no answer has counted: one for each four
// bytes.
func estimate(bytes int64) int64 { return bytes / 4 }
