package difference

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
)

// words are the handlers of fields by their paths; what has none is worded plainly.
var words struct {
	once     sync.Once
	manifest map[string]handler
	delegate map[string]handler // whose sections are those of a manifest
}

// manifestFields words the fields of a manifest.
func manifestFields() map[string]handler {
	words.once.Do(makeWords)
	return words.manifest
}

// delegateFields words those of a delegate.
func delegateFields() map[string]handler {
	words.once.Do(makeWords)
	return words.delegate
}

func makeWords() {
	shared := map[string]handler{
		"permissions.mode":    steps(Permissions, reach.Modes, ModeWords),
		"permissions.default": steps(Permissions, reach.Actions, DefaultWords),
		"permissions.rules":   permissionRules,

		"tools.default": steps(Tools, []string{"deny", "allow"}, map[string]string{
			"allow": "is now offered every tool that no list names", "deny": "is no longer offered tools that no list names"}),
		"tools.allow": toolLists,
		"tools.deny":  toolLists,

		"model":           wholeModel,
		"model.ref":       modelRef,
		"model.provider":  modelPart,
		"model.id":        modelPart,
		"model.auth":      slot,
		"model.baseUrl":   address("calls the model at"),
		"model.wireApi":   said(Model, "speaks the API dialect %s"),
		"model.effort":    said(Model, "reasons with effort %s"),
		"model.fallbacks": sentTo(ordered(Model, "falls back to")),
		"model.small":     sentTo(said(Model, "uses %s for small tasks")),

		"model.contextWindowTokens":  amount(Model, Neutral, "has a context window of %s tokens"),
		"model.maxOutputTokens":      amount(Model, Neutral, "answers with at most %s tokens"),
		"model.thinkingBudgetTokens": amount(Model, Neutral, "reasons with at most %s tokens"),

		"prompts.system": prose(Prompts, "the system prompt"),
		"prompts.append": prose(Prompts, "the text appended to the system prompt"),
	}
	ofDelegate := map[string]handler{"description": described(Delegates)}
	ofManifest := map[string]handler{
		"sandbox.filesystem": steps(Sandbox, reach.Filesystems, FilesystemWords),
		"sandbox.network":    steps(Sandbox, reach.Networks, NetworkWords),
		"sandbox.writableRoots": limitedSet(Sandbox, "may now write below", "may no longer write below",
			"may now write only below", "may now write in all of the workspace, not only below"),
		"sandbox.denyRead":       set(Sandbox, Narrower, "may no longer read", "may now read"),
		"sandbox.allowedDomains": set(Sandbox, Wider, "may now reach", "may no longer reach"),
		"sandbox.inheritEnv":     set(Sandbox, Wider, "now sees the environment variables", "no longer sees the environment variables"),

		"mcpServers.*": server,
		"hooks":        hooks,
		"subagents.*":  delegate,
		"skills.*":     skill,
		"workflows.*":  workflow,

		"web.search.mode":     steps(Web, reach.Searches, SearchWords),
		"web.search.provider": marked(said(Web, "searches with %s")),
		"web.search.auth":     slot,
		"web.search.allowedDomains": limitedSet(Web, "may now find pages of", "may no longer find pages of",
			"may now find pages only of", "may now find pages of all hosts, not only of"),
		"web.search.maxResults":           amount(Web, Neutral, "gets at most %s results of a search"),
		"web.fetch.enabled":               either(Web, Wider, "may fetch pages from the web", "may not fetch pages from the web"),
		"web.fetch.allowPrivateAddresses": either(Web, Wider, "may fetch from private networks", "may not fetch from private networks"),

		"tools.maxOutputBytes": amount(Tools, Neutral, "sees at most %s bytes of a tool's result"),
		"tools.timeoutSeconds": amount(Tools, Neutral, "waits at most %s seconds for a tool"),

		"context.compaction.strategy": said(Context, "handles a full context with %s"),
		"context.compaction.thresholdTokens": amount(Context, Neutral,
			"summarizes the conversation at %s tokens"),
		"context.compaction.requestThresholdTokens": amount(Context, Neutral,
			"summarizes before a request at %s tokens"),
		"context.compaction.retainedTokens":   amount(Context, Neutral, "keeps %s tokens of it word for word"),
		"context.compaction.reservedTokens":   amount(Context, Neutral, "keeps %s tokens free for the answer"),
		"context.compaction.summaryMaxTokens": amount(Context, Neutral, "writes summaries of at most %s tokens"),
		"context.compaction.model":            sentTo(said(Context, "summarizes with %s")),
		"context.pruning.enabled":             either(Context, Neutral, "drops old tool results", "keeps old tool results"),
		"context.pruning.protectedTokens":     amount(Context, Neutral, "never drops the newest %s tokens of tool results"),
		"context.pruning.minSavingsTokens":    amount(Context, Neutral, "drops tool results when that saves %s tokens"),

		"prompts.contextFiles":    ordered(Prompts, "reads the context files"),
		"prompts.contextMaxBytes": amount(Prompts, Neutral, "reads at most %s bytes of a context file"),
		"prompts.language":        said(Prompts, "answers in %s"),
		"prompts.initial":         prose(Prompts, "the first message"),

		"memory.enabled":       either(Memory, Wider, "remembers between sessions", "remembers nothing between sessions"),
		"memory.scope":         steps(Memory, reach.Memories, MemoryWords),
		"memory.injectSummary": either(Memory, Neutral, "begins with a summary of its memory", "begins without a summary of its memory"),
		"memory.model":         sentTo(said(Memory, "extracts memories with %s")),
		"memory.retentionDays": amount(Memory, Neutral, "keeps memories for %s days"),

		"limits.maxTurns":       amount(Limits, Wider, "stops after %s turns"),
		"limits.maxWallSeconds": amount(Limits, Wider, "stops after %s seconds"),
		"limits.maxCostCents":   costLimit,
		"limits.maxSubagents":   amount(Limits, Wider, "may have %s delegates at a time"),
		"limits.maxDepth":       amount(Limits, Wider, "may nest delegates %s deep"),

		"session.retentionDays": amount(Session, Neutral, "keeps transcripts for %s days"),
		"session.recordTrace":   either(Session, Neutral, "records a trace", "records no trace"),

		"profile.name":        said(Identity, "is called %s"),
		"profile.description": described(Identity),
		"profile.role":        said(Identity, "plays the role %s"),
		"profile.variant":     said(Identity, "is the variant %s"),
		"profile.tags":        set(Identity, Neutral, "is tagged", "is no longer tagged"),
	}
	for path, say := range shared {
		ofManifest[path], ofDelegate[path] = say, say
	}
	delete(ofManifest, "model")
	words.manifest, words.delegate = ofManifest, ofDelegate
}

