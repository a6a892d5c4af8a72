package legacy

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// converter reads one document.
type converter struct {
	doc      map[string]any
	place    Place
	p        *Profile
	problems []diag.Diagnostic
}

// at is the value at a pointer, nil where there is none.
func (c *converter) at(pointer string) any {
	var v any = c.doc
	for _, key := range strings.Split(pointer[1:], "/") {
		switch t := v.(type) {
		case map[string]any:
			v = t[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(t) {
				return nil
			}
			v = t[i]
		default:
			return nil
		}
	}
	return v
}

func (c *converter) text(pointer string) (string, bool) {
	s, ok := c.at(pointer).(string)
	return s, ok
}

func (c *converter) number(pointer string) (json.Number, bool) {
	n, ok := c.at(pointer).(json.Number)
	return n, ok
}

// is gives a boolean, and fallback where it is not written.
func (c *converter) is(pointer string, fallback bool) bool {
	if b, ok := c.at(pointer).(bool); ok {
		return b
	}
	return fallback
}

func (c *converter) tables(pointer string) []any {
	list, _ := c.at(pointer).([]any)
	return list
}

func (c *converter) diagnostic(severity diag.Severity, code, pointer, message string) diag.Diagnostic {
	d := diag.Diagnostic{Severity: severity, Code: code, Path: dotted(pointer), Pointer: pointer, Message: message, Positions: []diag.Position{}}
	if at, ok := c.place(pointer); ok {
		d.Positions = append(d.Positions, at)
	}
	return d
}

func (c *converter) problem(code, pointer, message string) *diag.Diagnostic {
	c.problems = append(c.problems, c.diagnostic(diag.SeverityError, code, pointer, message))
	return &c.problems[len(c.problems)-1]
}

// lost tells of what is written and has no counterpart.
func (c *converter) lost(pointer, why string) *diag.Diagnostic {
	if c.at(pointer) == nil {
		return new(diag.Diagnostic)
	}
	c.p.Losses = append(c.p.Losses, c.diagnostic(diag.SeverityWarning, "no-counterpart", pointer, why))
	return &c.p.Losses[len(c.p.Losses)-1]
}

// note tells of what has become something else.
func (c *converter) note(code, pointer, message, hint string) {
	d := c.diagnostic(diag.SeverityNote, code, pointer, message)
	d.Hint = hint
	c.p.Losses = append(c.p.Losses, d)
}

func (c *converter) set(path string, value any, origin string) {
	c.p.values = append(c.p.values, assignment{path: path, value: value, origin: origin})
}

// assume sets what the older program did without being told.
func (c *converter) assume(path string, value any, why string) {
	c.p.values = append(c.p.values, assignment{path: path, value: value, why: why})
}

// take sets a value as it is written, when it is.
func (c *converter) take(pointer, path string) {
	if v := c.at(pointer); v != nil {
		c.set(path, v, pointer)
	}
}

// takeOr is take with what the older program assumed.
func (c *converter) takeOr(pointer, path, assumed string) {
	if c.take(pointer, path); c.at(pointer) == nil {
		c.assume(path, json.Number(assumed), "the older default")
	}
}

func (c *converter) convert() {
	c.pod()
	c.model()
	c.worker()
	c.permissions()
	c.scope()
	c.compaction()
	c.memory()
	c.web()
	c.rest()
}

func (c *converter) pod() {
	name, _ := c.text("/pod/name")
	if c.p.Name = profileName(name); c.p.Name == "" {
		if c.p.Name = profileName(strings.TrimSuffix(c.p.file, filepath.Ext(c.p.file))); c.p.Name == "" {
			c.p.Name = "converted"
		}
	}
	c.set("name", c.p.Name, "/pod/name")
	if name != "" {
		c.input("--name " + c.p.Name)
		c.note("startup-input", "/pod/name", "the name of a Pod is given when it is created; the profile is named `"+c.p.Name+"` after it",
			"insomnia pod new --name "+c.p.Name)
	}
	c.lost("/pod/prompt_pack", "there are no packs of prompts: a manifest carries its texts").
		Hint = "put the texts into prompts.system, prompts.append or workflows"
}

// input gathers what is given to `pod new`.
func (c *converter) input(flag string) {
	if !slices.Contains(c.p.inputs, flag) {
		c.p.inputs = append(c.p.inputs, flag)
	}
}

var wireAPIs = map[string]string{"anthropic": "anthropic", "openai_chat": "openai-chat", "openai_responses": "openai-responses"}

func (c *converter) model() {
	if c.at("/model") == nil {
		c.problem("required", "/model", "is missing: no model is chosen")
		return
	}
	ref, _ := c.text("/model/ref")
	origin := "/model/ref"
	provider, _, ok := strings.Cut(ref, "/")
	if !ok {
		c.problem("pattern", "/model/ref", quoted(ref)+" is no reference to a model").Expected = "provider/model"
		return
	}
	if id, ok := c.text("/model/model_id"); ok && ref != provider+"/"+id {
		c.note("renamed", "/model/model_id", "the model is named by what its API knows it by: "+quoted(provider+"/"+id)+" in place of "+quoted(ref), "")
		ref, origin = provider+"/"+id, "/model/model_id"
	}
	c.set("model.ref", ref, origin)
	c.take("/model/base_url", "model.baseUrl")
	switch scheme, _ := c.text("/model/scheme"); {
	case wireAPIs[scheme] != "":
		c.set("model.wireApi", wireAPIs[scheme], "/model/scheme")
	case scheme == "gemini":
		c.set("model.wireApi", "openai-chat", "/model/scheme")
		c.lost("/model/scheme", "there is no dialect `gemini`: the model is called through the address of its provider that speaks openai-chat").
			Hint = "a base_url of the older dialect has to be replaced as well"
	}
	if c.at("/model/context_window") != nil {
		c.take("/model/context_window", "model.contextWindowTokens")
		c.lost("/model/max_context_window", "a manifest has one window, the one that is used: context_window")
	} else {
		c.take("/model/max_context_window", "model.contextWindowTokens")
	}
	c.auth("/model/auth", "model.auth", secretName(provider)+".api.default")
	if len(c.capabilities()) > 0 {
		c.lost("/model/capability", "what a model can do is not part of a manifest: "+strings.Join(c.capabilities(), ", "))
	}
}

func (c *converter) capabilities() []string {
	t, _ := c.at("/model/capability").(map[string]any)
	names := slices.Sorted(maps.Keys(t))
	if t["reasoning"] == false {
		names = slices.DeleteFunc(names, func(s string) bool { return s == "reasoning" })
	}
	return names
}

func (c *converter) auth(at, path, name string) {
	method, _ := c.text(at + "/kind")
	variable, hasVariable := c.text(at + "/env")
	file, hasFile := c.text(at + "/file")
	ref, hasRef := c.text(at + "/ref")
	if method != "api_key" && (hasVariable || hasFile) || method != "secret_ref" && hasRef {
		c.problem("rule-auth", at, "holds what does not go with the kind "+quoted(method)).Expected = "env or file with api_key, ref with secret_ref"
		return
	}
	switch method {
	case "api_key":
		switch {
		case hasVariable == hasFile:
			c.problem("rule-auth", at, "an api_key has either env or file").Expected = `for example env = "ANTHROPIC_API_KEY"`
		case hasVariable:
			c.secret(path, name, "env:"+variable, at+"/env")
		default:
			c.secret(path, name, "file:"+file, at+"/file")
		}
	case "secret_ref":
		if !hasRef {
			c.problem("required", at+"/ref", "is missing")
			return
		}
		c.secretRef(path, ref, at+"/ref")
	case "codex_oauth":
		c.lost(at+"/kind", "there is no login of another program in a manifest; the runtime codex uses its own").
			Hint = "insomnia pod new --runtime codex"
	}
}

// secret puts a reference where the older manifest said where a key is.
func (c *converter) secret(path, name, from, origin string) {
	c.set(path, secretRef(name), origin)
	s := Secret{Name: name, From: from}
	c.p.Secrets = append(c.p.Secrets, s)
	c.note("secret-bind", origin, "the key is the secret `"+name+"` now", s.Bind())
}

func (c *converter) secretRef(path, ref, origin string) {
	name := secretName(ref)
	if name == "" {
		c.problem("secret-literal", origin, "is no name of a secret (value not shown)").Expected = "segments of [a-z0-9-] with dots between"
		return
	}
	if c.set(path, secretRef(name), origin); name != ref {
		c.note("renamed", origin, "the secret is named `"+name+"` now", "")
	}
	c.p.Secrets = append(c.p.Secrets, Secret{Name: name})
}

func (c *converter) worker() {
	c.take("/worker/max_tokens", "model.maxOutputTokens")
	c.decimal("/worker/temperature", "model.temperature")
	c.decimal("/worker/top_p", "model.topP")
	switch v := c.at("/worker/reasoning").(type) {
	case string:
		c.set("model.effort", v, "/worker/reasoning")
	case json.Number:
		c.set("model.thinkingBudgetTokens", v, "/worker/reasoning")
	default:
		if c.at("/model/capability/reasoning") == false {
			c.set("model.effort", "none", "/model/capability/reasoning")
		}
	}
	c.take("/worker/instruction", "prompts.system")
	if language, ok := c.text("/worker/language"); ok {
		if languageTag.Get().MatchString(language) {
			c.set("prompts.language", language, "/worker/language")
		} else {
			c.set("prompts.append", []string{"Answer in " + language + "."}, "/worker/language")
			c.note("renamed", "/worker/language", "is no language tag such as en or pt-BR, so it is said in words in prompts.append", "")
		}
	}
	c.takeOr("/worker/tool_output/default_max_bytes", "tools.maxOutputBytes", "65536")
	c.take("/worker/max_turns", "limits.maxTurns")
	c.lost("/worker/top_k", "is not part of a manifest")
	c.lost("/worker/stop_sequences", "are not part of a manifest")
	c.lost("/worker/tool_output/per_tool", "all tools share one cap, tools.maxOutputBytes")
	c.lost("/worker/file_upload", "uploads have no cap of their own")
}

var languageTag = pattern.Lazy{Text: `^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`}

// decimal rounds to the three decimals of a manifest.
func (c *converter) decimal(pointer, path string) {
	n, ok := c.number(pointer)
	if !ok {
		return
	}
	f, err := n.Float64()
	if err != nil {
		c.problem("type", pointer, "is no number of a manifest")
		return
	}
	if _, decimals, _ := strings.Cut(n.String(), "."); len(strings.TrimRight(decimals, "0")) <= 3 && !strings.ContainsAny(n.String(), "eE") {
		c.set(path, n, pointer)
		return
	}
	rounded := strconv.FormatFloat(f, 'f', 3, 64)
	c.set(path, json.Number(rounded), pointer)
	c.note("rounded", pointer, "has more than three decimals and is "+rounded+" now", "")
}

// mostRules is how many rules a manifest has.
const mostRules = 512

var toolName = pattern.Lazy{Text: `^([*]|[A-Za-z][A-Za-z0-9_.-]*[*]?)$`}

func (c *converter) permissions() {
	action, _ := c.text("/permissions/default_action")
	switch action {
	case "allow":
		c.set("autonomy", "auto", "/permissions/default_action")
	case "ask", "":
		c.set("autonomy", "ask", "/permissions/default_action")
	case "deny":
		c.set("autonomy", "ask", "/permissions/default_action")
		c.set("permissions.default", "deny", "/permissions/default_action")
	}
	list := c.tables("/permissions/rule")
	if len(list) > mostRules {
		c.problem("max-items", "/permissions/rule", fmt.Sprintf("%d rules are more than a manifest holds", len(list))).Expected = "at most 512"
		return
	}
	var rules []rule
	for i, item := range list {
		t := item.(map[string]any)
		r := rule{pattern: "*", origin: "/permissions/rule/" + strconv.Itoa(i)}
		r.tool, _ = t["tool"].(string)
		r.action, _ = t["action"].(string)
		if pattern, ok := t["pattern"].(string); ok && pattern != "" {
			r.pattern = pattern
		}
		if !toolName.Get().MatchString(r.tool) {
			c.problem("pattern", r.origin+"/tool", quoted(r.tool)+" is no name of a tool").Expected = "a name, with a * at its end at most"
			continue
		}
		rules = append(rules, r)
	}
	c.reportTurns(rules)
	if rules = append(rules, c.denied()...); len(rules) > 0 {
		c.set("permissions.rules", rules, "/permissions/rule")
	}
}

// scope becomes the workspace, which is a startup input, and what the sandbox
// lets commands write.
func (c *converter) scope() {
	allowed := c.tables("/scope/allow")
	if c.at("/scope") != nil && len(allowed) == 0 {
		c.problem("required", "/scope/allow", "nothing is allowed").Expected = "at least one entry"
	}
	c.assume("toolPolicy", "full", "the older program kept no tool back")
	writes := len(allowed) == 0
	for i, item := range allowed {
		at := "/scope/allow/" + strconv.Itoa(i)
		target, permission, whole := target(item)
		writes = writes || permission != "read"
		if i == 0 {
			c.input("--workspace " + shellWord(target))
		}
		c.note("startup-input", at, "a directory is given when a Pod is created, and is not part of a profile", "insomnia pod new --workspace "+shellWord(target))
		if i > 0 {
			c.lost(at, "a Pod has one workspace; what lies outside of it is not opened to it").Hint = "choose a workspace that holds them all"
		}
		if !whole {
			c.lost(at, "a directory is always meant with all that is in it; `recursive = false` has no counterpart")
		}
	}
	filesystem := "read-only"
	if writes {
		filesystem = "workspace-write"
	}
	c.set("sandbox.filesystem", filesystem, "/scope/allow")
}

// denied keeps what is denied below the workspace.
func (c *converter) denied() (rules []rule) {
	var reading []string
	for i, item := range c.tables("/scope/deny") {
		at := "/scope/deny/" + strconv.Itoa(i)
		target, permission, _ := target(item)
		glob := strings.TrimSuffix(strings.TrimPrefix(target, "./"), "/")
		if !pathGlob.Get().MatchString(glob) || strings.HasPrefix(glob, "..") {
			c.lost(at, "a directory outside of the workspace is not part of a profile").Hint = "see that it is not below the workspace"
			continue
		}
		kept := "rules that deny edit and write"
		if permission != "write" {
			reading = append(reading, glob, glob+"/**")
			kept = "sandbox.denyRead and " + kept
		}
		for _, tool := range []string{"edit", "write"} {
			for _, pattern := range []string{glob, glob + "/*"} {
				rules = append(rules, rule{tool: tool, pattern: pattern, action: "deny", origin: at})
			}
		}
		c.note("kept-as", at, "is kept as "+kept, "")
	}
	if len(reading) > 0 {
		c.set("sandbox.denyRead", reading, "/scope/deny")
	}
	return rules
}

var pathGlob = pattern.Lazy{Text: `^[A-Za-z0-9_.*?-]+(/[A-Za-z0-9_.*?-]+)*$`}

// target takes an entry of a scope apart.
func target(item any) (target, permission string, recursive bool) {
	if s, ok := item.(string); ok {
		return s, "", true
	}
	t := item.(map[string]any)
	target, _ = t["target"].(string)
	permission, _ = t["permission"].(string)
	recursive = t["recursive"] != false
	return target, permission, recursive
}

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
	switch {
	case hasVariable && hasRef:
		c.problem("rule-auth", search+"api_key_secret", "there are both api_key_env and api_key_secret").Expected = "one of the two"
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

// profileName makes the name of a profile of any text; empty when nothing is left.
func profileName(text string) string { return trimmed(text, "-", 64) }

// secretName makes the name of a secret of any text.
func secretName(text string) string {
	var segments []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '/' || r == ':' }) {
		if s = trimmed(s, "-", 63); s != "" {
			segments = append(segments, s)
		}
	}
	if len(segments) > 8 {
		return ""
	}
	return strings.Join(segments, ".")
}

var others = pattern.Lazy{Text: `[^a-z0-9]+`}

func trimmed(text, by string, most int) string {
	text = strings.Trim(others.Get().ReplaceAllString(strings.ToLower(text), by), by)
	return strings.Trim(text[:min(len(text), most)], by)
}

var plainWord = pattern.Lazy{Text: `^[A-Za-z0-9_./:@%+=,-]+$`}

// shellWord writes a word so that it can be pasted into a shell.
func shellWord(word string) string {
	if plainWord.Get().MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
