package manifest

// Profile is what an author may write: the sections of the manifest, the
// semantic presets that derive its numbers, and raw overrides. Every field is
// optional in a layer.
type Profile struct {
	// Name of the profile; the only field that is never inherited.
	Name ProfileName `json:"name,omitempty"`
	// What the profile is for, in a line.
	Description Line `json:"description,omitempty"`
	// The part that the agent plays.
	Role Role `json:"role,omitempty"`
	// The trade between cost, speed and depth: reasoning effort, length of answers, limits.
	Variant Variant `json:"variant,omitempty" jsonschema_extras:"x-preset=true"`
	// Words to group profiles by.
	Tags []Tag `json:"tags,omitempty" jsonschema_extras:"x-merge=set,x-maxItems=32"`

	// How far the agent goes without asking.
	Autonomy Autonomy `json:"autonomy,omitempty" jsonschema_extras:"x-preset=true"`
	// Which tools the agent has, and the sandbox that fits them.
	ToolPolicy ToolPolicy `json:"toolPolicy,omitempty" jsonschema_extras:"x-preset=true"`
	// The context window as a budget.
	Context *ContextPresets `json:"context,omitempty"`
	// How soon the conversation is summarized, within the budget.
	Compaction CompactionPreset `json:"compaction,omitempty" jsonschema_extras:"x-preset=true"`
	// How eagerly old tool results are dropped.
	Pruning PruningPreset `json:"pruning,omitempty" jsonschema_extras:"x-preset=true"`
	// How long sessions and memories are kept: none, a number of days such as 30d, or forever.
	Retention Retention `json:"retention,omitempty" jsonschema_extras:"x-preset=true"`

	// The model that does the work; its limits come from the catalog when it is known.
	Model *Model `json:"model,omitempty"`
	// Text that the model is given.
	Prompts *Prompts `json:"prompts,omitempty"`
	// Tools that the model is offered.
	Tools *Tools `json:"tools,omitempty"`
	// MCP servers by name.
	MCPServers map[ServerName]MCPServer `json:"mcpServers,omitempty" jsonschema_extras:"x-maxProperties=64"`
	// What a tool call may do without asking.
	Permissions *Permissions `json:"permissions,omitempty"`
	// What the operating system lets commands of the agent do.
	Sandbox *Sandbox `json:"sandbox,omitempty"`
	// What is remembered between sessions.
	Memory *ProfileMemory `json:"memory,omitempty"`
	// Search and retrieval on the web.
	Web *ProfileWeb `json:"web,omitempty"`
	// Skills by name, with their files as text.
	Skills map[SkillName]Skill `json:"skills,omitempty" jsonschema_extras:"x-maxProperties=128"`
	// Workflows by name: prompts that a user starts with inputs.
	Workflows map[SkillName]Workflow `json:"workflows,omitempty" jsonschema_extras:"x-maxProperties=128"`
	// Delegates by name; none may do more than the Pod itself.
	Subagents map[SkillName]Subagent `json:"subagents,omitempty" jsonschema_extras:"x-maxProperties=32"`
	// Commands that run at events of the session.
	Hooks []Hook `json:"hooks,omitempty" jsonschema_extras:"x-maxItems=64"`
	// Where a session ends.
	Limits *Limits `json:"limits,omitempty"`
	// What is kept of a session.
	Session *Session `json:"session,omitempty"`

	// A raw fragment of the manifest, laid over everything else: the way to every number.
	Overrides *Manifest `json:"overrides,omitempty"`
}

// ContextPresets holds the presets of the context window.
type ContextPresets struct {
	// Share of the window that a conversation may fill.
	Budget ContextBudget `json:"budget,omitempty" jsonschema_extras:"x-preset=true"`
}

// ProfileMemory is the section memory with its preset.
type ProfileMemory struct {
	// What is remembered, and for whom.
	Preset MemoryPreset `json:"preset,omitempty" jsonschema_extras:"x-preset=true"`
	Memory
}

// ProfileWeb is the section web with its preset.
type ProfileWeb struct {
	// How far the agent may look up things.
	Preset WebPreset `json:"preset,omitempty" jsonschema_extras:"x-preset=true"`
	Web
}
