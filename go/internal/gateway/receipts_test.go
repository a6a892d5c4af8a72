package gateway

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// conversation is a request in which the model has called a tool and got its result.
func conversation(dialect int, id, tool, result string) string {
	d := dialects[dialect]
	good := fmt.Sprintf(d.request, "big", "")
	switch d.api {
	case "anthropic":
		return strings.Replace(good, `{"role":"user","content":"hello"}`, fmt.Sprintf(`{"role":"user","content":"hello"},
			{"content":[{"type":"text","text":"now"},{"name":%q,"id":%q,"input":{"id":"x"},"type":"tool_use"}],"role":"assistant"},
			{"role":"user","content":[{"content":[{"type":"text","text":%q}],"type":"tool_result","tool_use_id":%q}]}`, tool, id, result, id), 1)
	case "openai-responses":
		return strings.Replace(good, `"input":[`, fmt.Sprintf(`"input":[{"type":"function_call","name":%q,"call_id":%q,"arguments":"{}"},
			{"type":"function_call_output","call_id":%q,"output":%q},`, tool, id, id, result), 1)
	}
	return strings.Replace(good, `{"role":"user","content":"hello"}`, fmt.Sprintf(`{"role":"user","content":"hello"},
		{"role":"assistant","content":null,"tool_calls":[{"id":%q,"type":"function","function":{"name":%q,"arguments":"{}"}}]},
		{"role":"tool","tool_call_id":%q,"content":%q}`, id, tool, id, result), 1)
}

func TestReceipts(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		for _, c := range []struct{ id, tool, result, refused string }{
			{"judged", "Bash", "out", ""},
			{"never", "TodoWrite", "out", ""},
			{"never", "exec", "out", ""},
			{"never", "Bash", "<declined> no such argument", ""},
			{"never", "Bash", "out <declined>", "`Bash`"},
			{"never", "Launch", "out", "`Launch`"},
			{"", "Bash", "out", "ran"},
		} {
			p := newPod(t, dialect, nil, nil)
			r := p.request("POST", d.path, conversation(dialect, c.id, c.tool, c.result))
			if c.refused == "" {
				if status, body, _ := p.do(r); status != 200 {
					t.Errorf("%+v: %s", c, body)
				}
			} else if code, message := p.refused(r); code != CodeReceipt || !strings.Contains(message, c.refused) {
				t.Errorf("%+v: %s: %s", c, code, message)
			}
		}
	})
	for _, c := range []struct {
		dialect  int
		from, to string
		code     string
	}{
		// A result without its call.
		{0, `"type":"tool_use"`, `"type":"text"`, CodeReceipt},
		{1, `"type":"function_call",`, `"type":"reasoning",`, CodeReceipt},
		{2, `"tool_calls"`, `"other"`, CodeReceipt},
		// A call whose ID is that of another call with a harmless tool.
		{0, `{"type":"text","text":"now"}`, `{"type":"tool_use","id":"never","name":"TodoWrite"}`, CodeBody},
		{1, `"input":[`, `"input":[{"type":"function_call","call_id":"never","name":"TodoWrite"},`, CodeBody},
		// Tools without a name of their own, and results of other types.
		{1, `"type":"function_call_output"`, `"type":"local_shell_call_output"`, CodeReceipt},
		{1, `"type":"function_call_output","call_id"`, `"type":"custom_tool_call_output","id"`, CodeReceipt},
		{2, `"role":"tool","tool_call_id":"never"`, `"role":"function"`, CodeReceipt},
	} {
		p := newPod(t, c.dialect, nil, nil)
		body := conversation(c.dialect, "never", "Bash", "out")
		changed := strings.Replace(body, c.from, c.to, 1)
		if changed == body {
			t.Fatal(c.from)
		}
		if code, message := p.refused(p.request("POST", dialects[c.dialect].path, changed)); code != c.code {
			t.Errorf("%s: %s: %s", c.to, code, message)
		}
	}
}