// Words for the steps of an order; each goes on from who does it.
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

// said words a value that is neither wider nor narrower.
func said(group Group, format string) handler {
	return func(s *scope, c change) {
		switch {
		case c.b == nil:
			s.say(group, Neutral, c, "no longer "+format, shown(c.a))
		case c.a == nil:
			s.say(group, Neutral, c, format, shown(c.b))
		default:
			s.say(group, Neutral, c, format+" (was %s)", shown(c.b), shown(c.a))
		}
	}
}

// described words a text for people, of whatever language.
func described(group Group) handler {
	return func(s *scope, c change) {
		s.say(group, Neutral, c, "is described as %s (was %s)", diag.QuoteProse(text(c.b)), diag.QuoteProse(text(c.a)))
	}
}

// amount words a number; more is the effect of a higher one.
func amount(group Group, more Effect, format string) handler {
	return func(s *scope, c change) {
		a, hasA := number(c.a)
		b, hasB := number(c.b)
		effect := Neutral
		if more == Wider && hasA && hasB {
			effect = Narrower
			if b > a {
				effect = Wider
			}
		}
		switch {
		case c.b == nil:
			s.say(group, more, c, "no longer "+format, shown(c.a))
		case c.a == nil:
			s.say(group, Neutral, c, format, shown(c.b))
		default:
			s.say(group, effect, c, format+" (was %s)", shown(c.b), shown(c.a))
		}
	}
}

// either words a boolean; on is the effect of true.
func either(group Group, on Effect, yes, no string) handler {
	return func(s *scope, c change) {
		switch {
		case truth(c.b) && !truth(c.a):
			s.say(group, on, c, "%s", yes)
		case truth(c.a) && !truth(c.b):
			s.say(group, opposite(on), c, "%s", no)
		default:
			s.plain(c)
		}
	}
}

func opposite(e Effect) Effect {
	switch e {
	case Wider:
		return Narrower
	case Narrower:
		return Wider
	}
	return e
}

// steps words an enumeration that goes from narrow to wide.
func steps(group Group, order []string, words map[string]string) handler {
	return func(s *scope, c change) {
		a, b := text(c.a), text(c.b)
		if words[b] == "" {
			s.plain(c)
			return
		}
		s.say(group, towards(order, a, b), c, "%s (`%s`, was `%s`)", words[b], b, a)
	}
}

