package manifest

// Subagent is a delegate: shaped like a manifest, and never allowed more than
// the Pod that starts it, or than the ceiling of delegates where there is one.
//
// The rules that deny or ask of whatever holds a delegate, the Pod or the ceiling,
// hold for it too, so that a delegate need not repeat them.
type Subagent struct {
	// When to delegate to it.
	Description Paragraph `json:"description"`
	// Model of the delegate; absent for the model of the Pod.
	Model *Model `json:"model,omitzero"`
	// How much the delegate reasons, on the model of the Pod; absent for as much as the Pod.
	Effort Effort `json:"effort,omitzero"`
	// Text that the delegate's model is given.
	Prompts SubagentPrompts `json:"prompts"`
	// Tools that the delegate is offered.
	Tools SubagentTools `json:"tools"`
	// MCP servers of the Pod that the delegate may use, as far as its tools name them; absent for all.
	MCPServers []ServerName `json:"mcpServers,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// Skills of the Pod that the delegate may use; absent for all.
	Skills []SkillName `json:"skills,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=128"`
	// What a tool call of the delegate may do without asking.
	Permissions Permissions `json:"permissions"`
	// What the operating system lets commands of the delegate do; absent for what the Pod's may.
	Sandbox *SubagentSandbox `json:"sandbox,omitzero"`
	// Where one run of the delegate ends; the Pod's own limits hold as well.
	Limits *SubagentLimits `json:"limits,omitzero"`
}

// SubagentPrompts is the text that a delegate's model is given.
type SubagentPrompts struct {
	// The system prompt.
	System Text `json:"system"`
	// Text that follows the system prompt, in this order.
	Append []Text `json:"append" jsonschema_extras:"x-maxItems=64"`
}

// SubagentTools selects the tools that a subagent is offered.
type SubagentTools struct {
	// What holds for a tool that neither list names.
	Default ToolDefault `json:"default" jsonschema_extras:"default=deny"`
	// Tools that are offered.
	Allow []ToolName `json:"allow" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// Tools that are not offered.
	Deny []ToolName `json:"deny" jsonschema_extras:"x-merge=set,x-maxItems=256"`
}

// SubagentSandbox narrows the Pod's sandbox for a delegate. What is absent is as
// the Pod has it.
type SubagentSandbox struct {
	// Where commands may write; no wider than the Pod's.
	Filesystem Filesystem `json:"filesystem,omitzero"`
	// Directories that may be written, each within one of the Pod's; empty for the whole workspace.
	WritableRoots []Directory `json:"writableRoots,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// Globs of files that may not be read, besides the Pod's.
	DenyRead []PathGlob `json:"denyRead,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// What commands may reach over the network; no wider than the Pod's.
	Network Network `json:"network,omitzero"`
	// Hosts that may be reached when network is allowlist, each among the Pod's.
	AllowedDomains []Domain `json:"allowedDomains,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=256"`
}

// SubagentLimits limits one run of a subagent. None of them exceeds the Pod's own.
type SubagentLimits struct {
	// Turns after which the delegate stops.
	MaxTurns *int64 `json:"maxTurns,omitzero" jsonschema:"minimum=1,maximum=100000"`
	// Time after which the delegate stops.
	MaxWallSeconds *int64 `json:"maxWallSeconds,omitzero" jsonschema:"minimum=1,maximum=2592000"`
	// Tokens, input and output together, after which the delegate stops.
	MaxTokens *int64 `json:"maxTokens,omitzero" jsonschema:"minimum=1,maximum=1000000000000"`
	// Cost in hundredths of a US dollar after which the delegate stops.
	MaxCostCents *int64 `json:"maxCostCents,omitzero" jsonschema:"minimum=1,maximum=10000000"`
}

// Delegation configures how far subagents may exceed what the Pod itself may do.
type Delegation struct {
	// What delegates are held to in place of the Pod's own tools and permissions.
	Ceiling *Ceiling `json:"ceiling,omitzero"`
	// Profiles that the agent may start Pods of, as SOURCE:NAME; each such Pod needs consent of its own.
	Profiles []ProfileRef `json:"profiles,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=32"`
}

// Ceiling limits subagents in place of the Pod's own tools and permissions: a lead with
// few tools can so have workers with more. Absent fields default to the Pod's own.
type Ceiling struct {
	// Tools that a delegate may be offered; absent for those of the Pod.
	Tools *SubagentTools `json:"tools,omitzero"`
	// What delegates may do without asking at the most; absent for what the Pod may.
	Permissions *Permissions `json:"permissions,omitzero"`
}
