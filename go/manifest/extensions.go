package manifest

// MCPServer configures how one MCP server is started or reached. Exactly one of command
// and url is set.
type MCPServer struct {
	// Transport of the server; http where only url is given.
	Type MCPType `json:"type" jsonschema_extras:"default=stdio"`
	// Program that is started, for a stdio server.
	Command *Argument `json:"command,omitzero"`
	// Arguments of the program.
	Args []ArgValue `json:"args" jsonschema_extras:"x-merge=replace,x-maxItems=256"`
	// Directory that the program starts in: below the workspace, from ~/ or from /.
	Cwd *Directory `json:"cwd,omitzero"`
	// Environment of the program.
	Env map[EnvName]EnvValue `json:"env" jsonschema_extras:"x-maxProperties=128"`
	// Address of the server, for an http or sse server.
	URL *URLValue `json:"url,omitzero"`
	// Headers that requests to the server carry.
	Headers map[HeaderName]EnvValue `json:"headers" jsonschema_extras:"x-maxProperties=64"`
	// Tools of the server that are offered; empty for all.
	EnabledTools []ToolName `json:"enabledTools" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// Tools of the server that are not offered.
	DisabledTools []ToolName `json:"disabledTools" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// Time that the server may take to start.
	StartupTimeoutSeconds int64 `json:"startupTimeoutSeconds" jsonschema:"minimum=1,maximum=3600,default=30"`
	// Time that one call of a tool may take.
	ToolTimeoutSeconds int64 `json:"toolTimeoutSeconds" jsonschema:"minimum=1,maximum=86400,default=120"`
	// Whether the Pod must not start without the server.
	Required bool `json:"required" jsonschema:"default=false"`
}

// Web configures what the agent may look up.
type Web struct {
	// Search on the web.
	Search WebSearch `json:"search"`
	// Retrieval of single pages.
	Fetch WebFetch `json:"fetch"`
}

// WebSearch configures how the web is searched.
type WebSearch struct {
	// Whether and how fresh.
	Mode SearchMode `json:"mode" jsonschema_extras:"default=disabled"`
	// Advisory: service that is asked; absent for the one of the model's provider.
	Provider *ProviderName `json:"provider,omitzero"`
	// Advisory: reference to the secret that the service is called with; null for none.
	Auth *SecretRef `json:"auth"`
	// Advisory: cap on the results of one search.
	MaxResults int64 `json:"maxResults" jsonschema:"minimum=1,maximum=100,default=10"`
	// Advisory: hosts that results may come from; empty for all.
	AllowedDomains []Domain `json:"allowedDomains" jsonschema_extras:"x-merge=set,x-maxItems=256"`
}

// WebFetch configures how single pages are retrieved.
type WebFetch struct {
	// Whether pages may be retrieved.
	Enabled bool `json:"enabled" jsonschema:"default=false"`
	// Advisory: time that one retrieval may take.
	TimeoutSeconds int64 `json:"timeoutSeconds" jsonschema:"minimum=1,maximum=600,default=30"`
	// Advisory: redirects that are followed.
	RedirectLimit int64 `json:"redirectLimit" jsonschema:"minimum=0,maximum=20,default=5"`
	// Advisory: cap on the bytes of one page.
	MaxResponseBytes int64 `json:"maxResponseBytes" jsonschema:"minimum=1024,maximum=104857600,default=2097152"`
	// Whether addresses of private networks may be reached.
	AllowPrivateAddresses bool `json:"allowPrivateAddresses" jsonschema:"default=false"`
}

// Skill is a directory of instructions and files, carried by value.
type Skill struct {
	// When to use the skill.
	Description Paragraph `json:"description"`
	// Files of the skill by relative path, as text or with what more there is to a file; SKILL.md is the entry.
	Files map[FilePath]SkillFile `json:"files" jsonschema_extras:"x-maxProperties=1000"`
	// Advisory: tools that the skill may use without asking.
	AllowedTools []ToolName `json:"allowedTools" jsonschema_extras:"x-merge=set,x-maxItems=64"`
}

// Workflow is a prompt that a user starts with inputs.
type Workflow struct {
	// What the workflow does.
	Description Line `json:"description"`
	// The prompt; {{name}} stands for an input.
	Prompt Text `json:"prompt"`
	// Inputs, in the order in which they are asked for.
	Inputs []WorkflowInput `json:"inputs" jsonschema_extras:"x-maxItems=32"`
}

// WorkflowInput is one value that a workflow asks for.
type WorkflowInput struct {
	// Name of the input.
	Name InputName `json:"name"`
	// Kind of value.
	Type InputType `json:"type"`
	// What to choose from, for an input of type choice.
	Choices []Line `json:"choices,omitzero" jsonschema_extras:"x-maxItems=64"`
	// Whether a value must be given.
	Required bool `json:"required" jsonschema:"default=false"`
	// Value when none is given, written as text.
	Default *Line `json:"default,omitzero"`
}

// Hook is a command that runs at an event of the session.
type Hook struct {
	// Event that starts the command.
	Event HookEvent `json:"event"`
	// Tools that the event must be about, with | between them: edit|write, mcp__github__*; * for any.
	Matcher Matcher `json:"matcher" jsonschema_extras:"default=*"`
	// Program and arguments.
	Command []Argument `json:"command" jsonschema_extras:"x-merge=replace,x-minItems=1,x-maxItems=256"`
	// Time that the command may take.
	TimeoutSeconds int64 `json:"timeoutSeconds" jsonschema:"minimum=1,maximum=3600,default=60"`
	// Whether the session goes on while the command runs; absent for false.
	Async *bool `json:"async,omitzero"`
}