// towards is the effect of a step in an order; what is not in it counts as reach.
func towards(order []string, a, b string) Effect {
	if reach.Beyond(order, a, b) {
		return Wider
	}
	return Narrower
}

// set words an unordered list; more is the effect of a longer one.
func set(group Group, more Effect, plus, minus string) handler {
	return func(s *scope, c change) {
		a, b := texts(c.a), texts(c.b)
		said := false
		if gone := without(a, b); len(gone) > 0 {
			s.items(group, opposite(more), c, minus, gone)
			said = true
		}
		if come := without(b, a); len(come) > 0 {
			s.items(group, more, c, plus, come)
			said = true
		}
		if !said {
			s.plain(c)
		}
	}
}

// limitedSet is a set whose members are allowed, and which allows all when it is empty.
func limitedSet(group Group, plus, minus, only, all string) handler {
	return func(s *scope, c change) {
		a, b := texts(c.a), texts(c.b)
		switch {
		case len(a) == 0 && len(b) > 0:
			s.items(group, Narrower, c, only, b)
		case len(a) > 0 && len(b) == 0:
			s.items(group, Wider, c, all, a)
		default:
			set(group, Wider, plus, minus)(s, c)
		}
	}
}

// items adds an entry about one or several names.
func (s *scope) items(group Group, effect Effect, c change, words string, names []string) {
	if len(names) == 1 {
		s.say(group, effect, c, "%s `%s`", words, names[0])
		return
	}
	s.say(group, effect, c, "%s", words).Items = diag.QuoteAll(names)
}

// ordered words a list whose order counts.
func ordered(group Group, words string) handler {
	return func(s *scope, c change) {
		of := func(v any) string {
			if len(list(v)) == 0 {
				return "nothing"
			}
			return strings.Join(diag.QuoteAll(texts(v)), ", ")
		}
		s.say(group, Neutral, c, "%s %s (was %s)", words, of(c.b), of(c.a))
	}
}

// most lines of a change that are shown with it
const maxLines = 24

// prose words the change of a text, or of a list of texts, by its lines.
func prose(group Group, what string) handler {
	return func(s *scope, c change) {
		a, b := linesOf(c.a), linesOf(c.b)
		var lines []string
		plus, minus := 0, 0
		for _, step := range script(a, b) {
			switch step.kind {
			case added:
				plus++
				lines = append(lines, "+ "+b[step.to])
			case removed:
				minus++
				lines = append(lines, "- "+a[step.from])
			}
		}
		var e *Entry
		switch {
		case len(a) == 0:
			e = s.say(group, Neutral, c, "has, as %s, %s", what, count(plus, "line"))
		case len(b) == 0:
			e = s.say(group, Neutral, c, "no longer has %s (%s)", what, count(minus, "line"))
		default:
			e = s.say(group, Neutral, c, "has another text as %s: %s added, %d removed", what, count(plus, "line"), minus)
		}
		if len(lines) <= maxLines {
			e.Lines = lines
		}
	}
}

func linesOf(v any) []string {
	if items, ok := v.([]any); ok {
		var out []string
		for _, item := range items {
			out = append(out, linesOf(item)...)
		}
		return out
	}
	if text(v) == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text(v), "\n"), "\n")
}

// toolLists words both lists of tools at once, by what is offered in the end.
func toolLists(s *scope, c change) {
	before, after := members(s.a["tools"]), members(s.b["tools"])
	allowDiffers, denyDiffers := !same(before["allow"], after["allow"]), !same(before["deny"], after["deny"])
	if strings.HasSuffix(c.path, "deny") && allowDiffers {
		return // said with allow
	}
	a, b := offerOf(before), offerOf(after)
	names := slices.Concat(without(a.allow, b.allow), without(b.allow, a.allow), without(a.deny, b.deny), without(b.deny, a.deny))
	slices.Sort(names)
	var wider, narrower, idle []string
	for _, name := range slices.Compact(names) {
		was, now := a.most(name), b.most(name)
		switch {
		case now && !was, b.least(name) && !a.least(name):
			wider = append(wider, name)
		case was && !now, a.least(name) && !b.least(name):
			narrower = append(narrower, name)
		default:
			idle = append(idle, name)
		}
	}
	start := len(s.entries)
	if len(wider) > 0 {
		s.items(Tools, Wider, c, "may now use", wider)
	}
	if len(narrower) > 0 {
		s.items(Tools, Narrower, c, "may no longer use", narrower)
	}
	if len(idle) > 0 {
		s.items(Tools, Neutral, c, "differs without effect in naming", idle)
	}
	if len(s.entries) == start {
		s.plain(c)
		start = len(s.entries) - 1
	}
	if allowDiffers && denyDiffers {
		base := strings.TrimSuffix(c.pointer, "/allow")
		s.entries[start].Pointers = []string{base + "/allow", base + "/deny"}
	}
}

