package manifest

// The cross-field rules. lib/rules.nix holds the same rules with the same codes
// and pointers; checks/conformance holds both to it. A rule looks only at
// values of the right JSON type: a comparison is skipped when a side of it is
// missing or of another type. N is a name, I an index as the list is given.
//
//	rule-compaction-order   retainedTokens < thresholdTokens                        /context/compaction/retainedTokens
//	                        thresholdTokens < requestThresholdTokens                /context/compaction/thresholdTokens
//	                        requestThresholdTokens <= window - reservedTokens       /context/compaction/requestThresholdTokens
//	rule-pruning            enabled: protectedTokens < compaction.thresholdTokens   /context/pruning/protectedTokens
//	                        that holds: protectedTokens + minSavingsTokens
//	                        <= compaction.thresholdTokens                           /context/pruning/minSavingsTokens
//	rule-output-cap         maxOutputTokens <= contextWindowTokens                  M/maxOutputTokens
//	rule-thinking-budget    thinkingBudgetTokens < maxOutputTokens                  M/thinkingBudgetTokens
//	rule-model-ref          provider is the part of ref before the first slash      M/provider
//	                        id is the part of ref after the first slash             M/id
//	                        (M is /model and each /subagents/N/model)
//	rule-mcp-transport      exactly one of command and url is present               /mcpServers/N
//	                        that holds: command goes with stdio, url with http, sse /mcpServers/N/type
//	rule-header-value       no byte below 0x20 and no 0x7f in a literal value       /mcpServers/N/headers/H/value
//	rule-network-domains    sandbox.allowedDomains is empty, or network allowlist   /sandbox/allowedDomains
//	rule-skill-file         files has SKILL.md                                      /skills/N/files
//	rule-workflow-inputs    no two inputs of one name (each after the first)        /workflows/N/inputs/I/name
//	rule-workflow-choices   choices is there and not empty, just when type is choice /workflows/N/inputs/I/choices
//	                        that holds: default is one of choices                   /workflows/N/inputs/I/default
//	rule-subagent-tools     default is not allow where the parent's is deny         /subagents/N/tools/default
//	                        each allow that is not offered by the parent: the
//	                        parent's default is deny and no allow of it covers the
//	                        entry, or a deny of it covers the entry                 /subagents/N/tools/allow/I
//	                        each deny of the parent that no deny of the delegate
//	                        covers, and that the delegate would offer: by an allow
//	                        that it covers or is covered by (the allow named once,
//	                        also when it was named above)                           /subagents/N/tools/allow/I
//	                        or else by default allow (once)                         /subagents/N/tools/deny
//	rule-subagent-permissions  mode not above the parent's: plan < ask < acceptEdits < auto < bypass
//	                                                                                /subagents/N/permissions/mode
//	                        default not above the parent's: deny < ask < allow      /subagents/N/permissions/default
//	                        each rule whose action is above the parent's default
//	                        and which no rule of the parent covers that has an
//	                        action at least as high                                 /subagents/N/permissions/rules/I
//	rule-manifest-size      at most 8 MiB of canonical JSON                         (the whole)
//
// A tool name covers another when they are equal, or when it ends in * and what
// stands before begins the other (* stands only at the end, so two names have a
// tool in common just when one covers the other). A rule covers another when
// its tool does and its pattern does: they are equal, or it is *, or it ends in
// *, has no other of *?[ and what stands before * begins the other.
// The deny and ask rules of the parent bind its delegates too, so a delegate
// need not repeat them. An absent list of allow, deny or rules counts as empty.
