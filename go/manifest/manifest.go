package manifest

// SchemaID is the value of the field schema in every manifest of this version.
const SchemaID = "insomnia.pod/v1"

// Manifest is everything a Pod needs to run: the runtime contract. It is
// self-contained: prompts, skills and workflows are included by value.
type Manifest struct {
	// Version of the manifest format.
	Schema string `json:"schema" jsonschema_extras:"const=insomnia.pod/v1"`
	// Identity of the profile that this manifest was resolved from.
	Profile ProfileInfo `json:"profile"`
	// The model that does the work, with its limits.
	Model Model `json:"model"`
	// Text that the model is given.
	Prompts Prompts `json:"prompts"`
	// Tools that the model is offered.
	Tools Tools `json:"tools"`
	// MCP servers by name.
	MCPServers map[ServerName]MCPServer `json:"mcpServers" jsonschema_extras:"x-maxProperties=64"`
	// What a tool call may do without asking.
	Permissions Permissions `json:"permissions"`
	// What the operating system lets commands of the agent do.
	Sandbox Sandbox `json:"sandbox"`
	// What is remembered between sessions.
	Memory Memory `json:"memory"`
	// Search and retrieval on the web.
	Web Web `json:"web"`
	// Skills by name, with their files as text.
	Skills map[SkillName]Skill `json:"skills" jsonschema_extras:"x-maxProperties=128"`
	// Workflows by name: prompts that a user starts with inputs.
	Workflows map[SkillName]Workflow `json:"workflows" jsonschema_extras:"x-maxProperties=128"`
	// Delegates by name; none may do more than the Pod itself, or than delegation.ceiling.
	Subagents map[SkillName]Subagent `json:"subagents" jsonschema_extras:"x-maxProperties=32"`
	// How far delegation goes beyond what the Pod itself may do.
	Delegation *Delegation `json:"delegation,omitzero"`
	// Commands that run at events of the session.
	Hooks []Hook `json:"hooks" jsonschema_extras:"x-maxItems=64"`
	// How the context window is kept within bounds.
	Context Context `json:"context"`
	// Where a session ends.
	Limits Limits `json:"limits"`
	// What is kept of a session.
	Session Session `json:"session"`
	// Settings of single runtimes that the other ones do not have.
	Runtimes *Runtimes `json:"runtimes,omitzero"`
	// JSON pointers to strings that look like a key but are not a secret.
	Plain []Pointer `json:"plain,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=256"`
}

// ProfileInfo names the profile and describes its purpose.
type ProfileInfo struct {
	// Name of the profile.
	Name ProfileName `json:"name"`
	// What the profile is for, in a line.
	Description Line `json:"description" jsonschema_extras:"default="`
	// The part that the agent plays.
	Role Role `json:"role" jsonschema_extras:"default=custom"`
	// The trade between cost, speed and depth.
	Variant Variant `json:"variant" jsonschema_extras:"default=standard"`
	// Words to group profiles by.
	Tags []Tag `json:"tags" jsonschema_extras:"x-merge=set,x-maxItems=32"`
}

// Model selects the model, its address and its limits.
type Model struct {
	// The model as provider/model.
	Ref ModelRef `json:"ref"`
	// Name of the provider: the part of ref before the first slash.
	Provider ProviderName `json:"provider"`
	// Name that the provider's API knows the model by: the part of ref after the first slash.
	ID ModelID `json:"id"`
	// Address of the API, when it is not the provider's own.
	BaseURL *URL `json:"baseUrl,omitzero"`
	// Dialect that the API speaks.
	WireAPI WireAPI `json:"wireApi"`
	// Reference to the secret that the API is called with; null for none.
	Auth *SecretRef `json:"auth"`
	// Headers that requests to the API carry, besides those of the dialect.
	Headers map[HeaderName]EnvValue `json:"headers,omitzero" jsonschema_extras:"x-maxProperties=64"`
	// Size of the context window in tokens, input and output together.
	ContextWindowTokens int64 `json:"contextWindowTokens" jsonschema:"minimum=1024,maximum=100000000"`
	// Cap on the tokens of one answer.
	MaxOutputTokens int64 `json:"maxOutputTokens" jsonschema:"minimum=1,maximum=10000000"`
	// How much the model reasons before it answers.
	Effort Effort `json:"effort" jsonschema_extras:"default=medium"`
	// Cap on the tokens of reasoning, for models that take a number.
	ThinkingBudgetTokens *int64 `json:"thinkingBudgetTokens,omitzero" jsonschema:"minimum=0,maximum=10000000"`
	// Advisory: sampling temperature, with at most three decimals.
	Temperature *Decimal `json:"temperature,omitzero" jsonschema:"minimum=0,maximum=2"`
	// Advisory: nucleus sampling share, with at most three decimals.
	TopP *Decimal `json:"topP,omitzero" jsonschema:"minimum=0,maximum=1"`
	// Models to try in this order when the model is not available.
	Fallbacks []ModelRef `json:"fallbacks" jsonschema_extras:"x-merge=replace,x-maxItems=8"`
	// Model for small tasks such as titles.
	Small *ModelRef `json:"small,omitzero"`
	// What the model costs; absent where it is not known.
	Prices *Prices `json:"prices,omitzero"`
}