// among reports whether every tool of the narrow name is one of the wide name.
func among(wide, narrow string) bool { return reach.Covers(reach.Tool, wide, narrow) }

type offer struct {
	open        bool
	allow, deny []string
}

func offerOf(t map[string]any) offer {
	return offer{text(t["default"]) == "allow", texts(t["allow"]), texts(t["deny"])}
}

// most tells whether some tool of that name may be offered, least whether all are.
func (o offer) most(name string) bool {
	if slices.ContainsFunc(o.deny, func(d string) bool { return among(d, name) }) {
		return false
	}
	return o.open || slices.ContainsFunc(o.allow, func(a string) bool { return among(a, name) || among(name, a) })
}

func (o offer) least(name string) bool {
	if slices.ContainsFunc(o.deny, func(d string) bool { return among(d, name) || among(name, d) }) {
		return false
	}
	return o.open || slices.ContainsFunc(o.allow, func(a string) bool { return among(a, name) })
}

func modelRef(s *scope, c change) {
	sentTo(said(Model, "uses the model %s"))(s, c)
	e := &s.entries[len(s.entries)-1]
	base := strings.TrimSuffix(c.pointer, "/ref")
	e.Pointers = append(e.Pointers, base+"/provider", base+"/id")
}

// marked counts what a handler says as reach.
func marked(say handler) handler {
	return func(s *scope, c change) {
		say(s, c)
		s.entries[len(s.entries)-1].Effect = Wider
	}
}

// sentTo marks what a handler says of models when the conversation may go to a
// provider that it did not go to.
func sentTo(say handler) handler {
	return func(s *scope, c change) {
		say(s, c)
		model := members(s.a["model"])
		known := providersOf([]any{model["ref"], model["fallbacks"], model["small"],
			members(members(s.a["context"])["compaction"])["model"], members(s.a["memory"])["model"]})
		if fresh := without(providersOf([]any{c.b}), known); len(fresh) > 0 {
			e := &s.entries[len(s.entries)-1]
			e.Effect = Wider
			e.Text += ", of another provider"
		}
	}
}

// providersOf are the parts before the slash of references to models.
func providersOf(refs []any) []string {
	var out []string
	for _, v := range refs {
		for _, ref := range append(texts(v), text(v)) {
			if provider, _, ok := strings.Cut(ref, "/"); ok {
				out = append(out, provider)
			}
		}
	}
	return out
}

// modelPart is for the parts of the reference, which are said with it.
func modelPart(s *scope, c change) {
	if same(members(s.a["model"])["ref"], members(s.b["model"])["ref"]) {
		s.plain(c)
	}
}

// wholeModel is for a delegate that has a model of its own, or has not.
func wholeModel(s *scope, c change) {
	switch {
	case c.a == nil:
		s.say(Model, Wider, c, "uses a model of its own, %s", shown(members(c.b)["ref"]))
	case c.b == nil:
		s.say(Model, Neutral, c, "uses the model of the profile (was %s)", shown(members(c.a)["ref"]))
	default:
		s.inside(c)
	}
}

// address words where something is reached: what is sent there may be a secret.
func address(words string) handler {
	return func(s *scope, c change) {
		of := func(v any) string {
			if v == nil {
				return "the provider's own address"
			}
			return diag.Quote(text(v))
		}
		s.say(Model, Wider, c, "%s %s (was %s)", words, of(c.b), of(c.a))
	}
}

func costLimit(s *scope, c change) {
	dollars := func(v any) string {
		n, _ := number(v)
		return fmt.Sprintf("$%d.%02d", n/100, n%100)
	}
	a, _ := number(c.a)
	b, _ := number(c.b)
	switch {
	case c.a == nil:
		s.say(Limits, Narrower, c, "stops at a cost of %s (had no limit)", dollars(c.b))
	case c.b == nil:
		s.say(Limits, Wider, c, "has no limit of cost (was %s)", dollars(c.a))
	case b > a:
		s.say(Limits, Wider, c, "stops at a cost of %s (was %s)", dollars(c.b), dollars(c.a))
	default:
		s.say(Limits, Narrower, c, "stops at a cost of %s (was %s)", dollars(c.b), dollars(c.a))
	}
}
