package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// subagent is a run of one of the manifest's subagents.
type subagent struct {
	manifest.Subagent
	name, id string
}

// maxRuns limits how many runs of subagents are counted; no more can begin after that.
const maxRuns = 1 << 16

// subagent returns the subagent that sent a request; nil for the Pod's own agent.
// Programs send an ID, and the guard knows its name from when the subagent began;
// opencode also sends the name. A subagent unknown to the guard is refused: it was not
// approved, or not counted.
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

// named returns the manifest's name of a subagent.
func (c *rules) named(name string) string {
	if c.driver.Subagent != nil {
		return c.driver.Subagent(name)
	}
	return name
}

// run is the key of the run among the sessions.
func (s *subagent) run() string { return "subagent " + s.id }

// modelsOf returns the models that may answer a subagent. The first is its own, or else
// the Pod's. The Pod's small model is included, because programs use it for their own
// tasks.
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
	// This gateway cannot reach models of other APIs.
	return slices.DeleteFunc(models, func(name string) bool { return !slices.Contains(c.models, name) })
}

// leads reports whether a request uses the subagent's main model, so it is not a small
// task of the program.
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

// ledgerOf returns the account of a subagent's run.
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

// limited rewords a refusal for a limit of a subagent, which ends its run and not the
// Pod.
func (s *subagent) limited(r *Refusal) *Refusal {
	r.Message = "the subagent " + quote(s.name) + strings.TrimPrefix(strings.Replace(r.Message, "(limits.", "(subagents."+s.name+".limits.", 1), "the Pod")
	r.run = true
	return r
}
