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
//	                        (M is /model and each /subagents/N/model; a ref of more
//	                        than 200 bytes is not compared)
//	rule-language           a language and a region that langtag.Check knows, in
//	                        a tag that the schema accepts                           /prompts/language
//	rule-mcp-transport      exactly one of command and url is present               /mcpServers/N
//	                        that holds: command goes with stdio, url with http, sse /mcpServers/N/type
//	rule-address            the host is one that grammar.HostName accepts, the port
//	                        is from 1 to 65535, in an address that the schema
//	                        accepts                                                 M/baseUrl, /mcpServers/N/url
//	                        or in a template with something in place of each {}     /mcpServers/N/url/template
//	rule-header-value       no byte below 0x20 and no 0x7f in a literal value       H/K/value
//	                        or a template, where H is M/headers or                  H/K/template,
//	                        /mcpServers/N/headers                                   /sandbox/services/N/auth/value/template
//	rule-header-name        Connection, Content-Length, Expect, Host, Keep-Alive, TE, Trailer,
//	                        Transfer-Encoding, Upgrade and Proxy-… are not set      H/K, /sandbox/services/N/auth/header
//	                        no two differ by case alone (each after the first)      H/K
//	rule-host-command       the program is an absolute path in its plain form, or has
//	                        no slash and is not empty                               /sandbox/hostCommands/N/command/0
//	rule-secret-format      in T, text with secrets of a server (an element of args, an
//	                        entry of env or headers, url), of M/headers or auth.value
//	                        of a service: each { of template is of {{ or {}, each }
//	                        of }} or {}                                             T/template
//	                        that holds: it has as many {} as refs has elements      T/refs
//	                        and of a url the template has, with something in place of
//	                        each {}, the form of an address, and a / after the host
//	                        before the first {}                                     T/template
//	rule-secret-unused      web.search.auth is null where web.search.mode is disabled /web/search/auth
//	                        no secret in env and args where url is present          /mcpServers/N/env/K, /mcpServers/N/args/I
//	                        no secret in headers where command is present           /mcpServers/N/headers/K
//	                        (neither where both are present)
//	rule-secret-provider    P of a name P.api.default, P a known provider, is the
//	                        provider of the model                                   M/auth, M/headers/H
//	                        P of P.search.default likewise, where search is not disabled
//	                        and has a provider                                      /web/search/auth
//	                        without a search provider the name is that of model.auth /web/search/auth
//	rule-literal-key        no string of a known form of keys whose pointer is not in plain:
//	                        M/baseUrl, M/headers/K/value, command, url, cwd, args/I,
//	                        env/K/value and headers/K/value of /mcpServers/N, the template
//	                        of text with secrets there and in /sandbox/services/N/auth/value,
//	                        /hooks/I/command/J, /sandbox/hostCommands/N/command/J   the string
//	rule-tool-name          a name that grammar.CheckTool accepts, given the keys of mcpServers, in
//	                        P/tools, where P is the whole, /delegation/ceiling and
//	                        each /subagents/N                                       P/tools/allow/I, P/tools/deny/I
//	                        in P/permissions/rules                                  P/permissions/rules/I/tool
//	                        and in skills                                           /skills/N/allowedTools/I
//	                        each alternative of a matcher, at the events about tools /hooks/I/matcher
//	rule-pattern            a pattern that grammar.ParsePattern accepts, where the
//	                        tool of the rule is a string, fits its schema and is
//	                        accepted by rule-tool-name                              P/permissions/rules/I/pattern
//	                        (in both, a string in which the schema of its field
//	                        finds a problem is skipped: its length, its form, a
//	                        control character, a store path. The schema lets an
//	                        empty pattern pass, so that it is refused here. A
//	                        mcpServers that is not an object has no keys)
//	rule-path               a directory that grammar.CheckDirectory accepts, of roots
//	                        also neither / nor ~                                    /sandbox/writableRoots/I
//	                                                                                /mcpServers/N/cwd
//	                        and of readableRoots outside the workspace              /sandbox/readableRoots/I
//	                        a file in the workspace, written alike                  /sandbox/maskedFiles/I
//	                        a glob that grammar.ParseFileGlob accepts               /sandbox/denyRead/I
//	rule-domain             a domain that grammar.CheckDomain accepts               /sandbox/allowedDomains/I
//	                        one that grammar.CheckSearchDomain accepts              /web/search/allowedDomains/I
//	                        (in all, a string in which the schema finds a problem
//	                        is skipped, as in rule-pattern)
//	rule-sandbox-env        no name of env is in inheritEnv                         /sandbox/env/K
//	rule-nix-network        nix is true: network is full, or allowlist with @nix    /sandbox/nix
//	rule-network-domains    sandbox.allowedDomains is empty, or network allowlist   /sandbox/allowedDomains
//	rule-context-file       a glob of files below the workspace: parts that are names, in
//	                        which * and ? are wildcards, or **; no empty part, none that
//	                        is . or .., no last **, no ~ in front, none of []{}\, no
//	                        hidden character                                        /prompts/contextFiles/I
//	rule-skill-file         files has SKILL.md                                      /skills/N/files
//	rule-skill-names        a path below the skill that every system can have: no empty
//	                        part, none that is . or .., that begins the path with ~, has
//	                        more than 255 bytes or is configuration of a program; no
//	                        backslash, no hidden character                          /skills/N/files/F
//	                        and, case folded, no other path to the same file, none to
//	                        a directory of its name, and one spelling of each directory
//	                        (each after the first in the order of bytes; told once) /skills/N/files/F
//	rule-skill-content      a file that is an object has one of text and base64; SKILL.md
//	                        has text                                                /skills/N/files/F
//	                        that holds: base64 is the strict base64 of bytes that are
//	                        no text (the last part in Go alone)                     /skills/N/files/F/base64
//	rule-skill-frontmatter  what package frontmatter reads of a SKILL.md that is text
//	                        has no fault (each told), its name is N, its description
//	                        that of the skill but for blanks, its tools are known (told
//	                        once), and covered by allowedTools (told once)          /skills/N/files/SKILL.md
//	rule-workflow-placeholder each {{NAME}} of the prompt is an input, and no input
//	                        is written with blanks between the braces (told once)   /workflows/N/prompt
//	rule-workflow-inputs    no two inputs of one name (each after the first)        /workflows/N/inputs/I/name
//	rule-workflow-required  required is not true where default is set               /workflows/N/inputs/I/required
//	rule-workflow-default   default is a number of JSON where type is number, and
//	                        true or false where it is boolean                       /workflows/N/inputs/I/default
//	rule-workflow-choices   choices is there and not empty, just when type is choice /workflows/N/inputs/I/choices
//	                        that holds: default is one of choices                   /workflows/N/inputs/I/default
//	rule-hook-matcher       matcher is * where event is not about a tool            /hooks/I/matcher
//	rule-hook-async         async is not true where event can refuse                /hooks/I/async
//	rule-subagent-tools     default is not allow where the parent's is deny         /subagents/N/tools/default
//	                        each allow that is not offered by the parent: the
//	                        parent's default is deny and no allow of it covers the
//	                        entry, or a deny of it covers the entry                 /subagents/N/tools/allow/I
//	                        each deny of the parent that no deny of the subagent
//	                        covers, and that the subagent would offer: by an allow
//	                        that it covers or is covered by (the allow named once,
//	                        also when it was named above)                           /subagents/N/tools/allow/I
//	                        or else by default allow (once)                         /subagents/N/tools/deny
//	rule-subagent-permissions  mode not above the parent's: plan < ask < acceptEdits < auto < bypass
//	                                                                                /subagents/N/permissions/mode
//	                        default not above the parent's: deny < ask < allow      /subagents/N/permissions/default
//	                        each rule whose action is above the parent's default
//	                        and which no rule of the parent covers that has an
//	                        action at least as high                                 /subagents/N/permissions/rules/I
//	rule-subagent-names     each of mcpServers and skills is a key of the manifest's
//	                        section of that name                                    /subagents/N/mcpServers/I, /subagents/N/skills/I
//	rule-subagent-effort    absent where model is present                           /subagents/N/effort
//	rule-subagent-limits    none above the one of limits                            /subagents/N/limits/L
//	rule-subagent-sandbox   filesystem and network not above the parent's:
//	                        read-only < workspace-write < full, none < allowlist < full
//	                                                                                /subagents/N/sandbox/filesystem, …/network
//	                        writableRoots is empty, or filesystem, else the parent's,
//	                        is workspace-write                                      …/writableRoots
//	                        that holds, and the parent has writableRoots and workspace-write: some,
//	                        each equal to one of the parent's or below it           …/writableRoots, …/writableRoots/I
//	                        the parent's nix is true and network or allowedDomains
//	                        is there: network, else the parent's, is full, or is
//	                        allowlist with @nix in allowedDomains, else the parent's …/network
//	                        allowedDomains is empty, or network, else the parent's,
//	                        is allowlist                                            …/allowedDomains
//	                        that holds, and the parent's network is allowlist: each
//	                        covered by one of the parent's                          …/allowedDomains/I
//	rule-manifest-size      at most 8 MiB of canonical JSON                         (the whole)
//
// The parent of the two rules about tools and permissions is delegation.ceiling in
// the sections that it has, else the whole. Which tool or rule covers another is decided by package reach, and in Nix by
// lib/reach/covers.nix.
// The deny and ask rules of that parent bind its subagents too, so a subagent
// need not repeat them. An absent list of allow, deny or rules counts as empty. An
// entry that rule-tool-name or rule-pattern refuses is not reported by the two rules
// about subagents as well.

