package gateway

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// rules are the parts of a manifest that requests are checked against.
type rules struct {
	driver   *runtime.Driver
	manifest *manifest.Manifest
	guard    Guard
	// models are the names by which the API knows the manifest's models.
	models []string
	// system is the system prompt in the form used for comparison.
	system string
}

func rulesOf(c *Config) *rules {
	return &rules{c.Driver, c.Manifest, c.Guard, modelsOf(c.Manifest), plainText(c.System)}
}

// modelsOf returns the models of a manifest that its main API has. This gateway cannot
// reach other providers, addresses or dialects.
func modelsOf(m *manifest.Manifest) []string {
	own := &m.Model
	models := []string{string(own.ID)}
	add := func(ref manifest.ModelRef) {
		provider, id, _ := strings.Cut(string(ref), "/")
		if provider == string(own.Provider) && !slices.Contains(models, id) {
			models = append(models, id)
		}
	}
	of := func(model *manifest.Model) {
		if model.Small != nil {
			add(*model.Small)
		}
		for _, ref := range model.Fallbacks {
			add(ref)
		}
	}
	of(own)
	if ref := m.Context.Compaction.Model; ref != nil {
		add(*ref)
	}
	for _, s := range m.Subagents {
		if s.Model == nil || s.Model.Provider != own.Provider || s.Model.WireAPI != own.WireAPI || !sameURL(s.Model.BaseURL, own.BaseURL) {
			continue
		}
		add(manifest.ModelRef(string(s.Model.Provider) + "/" + string(s.Model.ID)))
		of(s.Model)
	}
	// The vendor's own program accepts claude-opus-4-7[1m] as claude-opus-4-7 with a
	// header.
	for _, id := range models {
		if plain, ok := strings.CutSuffix(id, "[1m]"); ok && own.WireAPI == "anthropic" {
			models = append(models, plain)
		}
	}
	return models
}

func sameURL(a, b *manifest.URL) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// model refuses a request for a model that is not available to the caller: a subagent, or
// the Pod's own agent.
func (c *rules) model(a *asked, who *subagent) *Refusal {
	if len(a.models) == 0 {
		return refuse(CodeModel, "the request names no model")
	}
	models, whose := c.models, "this Pod"
	if who != nil {
		models, whose = c.modelsOf(who), "the subagent "+quote(who.name)
	}
	for _, name := range a.models {
		if !slices.Contains(models, name) {
			return refuse(CodeModel, "the model %s is not one of %s: %s", quote(name), whose, strings.Join(models, ", "))
		}
	}
	return nil
}

// tools refuses a request that offers a tool that the manifest does not offer to the
// caller: a subagent, or the Pod's own agent.
func (c *rules) tools(a *asked, who *subagent) *Refusal {
	for _, name := range a.tools {
		offer := c.driver.Offer(c.manifest, name)
		switch {
		case offer.Internal || offer.Tool == "" && offer.Nested:
		case offer.Tool == "":
			return refuse(CodeTools, "%s offers the unknown tool %s", c.driver.Title, quote(name))
		case who != nil && !c.offers(offer.Tool, who):
			return refuse(CodeTools, "%s offers the tool %s to the subagent %s, which has no such tool (subagents)", c.driver.Title, quote(name), quote(who.name))
		case who == nil && !c.offers(offer.Tool, nil):
			return refuse(CodeTools, "%s offers the tool %s, which the Pod does not offer (tools)", c.driver.Title, quote(name))
		}
	}
	return nil
}

// offers reports whether the manifest offers a tool to a subagent, or to the Pod's own
// agent.
func (c *rules) offers(tool string, who *subagent) bool {
	server := ""
	if strings.HasPrefix(tool, "mcp__") {
		of, name, ok := grammar.SplitMCP(tool)
		if !ok || !c.serves(of, name) {
			return false
		}
		server = of
	}
	if who == nil {
		return c.manifest.Tools.Offers(tool)
	}
	offered, _ := who.Tools.Offers(tool)
	return offered && (server == "" || who.MCPServers == nil || slices.Contains(who.MCPServers, manifest.ServerName(server)))
}

// serves reports whether an MCP server of the manifest offers a tool.
func (c *rules) serves(server, tool string) bool {
	s, ok := c.manifest.MCPServers[manifest.ServerName(server)]
	if !ok {
		return false
	}
	offered, _ := s.Offers(tool)
	return offered
}

// prompt refuses a request that lacks the system prompt.
func (c *rules) prompt(a *asked) *Refusal {
	if c.system == "" {
		return nil
	}
	for _, text := range a.system {
		if strings.Contains(plainText(text), c.system) {
			return nil
		}
	}
	for _, between := range []string{"\n", "\n\n", ""} {
		if strings.Contains(plainText(strings.Join(a.system, between)), c.system) {
			return nil
		}
	}
	return refuse(CodePrompt, "%s does not send the system prompt of the Pod", c.driver.Title)
}

// plainText normalizes a text for comparison: one kind of line break, no surrounding
// space.
func plainText(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// receipts refuses a request with the result of a tool call that the guard never judged.
func (c *rules) receipts(a *asked) *Refusal {
	for _, r := range a.results {
		if r.id != "" && c.guard.Judged(r.id) {
			continue
		}
		tool := a.calls[r.id]
		if tool == "" {
			tool = r.tool
		}
		if tool != "" {
			if offer := c.driver.Offer(c.manifest, tool); offer.Internal || offer.Nested || c.driver.Declined(tool, textOf(r.content)) {
				continue
			}
		}
		return refuse(CodeReceipt, "the tool %s ran, and the Pod's guard was not asked", quote(tool))
	}
	return nil
}
