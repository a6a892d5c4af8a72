package manifest

// Context limits the use of the context window.
type Context struct {
	// When and how the conversation is summarized.
	Compaction Compaction `json:"compaction"`
	// When and how old tool results are dropped.
	Pruning Pruning `json:"pruning"`
}

// Compaction says when the conversation is replaced by a summary. With W the
// model's window, the numbers keep this order:
//
//	retainedTokens < thresholdTokens < requestThresholdTokens <= W - reservedTokens
type Compaction struct {
	// What happens at the threshold.
	Strategy CompactionStrategy `json:"strategy" jsonschema_extras:"default=summarize"`
	// Tokens in the context at which compaction begins after a turn.
	ThresholdTokens int64 `json:"thresholdTokens" jsonschema:"minimum=1,maximum=100000000"`
	// Advisory: tokens in the context at which compaction begins before the next request is sent.
	RequestThresholdTokens int64 `json:"requestThresholdTokens" jsonschema:"minimum=1,maximum=100000000"`
	// Advisory: tokens of the newest messages that are kept word for word.
	RetainedTokens int64 `json:"retainedTokens" jsonschema:"minimum=0,maximum=100000000"`
	// Tokens of the window that are kept free for the answer.
	ReservedTokens int64 `json:"reservedTokens" jsonschema:"minimum=0,maximum=100000000"`
	// Advisory: cap on the tokens of the summary.
	SummaryMaxTokens int64 `json:"summaryMaxTokens" jsonschema:"minimum=1,maximum=10000000"`
	// Advisory: model that writes the summary, when it is not the model of the Pod.
	Model *ModelRef `json:"model,omitzero"`
}

// Pruning says when old tool results are dropped from the context.
type Pruning struct {
	// Whether old tool results are dropped.
	Enabled bool `json:"enabled" jsonschema:"default=false"`
	// Advisory: tokens of the newest tool results that are never dropped.
	ProtectedTokens int64 `json:"protectedTokens" jsonschema:"minimum=0,maximum=100000000,default=0"`
	// Advisory: tokens that pruning must save to be done at all.
	MinSavingsTokens int64 `json:"minSavingsTokens" jsonschema:"minimum=0,maximum=100000000,default=0"`
}

// Memory configures what is remembered between sessions.
type Memory struct {
	// Whether anything is remembered.
	Enabled bool `json:"enabled" jsonschema:"default=false"`
	// Advisory: who shares what is remembered.
	Scope MemoryScope `json:"scope" jsonschema_extras:"default=project"`
	// Advisory: whether a summary of the memory is put into the context at the start.
	InjectSummary bool `json:"injectSummary" jsonschema:"default=false"`
	// Advisory: days that a memory is kept; null to keep it for ever.
	RetentionDays *int64 `json:"retentionDays" jsonschema:"minimum=0,maximum=36500,default=30"`
	// Advisory: tokens of conversation after which memories are extracted.
	ExtractThresholdTokens *int64 `json:"extractThresholdTokens,omitzero" jsonschema:"minimum=1,maximum=100000000"`
	// Advisory: model that extracts memories, when it is not the model of the Pod.
	Model *ModelRef `json:"model,omitzero"`
}
