package grant

import (
	"maps"
	"slices"
	"strings"
)

// Direction is the change of a field that allows more.
type Direction string

// The directions. A field that goes further in one may be changed in the other
// without being asked about.
const (
	Any    Direction = "any change"
	More   Direction = "another entry"
	Fewer  Direction = "an entry fewer, if it would be granted otherwise"
	Only   Direction = "another entry, or an empty list, which means all"
	Later  Direction = "a later value in its order"
	Named  Direction = "another entry, or no list, which means all"
	Higher Direction = "a higher number, or none"
	Lower  Direction = "a lower number, or none, if there is a limit of cost"
	On     Direction = "true"
	Off    Direction = "false"
	Other  Direction = "another provider"
	Act    Direction = "a freer action, unless the rules and the default decide the same anyway"
	Call   Direction = "any change of a rule that allows, or that restricts something freer"
)

// Field is a field of the manifest: a grant of a kind, or harmless for a reason.
// In Path, * stands for the name in a map and [] for an element of a list.
type Field struct {
	Path   string
	Kind   Kind      // empty: no grant
	Wider  Direction // of a grant
	Reason string    // why it is no grant
}

const (
	inContext  = "the amount kept in the model's context; it allows nothing"
	inModel    = "the way the same model answers"
	inTime     = "the time limit of something that is allowed anyway"
	inSize     = "the size of a result that is allowed anyway"
	identity   = "the name and purpose of the profile; they decide nothing"
	onThisDisk = "what this machine keeps of a session"
)

