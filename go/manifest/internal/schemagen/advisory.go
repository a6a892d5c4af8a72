package schemagen

// advisory are the fields that no runtime enforces by itself, with their treatment. The
// doc comment of each contains the text, which a test compares with this list.
var advisory = []struct {
	fields []string
	why    string
}{
	{[]string{"Compaction.requestThresholdTokens", "Compaction.retainedTokens", "Compaction.summaryMaxTokens", "Compaction.model",
		"Pruning.protectedTokens", "Pruning.minSavingsTokens"},
		"The presets derive them, and programs grow such knobs: a runtime takes those that it has. A launch names the others in one line."},
	{[]string{"Memory.scope", "Memory.injectSummary", "Memory.retentionDays", "Memory.extractThresholdTokens", "Memory.model"},
		"No program has them. `memory.enabled` is held to; the others are for a memory server of Insomnia that a later version brings."},
	{[]string{"WebSearch.provider", "WebSearch.auth", "WebSearch.maxResults", "WebSearch.allowedDomains",
		"WebFetch.timeoutSeconds", "WebFetch.redirectLimit", "WebFetch.maxResponseBytes"},
		"Programs search with a service of their own. `web.search.mode`, `web.fetch.enabled` and `web.fetch.allowPrivateAddresses` are held to; the others are for a server of Insomnia that a later version brings."},
	{[]string{"Model.temperature", "Model.topP"},
		"A runtime that has them takes them; most have none."},
	{[]string{"Skill.allowedTools"},
		"They widen what is allowed. A runtime that can limit that to the skill does; elsewhere the tools ask as always."},
}
