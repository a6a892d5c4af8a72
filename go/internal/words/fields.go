package words

import (
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/grant"
)

// handlers are those of fields by their paths; what has none is worded plainly.
var handlers struct {
	once     sync.Once
	manifest map[string]handler
	subagent map[string]handler // whose sections are those of a manifest
	ceiling  map[string]handler // likewise
}

// manifestFields words the fields of a manifest.
func manifestFields() map[string]handler {
	handlers.once.Do(makeHandlers)
	return handlers.manifest
}

// subagentFields words those of a subagent.
func subagentFields() map[string]handler {
	handlers.once.Do(makeHandlers)
	return handlers.subagent
}

// ceilingFields words the limits for subagents.
func ceilingFields() map[string]handler {
	handlers.once.Do(makeHandlers)
	return handlers.ceiling
}

func makeHandlers() {
	shared := map[string]handler{
		"permissions.mode":    steps(Permissions, place{kind: grant.Mode}, ModeWords),
		"permissions.default": steps(Permissions, place{kind: grant.Rule, at: "..", all: true}, DefaultWords),
		"permissions.rules":   permissionRules,

		"tools.default": steps(Tools, place{kind: grant.Tool, at: "..", all: true}, map[string]string{
			"allow": "is now offered every tool that no list names", "deny": "is no longer offered tools that no list names"}),
		"tools.allow": toolLists,
		"tools.deny":  toolLists,

		"model":           wholeModel,
		"model.ref":       modelRef,
		"model.provider":  modelPart,
		"model.id":        modelPart,
		"model.auth":      slot,
		"model.baseUrl":   address("calls the model at"),
		"model.headers.*": modelHeader,
		"model.prices":    prices,
		"model.wireApi":   said(Model, "speaks the API dialect %s"),
		"model.effort":    said(Model, "reasons with effort %s"),
		"model.fallbacks": sentTo(ordered(Model, "falls back to")),
		"model.small":     sentTo(said(Model, "uses %s for small tasks")),

		"model.contextWindowTokens":  amount(Model, place{}, "has a context window of %s tokens"),
		"model.maxOutputTokens":      amount(Model, place{}, "answers with at most %s tokens"),
		"model.thinkingBudgetTokens": amount(Model, place{}, "reasons with at most %s tokens"),

		"prompts.system": prose(Prompts, "the system prompt"),
		"prompts.append": prose(Prompts, "the text appended to the system prompt"),
	}
	ofSubagent := map[string]handler{
		"description": described(Subagents),
		"effort":      said(Subagents, "reasons with effort %s"),
		"mcpServers":  named(place{kind: grant.Offer}, "MCP servers"),
		"skills":      named(place{kind: grant.Offer}, "skills"),
		"sandbox":     narrowed("sandbox"),
		"limits":      narrowed("limits"),

		"sandbox.filesystem":     steps(Sandbox, place{kind: grant.Files}, FilesystemWords),
		"sandbox.network":        steps(Sandbox, place{kind: grant.Hosts}, NetworkWords),
		"sandbox.writableRoots":  writableRoots,
		"sandbox.denyRead":       set(Sandbox, place{kind: grant.Reads}, "may now read", "may no longer read"),
		"sandbox.allowedDomains": set(Sandbox, place{kind: grant.Hosts, at: "network"}, "may now reach", "may no longer reach"),

		"limits.maxTurns":       sessionLimit,
		"limits.maxWallSeconds": sessionLimit,
		"limits.maxTokens":      sessionLimit,
		"limits.maxCostCents":   sessionLimit,
	}
	ofManifest := map[string]handler{
		"sandbox.filesystem":     steps(Sandbox, place{kind: grant.Files}, FilesystemWords),
		"sandbox.network":        steps(Sandbox, place{kind: grant.Hosts}, NetworkWords),
		"sandbox.writableRoots":  writableRoots,
		"sandbox.denyRead":       set(Sandbox, place{kind: grant.Reads}, "may now read", "may no longer read"),
		"sandbox.allowedDomains": set(Sandbox, place{kind: grant.Hosts, at: "network"}, "may now reach", "may no longer reach"),
		"sandbox.inheritEnv":     set(Sandbox, place{kind: grant.Variable}, "now sees the environment variables", "no longer sees the environment variables"),

		"sandbox.readableRoots":  readableRoots,
		"sandbox.maskedFiles":    set(Sandbox, place{kind: grant.Masked}, "may now see the values in", "now sees placeholders for the values in"),
		"sandbox.env":            settings,
		"sandbox.hostPorts":      set(Sandbox, place{kind: grant.HostPort}, "may now reach the ports of this machine", "may no longer reach the ports of this machine"),
		"sandbox.publishedPorts": set(Sandbox, place{kind: grant.Published}, "now offers to this machine the ports", "no longer offers to this machine the ports"),
		"sandbox.nix":            either(Sandbox, place{kind: grant.Daemon}, nixWords, "does not build with the Nix daemon"),
		"sandbox.services.*":     service,
		"sandbox.hostCommands.*": hostCommand,

		"mcpServers.*": server,
		"hooks":        hooks,
		"subagents.*":  subagent,

		"delegation":          delegation,
		"delegation.ceiling":  ceiling,
		"delegation.profiles": set(Subagents, place{kind: grant.Pod}, "may now start Pods of the profiles", "may no longer start Pods of the profiles"),

		"skills.*":    skill,
		"workflows.*": workflow,

		"web.search.mode":     steps(Web, place{kind: grant.Search}, SearchWords),
		"web.search.provider": judged(place{kind: grant.Searcher}, said(Web, "searches with %s")),
		"web.search.auth":     slot,
		"web.search.allowedDomains": limitedSet(Web, place{kind: grant.SearchHost}, "may now find pages of", "may no longer find pages of",
			"may now find pages only of", "may now find pages of all hosts, not only of"),
		"web.search.maxResults":           amount(Web, place{}, "gets at most %s results of a search"),
		"web.fetch.enabled":               either(Web, place{kind: grant.Fetch}, "may fetch pages from the web", "may not fetch pages from the web"),
		"web.fetch.allowPrivateAddresses": either(Web, place{kind: grant.Private}, "may fetch from private networks", "may not fetch from private networks"),

		"tools.maxOutputBytes": amount(Tools, place{}, "sees at most %s bytes of a tool's result"),
		"tools.timeoutSeconds": amount(Tools, place{}, "waits at most %s seconds for a tool"),

		"context.compaction.strategy": said(Context, "handles a full context with %s"),
		"context.compaction.thresholdTokens": amount(Context, place{},
			"summarizes the conversation at %s tokens"),
		"context.compaction.requestThresholdTokens": amount(Context, place{},
			"summarizes before a request at %s tokens"),
		"context.compaction.retainedTokens":   amount(Context, place{}, "keeps %s tokens of it word for word"),
		"context.compaction.reservedTokens":   amount(Context, place{}, "keeps %s tokens free for the answer"),
		"context.compaction.summaryMaxTokens": amount(Context, place{}, "writes summaries of at most %s tokens"),
		"context.compaction.model":            sentTo(said(Context, "summarizes with %s")),
		"context.pruning.enabled":             either(Context, place{}, "drops old tool results", "keeps old tool results"),
		"context.pruning.protectedTokens":     amount(Context, place{}, "never drops the newest %s tokens of tool results"),
		"context.pruning.minSavingsTokens":    amount(Context, place{}, "drops tool results when that saves %s tokens"),

		"prompts.contextFiles":    ordered(Prompts, "reads the context files"),
		"prompts.contextMaxBytes": amount(Prompts, place{}, "reads at most %s bytes of a context file"),
		"prompts.language":        said(Prompts, "answers in %s"),
		"prompts.initial":         prose(Prompts, "the first message"),

		"memory.enabled":       either(Memory, place{kind: grant.Memory, at: "scope"}, "remembers between sessions", "remembers nothing between sessions"),
		"memory.scope":         steps(Memory, place{kind: grant.Memory}, MemoryWords),
		"memory.injectSummary": either(Memory, place{}, "begins with a summary of its memory", "begins without a summary of its memory"),
		"memory.model":         sentTo(said(Memory, "extracts memories with %s")),
		"memory.retentionDays": kept(Memory, "memories"),

		"limits.maxTurns":       sessionLimit,
		"limits.maxWallSeconds": sessionLimit,
		"limits.maxCostCents":   sessionLimit,
		"limits.maxTokens":      sessionLimit,
		"limits.maxSubagents":   amount(Limits, place{kind: grant.Limit}, "may have %s subagents at a time"),
		"limits.maxDepth":       amount(Limits, place{kind: grant.Limit}, "may nest subagents %s deep"),

		"runtimes": runtimeSettings,

		"session.retentionDays": kept(Session, "transcripts"),
		"session.recordTrace":   either(Session, place{}, "records a trace", "records no trace"),

		"plain": tagged(Identity, "calls no secret what is at", "no longer calls no secret what is at"),

		"profile.name":        said(Identity, "is called %s"),
		"profile.description": described(Identity),
		"profile.role":        said(Identity, "plays the role %s"),
		"profile.variant":     said(Identity, "is the variant %s"),
		"profile.tags":        tagged(Identity, "is tagged", "is no longer tagged"),
	}
	for path, say := range shared {
		ofManifest[path], ofSubagent[path] = say, say
	}
	delete(ofManifest, "model")
	handlers.manifest, handlers.subagent, handlers.ceiling = ofManifest, ofSubagent, shared
}

