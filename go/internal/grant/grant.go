package grant

import (
	"cmp"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Grant is one thing that a manifest lets an agent do, or forbids it.
type Grant struct {
	Kind Kind `json:"kind"`
	// Pointer (RFC 6901) is the field, or the section, that grants it.
	Pointer string `json:"pointer"`
	// Value is the granted value; empty for the default of a kind that decides calls.
	Value string `json:"value"`
	// Action is allow, ask or deny, for kinds that decide calls.
	Action string `json:"action,omitempty"`
	// To is the destination of a secret.
	To string `json:"to,omitempty"`
}

// Kind is the subject of a grant; it determines how to compare two grants.
type Kind string

// The kinds of grants.
const (
	Mode        Kind = "mode"         // permissions.mode
	Rule        Kind = "rule"         // calls by permission rules: "TOOL PATTERN"
	Tool        Kind = "tool"         // tools that are offered
	Files       Kind = "files"        // where commands may write: "./*", "./src/*", "~/.cache/*"
	Reads       Kind = "reads"        // what commands may read, and may not
	Hosts       Kind = "hosts"        // what commands may reach
	Variable    Kind = "variable"     // environment variable that commands inherit
	Setting     Kind = "setting"      // environment variable that commands have: "NAME=value"
	Masked      Kind = "masked"       // file whose values commands do not see
	HostPort    Kind = "host-port"    // port of this machine that commands reach
	Published   Kind = "published"    // port of commands that this machine reaches
	Daemon      Kind = "daemon"       // whether commands reach the daemon of Nix
	Secret      Kind = "secret"       // a secret by name, and where it goes
	Command     Kind = "command"      // MCP server that is started
	Server      Kind = "server"       // MCP server that is reached
	ServerTool  Kind = "server-tool"  // tools that an MCP server offers
	Required    Kind = "required"     // MCP server that must run
	Service     Kind = "service"      // host that is reached from outside the sandbox, with a credential
	Method      Kind = "method"       // methods of requests to it
	Requests    Kind = "requests"     // paths of requests to it
	HostCommand Kind = "host-command" // command that runs outside the sandbox
	Hook        Kind = "hook"         // command at an event
	Guard       Kind = "guard"        // the same, where it can refuse
	SkillTool   Kind = "skill-tool"   // tools that a skill uses without asking
	Search      Kind = "search"       // whether the web is searched
	Searcher    Kind = "searcher"     // who searches it
	SearchHost  Kind = "search-host"  // where results may come from
	Fetch       Kind = "fetch"        // whether pages are fetched
	Private     Kind = "private"      // whether from private networks
	Provider    Kind = "provider"     // who the conversation is sent to
	Address     Kind = "address"      // base URL of a model's API; an Endpoint where it is called with literal headers
	Text        Kind = "text"         // text that the model gets, by its digest
	ContextFile Kind = "context-file" // file of the workspace that the model gets
	Memory      Kind = "memory"       // who shares what is remembered
	Limit       Kind = "limit"        // number at which a session ends
	Offer       Kind = "offer"        // MCP servers or skills of the profile that a subagent may use
	Pod         Kind = "pod"          // profile that Pods may be started of
	Price       Kind = "price"        // price that a limit of cost counts with
	OfRuntime   Kind = "runtime"      // setting of one runtime
)

// comparison is a way to compare grants of a kind.
type comparison int

const (
	exact comparison = iota // one that is missing in the other set allows more
	kept                    // a set without one allows more
	step                    // a later word of the order allows more
	limit                   // a higher number allows more, and none is the highest
	floor                   // a lower number allows more, and none is the lowest
	calls                   // decisions over calls; see calls.go
)

type about struct {
	compared comparison
	single   bool       // of an exact one: a place has one value
	left     bool       // of an exact one: a set without any allows more, too
	order    []string   // of a step
	pattern  reach.Kind // of calls
}

var kinds = sync.OnceValue(func() map[Kind]about {
	return map[Kind]about{
		Mode:        {compared: step, order: reach.Modes},
		Rule:        {compared: calls, pattern: reach.Rule},
		Tool:        {compared: calls, pattern: reach.Tool},
		Files:       {compared: calls, pattern: reach.Folder},
		Reads:       {compared: calls, pattern: reach.Path},
		Hosts:       {compared: calls, pattern: reach.Host},
		Variable:    {compared: exact},
		Setting:     {compared: exact},
		Masked:      {compared: kept},
		HostPort:    {compared: exact},
		Published:   {compared: exact},
		Daemon:      {compared: exact},
		Secret:      {compared: exact},
		Command:     {compared: exact},
		Server:      {compared: exact},
		ServerTool:  {compared: calls, pattern: reach.Tool},
		Required:    {compared: kept},
		Service:     {compared: exact},
		Method:      {compared: exact},
		Requests:    {compared: exact},
		HostCommand: {compared: exact},
		Hook:        {compared: exact},
		Guard:       {compared: kept},
		SkillTool:   {compared: calls, pattern: reach.Tool},
		Search:      {compared: step, order: reach.Searches},
		Searcher:    {compared: exact, single: true},
		SearchHost:  {compared: calls, pattern: reach.Host},
		Fetch:       {compared: exact},
		Private:     {compared: exact},
		Provider:    {compared: exact},
		Address:     {compared: exact, single: true},
		Text:        {compared: exact, single: true},
		ContextFile: {compared: exact},
		Memory:      {compared: step, order: reach.Memories},
		Limit:       {compared: limit},
		Offer:       {compared: calls, pattern: reach.Name},
		Pod:         {compared: exact},
		Price:       {compared: floor},
		OfRuntime:   {compared: exact, single: true, left: true},
	}
})

// Set is the grants of a manifest: sorted, each once.
type Set []Grant

// Known reports whether there is such a kind.
func (k Kind) Known() bool {
	_, known := kinds()[k]
	return known
}

// SetOf sorts grants.
func SetOf(grants []Grant) Set {
	slices.SortFunc(grants, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Value, b.Value),
			cmp.Compare(a.Action, b.Action), cmp.Compare(a.To, b.To))
	})
	return slices.Compact(grants)
}

// setSchema is the version of the canonical form; another one has other digests.
const setSchema = "insomnia.grants/v1"

// Canonical is the one way to write the set: canonical JSON (RFC 8785).
func (s Set) Canonical() []byte {
	if s == nil {
		s = Set{}
	}
	data, err := json.Marshal(struct {
		Schema string `json:"schema"`
		Grants Set    `json:"grants"`
	}{setSchema, s})
	if err == nil {
		err = (*jsontext.Value)(&data).Canonicalize()
	}
	if err != nil {
		panic(err) // texts of a manifest are Unicode; nothing else can fail
	}
	return data
}

// Digest is the digest of the canonical form: "sha256-" and base64.
func (s Set) Digest() string { return manifest.Digest(s.Canonical()) }