func TestLimits(t *testing.T) {
	price := &manifest.Prices{Input: 1_000_000, Output: 10_000_000, CacheRead: number(int64(0))} // dollars for a million
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		good, small := fmt.Sprintf(d.request, "big", ""), fmt.Sprintf(d.request, "small", "")
		tokens := int64(140) // of one answer
		if d.api == "anthropic" {
			tokens = 160
		}
		for _, c := range []struct {
			name     string
			limits   manifest.Limits
			before   Usage
			passes   int64
			sentence string
		}{
			{"turns", manifest.Limits{MaxTurns: number(int64(2))}, Usage{}, 2, "the Pod has reached its limit of 2 turns (limits.maxTurns)"},
			{"one turn", manifest.Limits{MaxTurns: number(int64(1))}, Usage{}, 1, "the Pod has reached its limit of 1 turn (limits.maxTurns)"},
			{"turns before", manifest.Limits{MaxTurns: number(int64(2))}, Usage{Turns: 1}, 1, "2 turns"},
			{"tokens", manifest.Limits{MaxTokens: number(2 * tokens)}, Usage{}, 2, fmt.Sprintf("limit of %d tokens (limits.maxTokens)", 2*tokens)},
			{"tokens before", manifest.Limits{MaxTokens: number(2 * tokens)}, Usage{Models: map[string]Count{"x": {Tokens: Tokens{Output: 1}}}}, 2, "tokens"},
			{"a token more", manifest.Limits{MaxTokens: number(2*tokens + 1)}, Usage{}, 3, "tokens"},
			{"cost", manifest.Limits{MaxCostCents: number(int64(1))}, Usage{Cost: centCost - 1}, 1, "the Pod has reached its limit of 1 cent (limits.maxCostCents)"},
			{"cost before", manifest.Limits{MaxCostCents: number(int64(1))}, Usage{Cost: centCost}, 0, "1 cent"},
			{"fewer than none before", manifest.Limits{MaxTurns: number(int64(1))}, Usage{Turns: -5}, 1, "1 turn"},
			{"none", manifest.Limits{}, Usage{Turns: 1e9, Cost: 1e18}, 3, ""},
		} {
			p := newPod(t, dialect, nil, func(p *pod) {
				p.config.Manifest.Limits, p.config.Before = c.limits, c.before
				p.config.Manifest.Model.Prices = price
			})
			for i := range c.passes {
				if status, body, _ := p.do(p.request("POST", d.path, good)); status != 200 {
					t.Errorf("%s: request %d: %s", c.name, i, body)
				}
				p.usage(i + 1)
			}
			if c.sentence == "" {
				continue
			}
			code, message := p.refused(p.request("POST", d.path, good))
			if code != CodeLimit || !strings.Contains(message, c.sentence) || len(p.refusals) != 1 || p.refusals[0].Message != message {
				t.Errorf("%s: %s %s %+v", c.name, code, message, p.refusals)
			}
			// Requests outside the conversation count tokens and money, but not turns.
			side := p.request("POST", d.path, small, "X-Side", "title")
			if c.limits.MaxTurns != nil {
				if status, _, _ := p.do(side); status != 200 {
					t.Errorf("%s: the title was refused", c.name)
				}
			} else {
				p.refused(side)
			}
		}
		t.Run("time", func(t *testing.T) {
			var now atomic.Int64
			p := newPod(t, dialect, nil, func(p *pod) {
				p.config.Now = func() time.Time { return time.Unix(now.Load(), 0) }
				p.config.Manifest.Limits.MaxWallSeconds = number(int64(60))
			})
			now.Add(59)
			if status, _, _ := p.do(p.request("POST", d.path, good)); status != 200 {
				t.Error(status)
			}
			now.Add(1)
			if code, message := p.refused(p.request("POST", d.path, good)); code != CodeLimit || message != "the Pod has reached its limit of 60 seconds (limits.maxWallSeconds)" {
				t.Error(code, message)
			}
		})
	})
}

func TestTurnsAtATime(t *testing.T) {
	l := &ledger{limits: manifest.Limits{MaxTurns: number(int64(2))}, used: Usage{}.clone()}
	now := time.Now()
	first, _ := l.book(now, "m", true, 0)
	if _, refusal := l.book(now, "m", true, 0); refusal != nil {
		t.Fatal(refusal)
	}
	if _, refusal := l.book(now, "m", true, 0); refusal == nil {
		t.Fatal("a third turn beside two")
	}
	l.settle(first, false, nil, false) // it failed, so it does not count
	if _, refusal := l.book(now, "m", true, 0); refusal != nil {
		t.Fatal(refusal)
	}
}

func TestCost(t *testing.T) {
	p := &manifest.Prices{Input: 3_000_000, Output: 15_000_000, CacheRead: number(int64(300_000)), CacheWrite: number(int64(3_750_000))}
	u := Usage{Cost: cost(Tokens{Input: 1_000_000, Output: 100_000, CacheRead: 1_000_000, CacheWrite: 1_000_000}, p)}
	if u.Cents() != 300+150+30+375 {
		t.Error(u.Cents())
	}
	if got := cost(Tokens{Input: most, Output: most, CacheRead: most, CacheWrite: most}, &manifest.Prices{Input: most, Output: most}); got <= 0 {
		t.Error(got)
	}
	l := &ledger{prices: map[string]*manifest.Prices{"known": {Input: 1}}, price: &manifest.Prices{Input: 5}}
	if l.priceOf("known").Input != 1 || l.priceOf("other").Input != 5 {
		t.Error("prices")
	}
}