// Words for the steps of an order; each continues a sentence after its subject.
var (
	ModeWords = map[string]string{
		"plan": "only plans and changes nothing", "ask": "asks before it changes anything", "acceptEdits": "edits files without asking",
		"auto": "acts without asking where no rule says otherwise", "bypass": "acts without any check",
	}
	DefaultWords = map[string]string{
		"deny": "may do nothing that no rule decides", "ask": "asks about what no rule decides",
		"allow": "may do what no rule decides without asking",
	}
	FilesystemWords = map[string]string{
		"read-only": "may write no file", "workspace-write": "may write files in the workspace", "full": "may write files everywhere",
	}
	// PricedWords are the kinds of tokens that have a price.
	PricedWords = map[string]string{
		"input": "input", "output": "output", "cacheRead": "input from a cache", "cacheWrite": "input into a cache",
	}
	NetworkWords = map[string]string{
		"none": "may not reach the network with commands", "allowlist": "may reach the listed hosts with commands",
		"full": "may reach any host with commands",
	}
	SearchWords = map[string]string{
		"disabled": "may not search the web", "cached": "may search a cache of the web", "live": "may search the web",
	}
	MemoryWords = map[string]string{
		"local": "remembers for this user in this project", "project": "remembers for all who work on the project",
		"user": "remembers for all projects of the user",
	}
)