// fields are those of a manifest but for subagents, whose sections follow from it.
var fields = []Field{
	{Path: "schema", Reason: "the version of the format"},
	{Path: "profile.name", Reason: identity},
	{Path: "profile.description", Reason: identity},
	{Path: "profile.role", Reason: identity},
	{Path: "profile.variant", Reason: identity},
	{Path: "profile.tags", Reason: identity},

	{Path: "model.ref", Kind: Provider, Wider: Other},
	{Path: "model.provider", Kind: Provider, Wider: Other},
	{Path: "model.id", Reason: "the model; its provider gets the conversation anyway"},
	{Path: "model.baseUrl", Kind: Address, Wider: Any},
	{Path: "model.wireApi", Reason: "the dialect used with the same address"},
	{Path: "model.auth", Kind: Secret, Wider: Any},
	{Path: "model.headers.*", Kind: Address, Wider: Any},
	{Path: "model.contextWindowTokens", Reason: inModel},
	{Path: "model.maxOutputTokens", Reason: inModel},
	{Path: "model.effort", Reason: inModel},
	{Path: "model.thinkingBudgetTokens", Reason: inModel},
	{Path: "model.temperature", Reason: inModel},
	{Path: "model.topP", Reason: inModel},
	{Path: "model.fallbacks", Kind: Provider, Wider: Other},
	{Path: "model.small", Kind: Provider, Wider: Other},
	{Path: "model.prices.input", Kind: Price, Wider: Lower},
	{Path: "model.prices.output", Kind: Price, Wider: Lower},
	{Path: "model.prices.cacheRead", Kind: Price, Wider: Lower},
	{Path: "model.prices.cacheWrite", Kind: Price, Wider: Lower},

	{Path: "prompts.system", Kind: Text, Wider: Any},
	{Path: "prompts.append", Kind: Text, Wider: Any},
	{Path: "prompts.contextFiles", Kind: ContextFile, Wider: More},
	{Path: "prompts.contextMaxBytes", Reason: inContext},
	{Path: "prompts.language", Reason: "the language of the answers: a tag, not a text"},
	{Path: "prompts.initial", Kind: Text, Wider: Any},

	{Path: "tools.default", Kind: Tool, Wider: Later},
	{Path: "tools.allow", Kind: Tool, Wider: More},
	{Path: "tools.deny", Kind: Tool, Wider: Fewer},
	{Path: "tools.maxOutputBytes", Reason: inSize},
	{Path: "tools.timeoutSeconds", Reason: inTime},

	{Path: "mcpServers.*.type", Reason: "the protocol used with the same command or address"},
	{Path: "mcpServers.*.command", Kind: Command, Wider: Any},
	{Path: "mcpServers.*.args", Kind: Command, Wider: Any},
	{Path: "mcpServers.*.cwd", Kind: Command, Wider: Any},
	{Path: "mcpServers.*.env.*", Kind: Command, Wider: Any},
	{Path: "mcpServers.*.url", Kind: Server, Wider: Any},
	{Path: "mcpServers.*.headers.*", Kind: Server, Wider: Any},
	{Path: "mcpServers.*.enabledTools", Kind: ServerTool, Wider: Only},
	{Path: "mcpServers.*.disabledTools", Kind: ServerTool, Wider: Fewer},
	{Path: "mcpServers.*.startupTimeoutSeconds", Reason: inTime},
	{Path: "mcpServers.*.toolTimeoutSeconds", Reason: inTime},
	{Path: "mcpServers.*.required", Kind: Required, Wider: Off},

	{Path: "permissions.mode", Kind: Mode, Wider: Later},
	{Path: "permissions.default", Kind: Rule, Wider: Later},
	{Path: "permissions.rules[].tool", Kind: Rule, Wider: Call},
	{Path: "permissions.rules[].pattern", Kind: Rule, Wider: Call},
	{Path: "permissions.rules[].action", Kind: Rule, Wider: Act},
	{Path: "permissions.rules[].reason", Reason: "text shown with a decision; it decides nothing"},

	{Path: "sandbox.filesystem", Kind: Files, Wider: Later},
	{Path: "sandbox.writableRoots", Kind: Files, Wider: Only},
	{Path: "sandbox.denyRead", Kind: Reads, Wider: Fewer},
	{Path: "sandbox.network", Kind: Hosts, Wider: Later},
	{Path: "sandbox.allowedDomains", Kind: Hosts, Wider: More},
	{Path: "sandbox.inheritEnv", Kind: Variable, Wider: More},
	{Path: "sandbox.readableRoots", Kind: Reads, Wider: Named},
	{Path: "sandbox.maskedFiles", Kind: Masked, Wider: Fewer},
	{Path: "sandbox.env.*", Kind: Setting, Wider: Any},
	{Path: "sandbox.hostPorts", Kind: HostPort, Wider: More},
	{Path: "sandbox.publishedPorts", Kind: Published, Wider: More},
	{Path: "sandbox.nix", Kind: Daemon, Wider: On},

	{Path: "sandbox.services.*.host", Kind: Service, Wider: Any},
	{Path: "sandbox.services.*.methods", Kind: Method, Wider: More},
	{Path: "sandbox.services.*.paths", Kind: Requests, Wider: More},
	{Path: "sandbox.services.*.auth.header", Kind: Service, Wider: Any},
	{Path: "sandbox.services.*.auth.value", Kind: Service, Wider: Any},
	{Path: "sandbox.services.*.for", Kind: Service, Wider: Any},
	{Path: "sandbox.hostCommands.*.command", Kind: HostCommand, Wider: Any},
	{Path: "sandbox.hostCommands.*.reason", Kind: HostCommand, Wider: Any},

	{Path: "memory.enabled", Kind: Memory, Wider: On},
	{Path: "memory.scope", Kind: Memory, Wider: Later},
	{Path: "memory.injectSummary", Reason: inContext},
	{Path: "memory.retentionDays", Reason: onThisDisk},
	{Path: "memory.extractThresholdTokens", Reason: inContext},
	{Path: "memory.model", Kind: Provider, Wider: Other},

	{Path: "web.search.mode", Kind: Search, Wider: Later},
	{Path: "web.search.provider", Kind: Searcher, Wider: Any},
	{Path: "web.search.auth", Kind: Secret, Wider: Any},
	{Path: "web.search.maxResults", Reason: inSize},
	{Path: "web.search.allowedDomains", Kind: SearchHost, Wider: Only},
	{Path: "web.fetch.enabled", Kind: Fetch, Wider: On},
	{Path: "web.fetch.timeoutSeconds", Reason: inTime},
	{Path: "web.fetch.redirectLimit", Reason: "the number of redirects of a fetch; each address is judged the same"},
	{Path: "web.fetch.maxResponseBytes", Reason: inSize},
	{Path: "web.fetch.allowPrivateAddresses", Kind: Private, Wider: On},

	{Path: "skills.*.description", Kind: Text, Wider: Any},
	{Path: "skills.*.files.*", Kind: Text, Wider: Any},
	{Path: "skills.*.allowedTools", Kind: SkillTool, Wider: More},

	{Path: "workflows.*.description", Kind: Text, Wider: Any},
	{Path: "workflows.*.prompt", Kind: Text, Wider: Any},
	{Path: "workflows.*.inputs[].name", Kind: Text, Wider: Any},
	{Path: "workflows.*.inputs[].type", Kind: Text, Wider: Any},
	{Path: "workflows.*.inputs[].choices", Kind: Text, Wider: Any},
	{Path: "workflows.*.inputs[].required", Kind: Text, Wider: Any},
	{Path: "workflows.*.inputs[].default", Kind: Text, Wider: Any},

	{Path: "subagents.*.description", Kind: Text, Wider: Any},
	{Path: "subagents.*.effort", Reason: inModel},
	{Path: "subagents.*.mcpServers", Kind: Offer, Wider: Named},
	{Path: "subagents.*.skills", Kind: Offer, Wider: Named},
	{Path: "subagents.*.sandbox.filesystem", Kind: Files, Wider: Later},
	{Path: "subagents.*.sandbox.writableRoots", Kind: Files, Wider: Only},
	{Path: "subagents.*.sandbox.denyRead", Kind: Reads, Wider: Fewer},
	{Path: "subagents.*.sandbox.network", Kind: Hosts, Wider: Later},
	{Path: "subagents.*.sandbox.allowedDomains", Kind: Hosts, Wider: More},
	{Path: "subagents.*.limits.maxTurns", Kind: Limit, Wider: Higher},
	{Path: "subagents.*.limits.maxWallSeconds", Kind: Limit, Wider: Higher},
	{Path: "subagents.*.limits.maxTokens", Kind: Limit, Wider: Higher},
	{Path: "subagents.*.limits.maxCostCents", Kind: Limit, Wider: Higher},

	{Path: "delegation.profiles", Kind: Pod, Wider: More},

	{Path: "hooks[].event", Kind: Hook, Wider: Any},
	{Path: "hooks[].matcher", Kind: Hook, Wider: Any},
	{Path: "hooks[].command", Kind: Hook, Wider: Any},
	{Path: "hooks[].timeoutSeconds", Kind: Hook, Wider: Any},
	{Path: "hooks[].async", Kind: Hook, Wider: Any},

	{Path: "context.compaction.strategy", Reason: inContext},
	{Path: "context.compaction.thresholdTokens", Reason: inContext},
	{Path: "context.compaction.requestThresholdTokens", Reason: inContext},
	{Path: "context.compaction.retainedTokens", Reason: inContext},
	{Path: "context.compaction.reservedTokens", Reason: inContext},
	{Path: "context.compaction.summaryMaxTokens", Reason: inContext},
	{Path: "context.compaction.model", Kind: Provider, Wider: Other},
	{Path: "context.pruning.enabled", Reason: inContext},
	{Path: "context.pruning.protectedTokens", Reason: inContext},
	{Path: "context.pruning.minSavingsTokens", Reason: inContext},

	{Path: "limits.maxTurns", Kind: Limit, Wider: Higher},
	{Path: "limits.maxWallSeconds", Kind: Limit, Wider: Higher},
	{Path: "limits.maxCostCents", Kind: Limit, Wider: Higher},
	{Path: "limits.maxTokens", Kind: Limit, Wider: Higher},
	{Path: "limits.maxSubagents", Kind: Limit, Wider: Higher},
	{Path: "limits.maxDepth", Kind: Limit, Wider: Higher},

	{Path: "runtimes.claude-code.commitAttribution", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.claude-code.pullRequestAttribution", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.claude-code.bundledSkills", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.claude-code.maxRetries", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.codex.verbosity", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.codex.reasoningSummary", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.codex.goals", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.codex.maxRetries", Kind: OfRuntime, Wider: Any},
	{Path: "runtimes.opencode.snapshots", Kind: OfRuntime, Wider: Any},

	{Path: "session.retentionDays", Reason: onThisDisk},
	{Path: "session.recordTrace", Reason: onThisDisk},
	{Path: "plain", Reason: "which granted strings are not secrets"},
}

// delegated begin the paths of the fields that a subagent, or the subagent ceiling,
// has like the manifest, by the path after which it has them.
var delegated = map[string][]string{
	"subagents.*":        {"model.", "prompts.system", "prompts.append", "tools.default", "tools.allow", "tools.deny", "permissions."},
	"delegation.ceiling": {"tools.default", "tools.allow", "tools.deny", "permissions."},
}

// Fields says of every field of a manifest which grant it is, or why it is none.
func Fields() []Field {
	out := slices.Clone(fields)
	for _, part := range slices.Sorted(maps.Keys(delegated)) {
		for _, of := range fields {
			if slices.ContainsFunc(delegated[part], func(begin string) bool { return strings.HasPrefix(of.Path, begin) }) {
				of.Path = part + "." + of.Path
				out = append(out, of)
			}
		}
	}
	return out
}