import (
	"fmt"
	"strings"
)

// rules reports every rule that a manifest breaks.
func (c *checker) rules(v *value) {
	c.compactionRules(v)
	c.modelRules((*location)(nil).field("model"), v.get("model"))
	c.languageRule(v)
	c.searchRules(v)
	c.contextFileRules(v)
	c.keyRules(v)
	c.each(v, "mcpServers", c.serverRules)
	c.permissionRules(v)
	c.sandboxRules(v)
	c.serviceRules(v.get("sandbox"))
	c.each(v, "skills", c.skillRules)
	c.each(v, "workflows", c.workflowRules)
	c.hookRules(v)
	c.delegationRules(v)
}

// each calls a rule for every entry of a section that is a map.
func (c *checker) each(v *value, section string, rule func(*location, *value)) {
	entries := v.get(section)
	if !entries.is(kindObject) {
		return
	}
	at := (*location)(nil).field(section)
	for _, m := range entries.members {
		rule(at.field(m.name), m.value)
	}
}

// number returns a member that is an integer of 64 bits.
func (v *value) number(name string) (int64, bool) {
	if n := v.get(name); n != nil {
		return n.integer()
	}
	return 0, false
}

func (c *checker) compactionRules(v *value) {
	section := v.get("context").get("compaction")
	at := (*location)(nil).field("context").field("compaction")
	retained, hasRetained := section.number("retainedTokens")
	threshold, hasThreshold := section.number("thresholdTokens")
	request, hasRequest := section.number("requestThresholdTokens")
	reserved, hasReserved := section.number("reservedTokens")
	window, hasWindow := v.get("model").number("contextWindowTokens")
	const code = "rule-compaction-order"
	if hasRetained && hasThreshold && retained >= threshold {
		c.report(at.field("retainedTokens"), code, fmt.Sprintf("must be less than thresholdTokens (%d), got %d", threshold, retained),
			"less than thresholdTokens", "lower retainedTokens or raise thresholdTokens")
	}
	if hasThreshold && hasRequest && threshold >= request {
		c.report(at.field("thresholdTokens"), code, fmt.Sprintf("must be less than requestThresholdTokens (%d), got %d", request, threshold),
			"less than requestThresholdTokens", "lower thresholdTokens or raise requestThresholdTokens")
	}
	if hasRequest && hasReserved && hasWindow && request > window-reserved {
		c.report(at.field("requestThresholdTokens"), code,
			fmt.Sprintf("%d tokens do not fit into a window of %d with %d reserved", request, window, reserved),
			fmt.Sprintf("at most %d", window-reserved), "lower requestThresholdTokens or reservedTokens")
	}

	pruning := v.get("context").get("pruning")
	at = (*location)(nil).field("context").field("pruning")
	protected, hasProtected := pruning.number("protectedTokens")
	savings, hasSavings := pruning.number("minSavingsTokens")
	if enabled := pruning.get("enabled"); !enabled.is(kindBoolean) || enabled.text != "true" || !hasThreshold || !hasProtected {
		return
	}
	if protected >= threshold {
		c.report(at.field("protectedTokens"), "rule-pruning", fmt.Sprintf("with %d protected tokens, compaction at %d comes before any pruning", protected, threshold),
			"less than context.compaction.thresholdTokens", "lower protectedTokens")
	} else if hasSavings && savings > threshold-protected {
		c.report(at.field("minSavingsTokens"), "rule-pruning",
			fmt.Sprintf("%d tokens can never be saved: there are %d between protectedTokens and the threshold", savings, threshold-protected),
			fmt.Sprintf("at most %d", threshold-protected), "lower minSavingsTokens or protectedTokens")
	}
}

