package registry

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// glance is what a summary and its facts need of a manifest: to read this much
// takes a fraction of the time that the whole takes.
type glance struct {
	Profile     manifest.ProfileInfo `json:"profile"`
	Model       glancedModel         `json:"model"`
	Tools       manifest.Tools       `json:"tools"`
	Permissions manifest.Permissions `json:"permissions"`
	Sandbox     glancedSandbox       `json:"sandbox"`
	Web         glancedWeb           `json:"web"`
	Memory      glancedMemory        `json:"memory"`
	Limits      glancedLimits        `json:"limits"`
	Context     glancedContext       `json:"context"`

	MCPServers map[manifest.ServerName]struct{} `json:"mcpServers"`
	Skills     map[manifest.SkillName]struct{}  `json:"skills"`
	Workflows  map[manifest.SkillName]struct{}  `json:"workflows"`
	Subagents  map[manifest.SkillName]struct{}  `json:"subagents"`
	Hooks      []struct{}                       `json:"hooks"`
}

type (
	glancedModel struct {
		Ref                 manifest.ModelRef `json:"ref"`
		ContextWindowTokens int64             `json:"contextWindowTokens"`
		MaxOutputTokens     int64             `json:"maxOutputTokens"`
		Effort              manifest.Effort   `json:"effort"`
	}
	glancedSandbox struct {
		Filesystem     manifest.Filesystem `json:"filesystem"`
		Network        manifest.Network    `json:"network"`
		AllowedDomains []manifest.Domain   `json:"allowedDomains"`
	}
	glancedWeb struct {
		Search struct {
			Mode manifest.SearchMode `json:"mode"`
		} `json:"search"`
		Fetch struct {
			Enabled bool `json:"enabled"`
		} `json:"fetch"`
	}
	glancedMemory struct {
		Enabled       bool                 `json:"enabled"`
		Scope         manifest.MemoryScope `json:"scope"`
		RetentionDays int64                `json:"retentionDays"`
	}
	glancedLimits struct {
		MaxTurns       int64 `json:"maxTurns"`
		MaxWallSeconds int64 `json:"maxWallSeconds"`
	}
	glancedContext struct {
		Compaction struct {
			Strategy         manifest.CompactionStrategy `json:"strategy"`
			ThresholdTokens  int64                       `json:"thresholdTokens"`
			RetainedTokens   int64                       `json:"retainedTokens"`
			SummaryMaxTokens int64                       `json:"summaryMaxTokens"`
		} `json:"compaction"`
	}
)

// Glance reads of a valid manifest what [SummaryOf] and [Facts] need, and leaves
// the rest empty.
func Glance(data []byte) (*manifest.Manifest, error) {
	var g glance
	if err := json.Unmarshal(data, &g, json.RejectUnknownMembers(false)); err != nil {
		return nil, fmt.Errorf("reading a valid manifest: %w", err)
	}
	m := &manifest.Manifest{Profile: g.Profile, Tools: g.Tools, Permissions: g.Permissions, Hooks: make([]manifest.Hook, len(g.Hooks)),
		MCPServers: keysOf[manifest.ServerName, manifest.MCPServer](g.MCPServers), Skills: keysOf[manifest.SkillName, manifest.Skill](g.Skills),
		Workflows: keysOf[manifest.SkillName, manifest.Workflow](g.Workflows), Subagents: keysOf[manifest.SkillName, manifest.Subagent](g.Subagents)}
	m.Model.Ref, m.Model.Effort = g.Model.Ref, g.Model.Effort
	m.Model.ContextWindowTokens, m.Model.MaxOutputTokens = g.Model.ContextWindowTokens, g.Model.MaxOutputTokens
	m.Sandbox.Filesystem, m.Sandbox.Network, m.Sandbox.AllowedDomains = g.Sandbox.Filesystem, g.Sandbox.Network, g.Sandbox.AllowedDomains
	m.Web.Search.Mode, m.Web.Fetch.Enabled = g.Web.Search.Mode, g.Web.Fetch.Enabled
	m.Memory.Enabled, m.Memory.Scope, m.Memory.RetentionDays = g.Memory.Enabled, g.Memory.Scope, g.Memory.RetentionDays
	m.Limits.MaxTurns, m.Limits.MaxWallSeconds = g.Limits.MaxTurns, g.Limits.MaxWallSeconds
	c := &m.Context.Compaction
	c.Strategy, c.ThresholdTokens = g.Context.Compaction.Strategy, g.Context.Compaction.ThresholdTokens
	c.RetainedTokens, c.SummaryMaxTokens = g.Context.Compaction.RetainedTokens, g.Context.Compaction.SummaryMaxTokens
	return m, nil
}

func keysOf[K comparable, V any](names map[K]struct{}) map[K]V {
	out := make(map[K]V, len(names))
	for name := range names {
		var empty V
		out[name] = empty
	}
	return out
}