// Prices are the prices of a model, in millionths of a US dollar for a million tokens:
// 3 dollars are 3000000.
type Prices struct {
	// Price of input that is not cached.
	Input int64 `json:"input" jsonschema:"minimum=0,maximum=1000000000"`
	// Price of output, reasoning included.
	Output int64 `json:"output" jsonschema:"minimum=0,maximum=1000000000"`
	// Price of input that is read from a cache; absent for the price of input.
	CacheRead *int64 `json:"cacheRead,omitzero" jsonschema:"minimum=0,maximum=1000000000"`
	// Price of input that is written to a cache; absent for the price of input.
	CacheWrite *int64 `json:"cacheWrite,omitzero" jsonschema:"minimum=0,maximum=1000000000"`
}

// Prompts is the text that the model is given.
type Prompts struct {
	// The system prompt.
	System Text `json:"system" jsonschema_extras:"default="`
	// Text that follows the system prompt, in this order.
	Append []Text `json:"append" jsonschema_extras:"x-maxItems=64"`
	// Files of the workspace that are read into the context when they are there, by path or glob: **/AGENTS.md is one of any directory.
	ContextFiles []ContextFile `json:"contextFiles" jsonschema_extras:"x-maxItems=32,x-default=AGENTS.md"`
	// Cap on the bytes of each context file.
	ContextMaxBytes int64 `json:"contextMaxBytes" jsonschema:"minimum=0,maximum=1048576,default=65536"`
	// Language that the agent answers in, as a BCP 47 tag.
	Language *LanguageTag `json:"language,omitzero"`
	// First message of the session, when the user gives none.
	Initial *Text `json:"initial,omitzero"`
}

// Tools selects the tools that the model is offered. A tool that is in deny is not
// offered, even if it is in allow.
type Tools struct {
	// What holds for a tool that neither list names.
	Default ToolDefault `json:"default" jsonschema_extras:"default=deny"`
	// Tools that are offered.
	Allow []ToolName `json:"allow" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// Tools that are not offered.
	Deny []ToolName `json:"deny" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// Cap on the bytes of one tool result.
	MaxOutputBytes int64 `json:"maxOutputBytes" jsonschema:"minimum=1024,maximum=16777216,default=65536"`
	// Time that one tool call may take.
	TimeoutSeconds int64 `json:"timeoutSeconds" jsonschema:"minimum=1,maximum=86400,default=600"`
}

// Permissions decide what a tool call may do without asking. The rules are a set: a
// deny beats an ask, an ask beats an allow, and their order does not matter.
type Permissions struct {
	// How the agent deals with what is not decided by a rule.
	Mode PermissionMode `json:"mode" jsonschema_extras:"default=ask"`
	// What holds for a call that no rule matches.
	Default Action `json:"default" jsonschema_extras:"default=ask"`
	// Rules for single tools and arguments.
	Rules []Rule `json:"rules" jsonschema_extras:"x-merge=set,x-maxItems=512"`
}

// Rule decides the calls of one tool whose argument matches a pattern.
type Rule struct {
	// Tool that the rule is about: a tool of the vocabulary, mcp__SERVER__TOOL, or * for every tool.
	Tool ToolName `json:"tool"`
	// Calls that the rule is about: a command, path, address or name with wildcards, or * for every call.
	Pattern Pattern `json:"pattern" jsonschema_extras:"default=*"`
	// What happens to a call that matches.
	Action Action `json:"action"`
	// Why the rule is there; shown when it decides.
	Reason *Line `json:"reason,omitzero"`
}