// maxRefBytes is the cap of the schema on a reference to a model.
const maxRefBytes = 200

func (c *checker) modelRules(at *location, model *value) {
	output, hasOutput := model.number("maxOutputTokens")
	window, hasWindow := model.number("contextWindowTokens")
	budget, hasBudget := model.number("thinkingBudgetTokens")
	if hasOutput && hasWindow && output > window {
		c.report(at.field("maxOutputTokens"), "rule-output-cap", fmt.Sprintf("must be at most contextWindowTokens (%d), got %d", window, output),
			"at most contextWindowTokens", "lower maxOutputTokens")
	}
	if hasBudget && hasOutput && budget >= output {
		c.report(at.field("thinkingBudgetTokens"), "rule-thinking-budget", fmt.Sprintf("must be less than maxOutputTokens (%d), got %d", output, budget),
			"less than maxOutputTokens", "lower thinkingBudgetTokens or raise maxOutputTokens")
	}
	c.addressRule(at.field("baseUrl"), model.get("baseUrl"))
	c.headerRules(at.field("headers"), model.get("headers"))
	c.modelSecretRules(at, model)
	ref := model.get("ref")
	if !ref.is(kindString) || len(ref.text) > maxRefBytes {
		return
	}
	provider, id, found := strings.Cut(ref.text, "/")
	if !found {
		return
	}
	for _, part := range []struct{ name, want string }{{"provider", provider}, {"id", id}} {
		if got := model.get(part.name); got.is(kindString) && got.text != part.want {
			c.report(at.field(part.name), "rule-model-ref", "must match ref "+shown(ref.text)+", got "+shown(got.text), shown(part.want), "change it, or change ref")
		}
	}
}

func (c *checker) serverRules(at *location, server *value) {
	c.headerRules(at.field("headers"), server.get("headers"))
	c.addressRule(at.field("url"), server.get("url"))
	if !server.is(kindObject) {
		return
	}
	c.directory(at, server, "cwd", manifestSchema.property("mcpServers").additional.property("cwd"))
	const code, choice = "rule-mcp-transport", "command for a local server, or url for a remote one"
	command, url := server.get("command") != nil, server.get("url") != nil
	c.serverSecretRules(at, server, command, url)
	switch {
	case command && url:
		c.report(at, code, "has both command and url", choice, "remove one of the two")
		return
	case !command && !url:
		c.report(at, code, "has neither command nor url", choice, "set one of the two")
		return
	}
	if kind := server.get("type"); kind.is(kindString) {
		switch {
		case kind.text == "stdio" && url:
			c.report(at.field("type"), code, "must not be stdio when url is set", "http or sse", `set type to "http" or "sse"`)
		case (kind.text == "http" || kind.text == "sse") && command:
			c.report(at.field("type"), code, "must be stdio when command is set, got "+kind.text, "stdio", `set type to "stdio", or set url in place of command`)
		}
	}
}
