package manifest

// Profile is the input of an author: the sections of the manifest, the semantic presets
// that derive its numbers, and raw overrides. Every field is optional in a layer.
type Profile struct {
	// Name of the profile; the only field that is never inherited.
	Name ProfileName `json:"name,omitzero"`
	// What the profile is for, in a line.
	Description Line `json:"description,omitzero"`
	// The part that the agent plays.
	Role Role `json:"role,omitzero"`
	// The trade between cost, speed and depth: reasoning effort, length of answers, limits.
	Variant Variant `json:"variant,omitzero" jsonschema_extras:"x-preset=true"`
	// Words to group profiles by.
	Tags []Tag `json:"tags,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=32"`

	// How far the agent goes without asking.
	Autonomy Autonomy `json:"autonomy,omitzero" jsonschema_extras:"x-preset=true"`
	// Which tools the agent has, and the sandbox that fits them.
	ToolPolicy ToolPolicy `json:"toolPolicy,omitzero" jsonschema_extras:"x-preset=true"`
	// The context window as a budget.
	Context *ContextPresets `json:"context,omitzero"`
	// How soon the conversation is summarized, within the budget.
	Compaction CompactionPreset `json:"compaction,omitzero" jsonschema_extras:"x-preset=true"`
	// How eagerly old tool results are dropped.
	Pruning PruningPreset `json:"pruning,omitzero" jsonschema_extras:"x-preset=true"`
	// How long sessions and memories are kept: none, a number of days such as 30d, or forever.
	Retention Retention `json:"retention,omitzero" jsonschema_extras:"x-preset=true"`

	// Whose keys the models are called with: provider for PROVIDER.api.default of each.
	Keys KeysPreset `json:"keys,omitzero" jsonschema_extras:"x-preset=true"`
	// The model that does the work; its limits come from the catalog when it is known.
	Model *Model `json:"model,omitzero"`
	// Text that the model is given.
	Prompts *Prompts `json:"prompts,omitzero"`
	// Tools that the model is offered.
	Tools *Tools `json:"tools,omitzero"`
	// MCP servers by name.
	MCPServers map[ServerName]MCPServer `json:"mcpServers,omitzero" jsonschema_extras:"x-maxProperties=64"`
	// What a tool call may do without asking.
	Permissions *Permissions `json:"permissions,omitzero"`
	// What the operating system lets commands of the agent do.
	Sandbox *Sandbox `json:"sandbox,omitzero"`
	// What is remembered between sessions.
	Memory *ProfileMemory `json:"memory,omitzero"`
	// Search and retrieval on the web.
	Web *ProfileWeb `json:"web,omitzero"`
	// Skills by name, with their files as text.
	Skills map[SkillName]Skill `json:"skills,omitzero" jsonschema_extras:"x-maxProperties=128"`
	// Workflows by name: prompts that a user starts with inputs.
	Workflows map[SkillName]Workflow `json:"workflows,omitzero" jsonschema_extras:"x-maxProperties=128"`
	// Delegates by name; none may do more than the Pod itself, or than delegation.ceiling.
	Subagents map[SkillName]Subagent `json:"subagents,omitzero" jsonschema_extras:"x-maxProperties=32"`
	// How far delegation goes beyond what the Pod itself may do.
	Delegation *Delegation `json:"delegation,omitzero"`
	// Commands that run at events of the session.
	Hooks []Hook `json:"hooks,omitzero" jsonschema_extras:"x-maxItems=64"`
	// Where a session ends.
	Limits *Limits `json:"limits,omitzero"`
	// What is kept of a session.
	Session *Session `json:"session,omitzero"`
	// Settings of single runtimes that the other ones do not have.
	Runtimes *Runtimes `json:"runtimes,omitzero"`
	// JSON pointers to strings that look like a key but are not a secret; lib.plain adds them.
	Plain []Pointer `json:"plain,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=256"`

	// A raw fragment of the manifest, laid over everything else: the way to every number.
	Overrides *Manifest `json:"overrides,omitzero"`
}

// ContextPresets holds the presets of the context window.
type ContextPresets struct {
	// Share of the window that a conversation may fill.
	Budget ContextBudget `json:"budget,omitzero" jsonschema_extras:"x-preset=true"`
}

// ProfileMemory is the section memory with its preset.
type ProfileMemory struct {
	// What is remembered, and for whom.
	Preset MemoryPreset `json:"preset,omitzero" jsonschema_extras:"x-preset=true"`
	Memory
}

// ProfileWeb is the section web with its preset.
type ProfileWeb struct {
	// How far the agent may look up things.
	Preset WebPreset `json:"preset,omitzero" jsonschema_extras:"x-preset=true"`
	Web
}
