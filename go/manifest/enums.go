package manifest

type (
	// Role is the part that an agent plays.
	Role string
	// Variant is the trade between cost, speed and depth.
	Variant string
	// WireAPI is the dialect that a model's API speaks.
	WireAPI string
	// Effort is how much a model reasons.
	Effort string
	// ToolDefault decides about a tool that no list names.
	ToolDefault string
	// MCPType is the transport of an MCP server.
	MCPType string
	// PermissionMode is how an agent deals with what no rule decides, from the narrowest to the widest.
	PermissionMode string
	// Action is the decision about a tool call.
	Action string
	// Filesystem is the part of the file system that commands may write to.
	Filesystem string
	// Network is the part of the network that commands may reach.
	Network string
	// MemoryScope is the group of sessions that share a memory.
	MemoryScope string
	// SearchMode selects whether the web is searched, and how fresh the results are.
	SearchMode string
	// InputType is the kind of value that a workflow asks for.
	InputType string
	// HookEvent is an event of a session.
	HookEvent string
	// CompactionStrategy is the reaction to the compaction threshold.
	CompactionStrategy string
	// Verbosity is how long the answers of a runtime are.
	Verbosity string
	// ReasoningSummary is how a runtime sums up the reasoning of its model.
	ReasoningSummary string
	// Autonomy is a preset: how far an agent goes without asking.
	Autonomy string
	// ToolPolicy is a preset: which tools an agent has.
	ToolPolicy string
	// ContextBudget is a preset: the share of the window that a conversation may fill.
	ContextBudget string
	// CompactionPreset is a preset: how soon the conversation is summarized.
	CompactionPreset string
	// PruningPreset is a preset: how eagerly old tool results are dropped.
	PruningPreset string
	// KeysPreset is a preset: whose keys the models are called with.
	KeysPreset string
	// MemoryPreset is a preset: what is remembered, and for whom.
	MemoryPreset string
	// WebPreset is a preset: how far an agent may look up things.
	WebPreset string
	// Retention is a preset: none, a number of days such as 30d, or forever.
	Retention string
)

func oneOf(values ...string) Constraint { return Constraint{Enum: values} }

func (Role) Constraint() Constraint {
	return oneOf("orchestrator", "coder", "researcher", "reviewer", "custom")
}
func (Variant) Constraint() Constraint { return oneOf("standard", "cheap", "fast") }
func (WireAPI) Constraint() Constraint {
	return oneOf("anthropic", "openai-chat", "openai-responses", "gemini", "bedrock", "vertex", "azure-openai")
}
func (Effort) Constraint() Constraint {
	return oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max")
}
func (ToolDefault) Constraint() Constraint { return oneOf("allow", "deny") }
func (MCPType) Constraint() Constraint     { return oneOf("stdio", "http", "sse") }
func (PermissionMode) Constraint() Constraint {
	return oneOf("plan", "ask", "acceptEdits", "auto", "bypass")
}
func (Action) Constraint() Constraint { return oneOf("allow", "ask", "deny") }
func (Filesystem) Constraint() Constraint {
	return oneOf("read-only", "workspace-write", "full")
}
func (Network) Constraint() Constraint     { return oneOf("none", "allowlist", "full") }
func (MemoryScope) Constraint() Constraint { return oneOf("user", "project", "local") }
func (SearchMode) Constraint() Constraint  { return oneOf("disabled", "cached", "live") }
func (InputType) Constraint() Constraint {
	return oneOf("string", "number", "boolean", "choice")
}
func (HookEvent) Constraint() Constraint {
	return oneOf("PreToolUse", "PostToolUse", "SessionStart", "SessionEnd", "PreCompact", "UserPromptSubmit",
		"Stop", "SubagentStop", "Notification", "PermissionRequest")
}
func (Verbosity) Constraint() Constraint { return oneOf("low", "medium", "high") }
func (ReasoningSummary) Constraint() Constraint {
	return oneOf("none", "auto", "concise", "detailed")
}
func (CompactionStrategy) Constraint() Constraint { return oneOf("off", "summarize") }
func (Autonomy) Constraint() Constraint {
	return oneOf("observe", "ask", "edits", "auto", "full")
}
func (ToolPolicy) Constraint() Constraint {
	return oneOf("none", "read-only", "research", "delegate", "workspace", "full")
}
func (ContextBudget) Constraint() Constraint { return oneOf("small", "medium", "large", "full") }
func (CompactionPreset) Constraint() Constraint {
	return oneOf("off", "early", "balanced", "late")
}
func (PruningPreset) Constraint() Constraint {
	return oneOf("off", "gentle", "balanced", "aggressive")
}
func (MemoryPreset) Constraint() Constraint {
	return oneOf("off", "session", "project", "user")
}
func (KeysPreset) Constraint() Constraint { return oneOf("none", "provider") }
func (WebPreset) Constraint() Constraint  { return oneOf("off", "cached", "live") }
func (Retention) Constraint() Constraint {
	return Constraint{Pattern: `^(none|forever|[1-9][0-9]{0,3}d)$`, MaxLength: 8}
}
