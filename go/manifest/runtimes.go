package manifest

// Runtimes holds settings of single runtimes, for what only one of them knows. Each is a
// closed fragment: nothing in it protects, since what protects must hold in every runtime
// and is a field of the manifest; and nothing in it is about looks, which are the user's own.
type Runtimes struct {
	// Settings that Claude Code alone knows.
	ClaudeCode *ClaudeCodeSettings `json:"claude-code,omitzero"`
	// Settings that Codex alone knows.
	Codex *CodexSettings `json:"codex,omitzero"`
	// Settings that opencode alone knows.
	OpenCode *OpenCodeSettings `json:"opencode,omitzero"`
}

// ClaudeCodeSettings are settings of Claude Code. What is absent is as the program has it.
type ClaudeCodeSettings struct {
	// Line that ends the messages of its commits; empty for none.
	CommitAttribution *Line `json:"commitAttribution,omitzero"`
	// Line that ends the descriptions of its pull requests; empty for none.
	PullRequestAttribution *Line `json:"pullRequestAttribution,omitzero"`
	// Whether the skills that come with the program are offered beside those of the profile.
	BundledSkills *bool `json:"bundledSkills,omitzero"`
	// How often a request that failed is sent again.
	MaxRetries *int64 `json:"maxRetries,omitzero" jsonschema:"minimum=0,maximum=20"`
}

// CodexSettings are settings of Codex. What is absent is as the program has it.
type CodexSettings struct {
	// How long its answers are.
	Verbosity *Verbosity `json:"verbosity,omitzero"`
	// How it sums up its reasoning for the user.
	ReasoningSummary *ReasoningSummary `json:"reasoningSummary,omitzero"`
	// Whether it may set itself goals that outlast a turn.
	Goals *bool `json:"goals,omitzero"`
	// How often a request that failed is sent again.
	MaxRetries *int64 `json:"maxRetries,omitzero" jsonschema:"minimum=0,maximum=20"`
}

// OpenCodeSettings are settings of opencode. What is absent is as the program has it.
type OpenCodeSettings struct {
	// Whether it keeps a snapshot of the workspace before each change, for undo.
	Snapshots *bool `json:"snapshots,omitzero"`
}
