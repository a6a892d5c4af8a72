package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// subagent is a run of a subagent of the manifest.
type subagent struct {
	manifest.Subagent
	name, id string
}

// maxRuns is how many runs of subagents are counted; no other may begin then.
const maxRuns = 1 << 16

// subagent is who asks; nil for the Pod's own agent. Programs tell an ID, whose name the
// guard knows from when the subagent began; opencode tells the name as well. A subagent that
// the guard knows nothing of is refused: it was not let through, or was not counted.
func (c *rules) subagent(from runtime.Request) (*subagent, *Refusal) {
	if from.Subagent == "" {
		return nil, nil
	}
	name := c.guard.Subagent(from.Agent)
	s, ok := c.manifest.Subagents[manifest.SkillName(name)]
	if !ok || from.Subagent != from.Agent && c.named(from.Subagent) != name {
		return nil, refuse(CodeGuard, "the Pod's guard knows nothing of the subagent %s", quote(from.Subagent))
	}
	return &subagent{s, name, from.Agent}, nil
}

// named is the manifest's name of a subagent.
func (c *rules) named(name string) string {
	if c.driver.Subagent != nil {
		return c.driver.Subagent(name)
	}
	return name
}

// run is the run among the sessions.
func (s *subagent) run() string { return "subagent " + s.id }

// modelsOf are the models that a subagent may be answered by: its own, which is the first,
// or the Pod's, and the small one of the Pod, which programs use for tasks of their own.
func (c *rules) modelsOf(s *subagent) []string {
	own := *c.manifest
	own.Subagents, own.Context.Compaction.Model = nil, nil
	if s.Model == nil {
		return modelsOf(&own)
	}
	small := own.Model.Small
	own.Model = *s.Model
	models := modelsOf(&own)
	if small != nil {
		if _, id, _ := strings.Cut(string(*small), "/"); !slices.Contains(models, id) {
			models = append(models, id)
		}
	}
	// One that another API has cannot be reached here.
	return slices.DeleteFunc(models, func(name string) bool { return !slices.Contains(c.models, name) })
}

// leads reports whether a request is one of the subagent's own model, and not a small task
// of the program.
func (c *rules) leads(a *asked, s *subagent) bool {
	models := c.modelsOf(s)
	return len(models) > 0 && a.models[0] == models[0]
}

// prompts refuses the first request of a subagent that lacks its prompts.
func (c *rules) prompts(a *asked, s *subagent) *Refusal {
	whole := plainText(strings.Join(a.system, "\n"))
	for _, text := range append([]manifest.Text{s.Prompts.System}, s.Prompts.Append...) {
		if !strings.Contains(whole, plainText(string(text))) {
			return refuse(CodePrompt, "%s does not send the prompts of the subagent %s", c.driver.Title, quote(s.name))
		}
	}
	return nil
}

// ledgerOf is the account of a run of a subagent.
func (g *Gateway) ledgerOf(s *subagent, now time.Time) *ledger {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.runs[s.id]
	if l == nil {
		l = &ledger{prices: g.ledger.prices, price: g.ledger.price, began: now, used: Usage{}.clone()}
		if s.Limits != nil {
			l.limits = manifest.Limits{MaxTurns: s.Limits.MaxTurns, MaxWallSeconds: s.Limits.MaxWallSeconds, MaxTokens: s.Limits.MaxTokens, MaxCostCents: s.Limits.MaxCostCents}
		}
		if len(g.runs) < maxRuns {
			g.runs[s.id] = l
		}
	}
	return l
}

// limited words that a limit of a subagent is reached, which ends its run and not the Pod.
func (s *subagent) limited(r *Refusal) *Refusal {
	r.Message = "the subagent " + quote(s.name) + strings.TrimPrefix(strings.Replace(r.Message, "(limits.", "(subagents."+s.name+".limits.", 1), "the Pod")
	r.run = true
	return r
}