// Sandbox limits what the operating system lets commands of the agent do.
type Sandbox struct {
	// Where commands may write.
	Filesystem Filesystem `json:"filesystem" jsonschema_extras:"default=workspace-write"`
	// Directories that may be written, below the workspace, from ~/ or from /; the whole workspace where none is below it.
	WritableRoots []Directory `json:"writableRoots" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// Globs of files that may not be read, below the workspace, from ~/ or from /.
	DenyRead []PathGlob `json:"denyRead" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// What commands may reach over the network.
	Network Network `json:"network" jsonschema_extras:"default=none"`
	// Hosts that may be reached when network is allowlist: names, addresses, *.DOMAIN for subdomains, each with a port or for 80 and 443; @packages, @git-remotes.
	AllowedDomains []Domain `json:"allowedDomains" jsonschema_extras:"x-merge=set,x-maxItems=256"`
	// Names of environment variables that commands inherit.
	InheritEnv []EnvName `json:"inheritEnv" jsonschema_extras:"x-merge=set,x-maxItems=128"`
	// Directories outside the workspace that may be read, from ~/ or from /; absent for all that the user may read.
	ReadableRoots []Directory `json:"readableRoots,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// Files of the workspace in which commands see the same keys with placeholders for their values.
	MaskedFiles []Directory `json:"maskedFiles,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// Environment variables of commands, with values that are not secret.
	Env map[EnvName]Argument `json:"env,omitzero" jsonschema_extras:"x-maxProperties=128"`
	// TCP ports of this machine's loopback interface that commands reach.
	HostPorts []Port `json:"hostPorts,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// TCP ports that commands listen on and that this machine reaches at its loopback interface.
	PublishedPorts []Port `json:"publishedPorts,omitzero" jsonschema_extras:"x-merge=set,x-maxItems=64"`
	// Whether commands reach the daemon of Nix, whose builds have a network of their own; absent for no.
	Nix *bool `json:"nix,omitzero"`
	// Hosts that the agent reaches by way of a proxy outside the sandbox that adds a credential, by name.
	Services map[ProfileName]Service `json:"services,omitzero" jsonschema_extras:"x-maxProperties=32"`
	// Commands that run outside the sandbox, by name: each call is asked about and logged.
	HostCommands map[ProfileName]HostCommand `json:"hostCommands,omitzero" jsonschema_extras:"x-maxProperties=32"`
}

// Limits end a session. A limit that is null does not end it.
type Limits struct {
	// Turns after which the agent stops; null for no limit.
	MaxTurns *int64 `json:"maxTurns" jsonschema:"minimum=1,maximum=100000,default=200"`
	// Time after which the agent stops; null for no limit.
	MaxWallSeconds *int64 `json:"maxWallSeconds" jsonschema:"minimum=1,maximum=2592000,default=14400"`
	// Cost in hundredths of a US dollar after which the agent stops; null for no limit.
	MaxCostCents *int64 `json:"maxCostCents" jsonschema:"minimum=1,maximum=10000000" jsonschema_extras:"x-later=true"`
	// Tokens, read and written together, after which the agent stops; null for no limit.
	MaxTokens *int64 `json:"maxTokens" jsonschema:"minimum=1,maximum=1000000000000" jsonschema_extras:"x-later=true"`
	// Delegates that may run at a time; 0 for no delegation.
	MaxSubagents int64 `json:"maxSubagents" jsonschema:"minimum=0,maximum=256,default=0"`
	// How deep delegates may delegate; 0 for no delegation.
	MaxDepth int64 `json:"maxDepth" jsonschema:"minimum=0,maximum=16,default=0"`
}

// Session configures what is kept of a session.
type Session struct {
	// Days that the transcript of a session is kept; null to keep it for ever.
	RetentionDays *int64 `json:"retentionDays" jsonschema:"minimum=0,maximum=36500,default=30"`
	// Whether every event of the session is recorded.
	RecordTrace bool `json:"recordTrace" jsonschema:"default=false"`
}
