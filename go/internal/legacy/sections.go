package legacy

import (
	"slices"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (c *converter) compaction() {
	const of, to = "/compaction/", "overrides.context.compaction."
	c.take(of+"threshold", to+"thresholdTokens")
	c.take(of+"request_threshold", to+"requestThresholdTokens")
	c.takeOr(of+"retained_tokens", to+"retainedTokens", "8000")
	c.takeOr(of+"summary_max_tokens", to+"summaryMaxTokens", "4000")
	c.take(of+"model", to+"model")
	c.assume("overrides.context.pruning.enabled", true, "")
	c.takeOr(of+"prune_protected_tokens", "overrides.context.pruning.protectedTokens", "8000")
	c.takeOr(of+"prune_min_savings", "overrides.context.pruning.minSavingsTokens", "4096")
	if c.at(of+"threshold") == nil {
		c.p.Losses = append(c.p.Losses, c.diagnostic(diag.SeverityNote, "derived", of+"threshold",
			"is not written; the preset `balanced` derives it from the model's window"))
	}
	for _, name := range []string{"overview_target_tokens", "overview_warning_tokens", "overview_deadline_tokens",
		"worker_context_max_tokens", "worker_max_turns", "auto_read_budget_tokens", "result_context_max_tokens"} {
		c.lost(of+name, "a summary is written in one step, without a worker of its own")
	}
	c.lost(of+"summary_target_tokens", "a summary has a cap, summaryMaxTokens, and no target")
}

func (c *converter) memory() {
	const of = "/memory/"
	c.assume("retention", "forever", "the older program deleted nothing")
	if c.at("/memory") == nil {
		return
	}
	c.set("memory.enabled", true, "/memory")
	c.set("memory.scope", "project", "/memory")
	c.set("memory.injectSummary", c.is(of+"inject_summary", false), of+"inject_summary")
	c.take(of+"extract_threshold", "memory.extractThresholdTokens")
	c.take(of+"extract_model", "memory.model")
	if root, ok := c.text(of + "workspace_root"); ok {
		c.note("startup-input", of+"workspace_root", "memories of the scope `project` belong to the workspace, which is given when a Pod is created",
			"insomnia pod new --workspace "+shellWord(root))
	}
	for _, name := range []string{"query_result_limit", "query_excerpt_lines"} {
		c.lost(of+name, "how memories are searched is not part of a manifest")
	}
	c.lost(of+"language", "memories are written in the language of the session, prompts.language")
	c.lost(of+"extract_worker_max_turns", "memories are extracted in one step")
	for _, name := range []string{"consolidation_model", "consolidation_threshold_files", "consolidation_threshold_bytes"} {
		c.lost(of+name, "memories are not consolidated")
	}
}

func (c *converter) web() {
	const search, fetch = "/web/search/", "/web/fetch/"
	on := c.is("/web/enabled", false)
	searches := on && c.is(search+"enabled", c.at("/web/search") != nil)
	fetches := on && c.is(fetch+"enabled", c.at("/web/fetch") != nil)
	if searches {
		c.set("web.search.mode", "live", search+"enabled")
	} else {
		c.set("web.search.mode", "disabled", search+"enabled")
	}
	c.take(search+"provider", "web.search.provider")
	variable, hasVariable := c.text(search + "api_key_env")
	ref, hasRef := c.text(search + "api_key_secret")
	provider, _ := c.text(search + "provider")
	if provider == "" {
		provider = "brave"
	}
	if searches && (hasVariable || hasRef) && c.at(search+"provider") == nil {
		c.assume("web.search.provider", provider, "the legacy default")
	}
	switch {
	case hasVariable && hasRef:
		c.problem("rule-auth", search+"api_key_secret", "there are both api_key_env and api_key_secret").Expected = "one of the two"
	case !searches:
		c.lost(search+"api_key_env", "the search is off, so that no service gets its key")
		c.lost(search+"api_key_secret", "the search is off, so that no service gets its key")
	case hasVariable:
		c.secret("web.search.auth", secretName(provider)+".search.default", "env:"+variable, search+"api_key_env")
	case hasRef:
		c.secretRef("web.search.auth", ref, search+"api_key_secret")
	}
	c.set("web.fetch.enabled", fetches, fetch+"enabled")
	c.take(fetch+"timeout_secs", "web.fetch.timeoutSeconds")
	c.take(fetch+"redirect_limit", "web.fetch.redirectLimit")
	c.take(fetch+"max_response_bytes", "web.fetch.maxResponseBytes")
	c.take("/web/allow_private_addresses", "web.fetch.allowPrivateAddresses")
	var denied []string
	for tool, offered := range map[string]bool{"webfetch": fetches, "websearch": searches} {
		if !offered {
			denied = append(denied, tool)
		}
	}
	if len(denied) > 0 {
		slices.Sort(denied)
		c.set("tools.deny", denied, "/web/enabled")
	}
	c.lost(search+"timeout_secs", "a search has no time of its own; tools.timeoutSeconds holds for every tool")
	c.lost(search+"base_url", "a search provider is reached at its own address")
	for _, name := range []string{"country", "search_lang", "ui_lang", "safesearch"} {
		c.lost(search+name, "what a search prefers is not part of a manifest")
	}
	c.lost(fetch+"max_output_bytes", "what a tool gives back has one cap, tools.maxOutputBytes")
}

func (c *converter) rest() {
	c.take("/session/record_event_trace", "session.recordTrace")
	for i := range c.tables("/skills/directories") {
		c.lost("/skills/directories/"+strconv.Itoa(i), "a manifest carries its skills; directories are not searched").
			Hint = `give each skill: skills.NAME = { description = "…"; files."SKILL.md" = builtins.readFile ./NAME/SKILL.md; };`
	}
}
