// Package difference says by meaning what one manifest does that another does
// not: as a review note would, with what may now be done put first and marked.
//
// [Between] is a pure function of two manifests. Every value that differs is
// covered by an entry; two equal manifests have none. What an entry calls wider
// is an upper bound: where globs or commands cannot be compared, the change
// counts as wider. [Patch] is the same difference for machines.
package difference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Effect tells what a change does to what the agent may do.
type Effect string

const (
	Wider    Effect = "wider"    // the second may do what the first may not, or it cannot be told
	Narrower Effect = "narrower" // the first may do what the second may not
	Neutral  Effect = "neutral"
	// Fresh is of grants alone: not consented to, and no wider than in the built-in role.
	Fresh Effect = "fresh"
)

// Group is what an entry is about.
type Group string

// The groups, in the order in which a reviewer wants them.
const (
	Permissions Group = "Permissions"
	Tools       Group = "Tools"
	Sandbox     Group = "Sandbox"
	Secrets     Group = "Secrets"
	Servers     Group = "MCP servers"
	Hooks       Group = "Hooks"
	Delegates   Group = "Delegates"
	Skills      Group = "Skills"
	Web         Group = "Web"
	Model       Group = "Model"
	Context     Group = "Context"
	Prompts     Group = "Prompts"
	Workflows   Group = "Workflows"
	Memory      Group = "Memory"
	Limits      Group = "Limits"
	Session     Group = "Session"
	Identity    Group = "Identity"
)

var groups = []Group{Permissions, Tools, Sandbox, Secrets, Servers, Hooks, Delegates, Skills, Web, Model, Context,
	Prompts, Workflows, Memory, Limits, Session, Identity}

// Entry is one thing that differs.
type Entry struct {
	Group  Group  `json:"group"`
	Effect Effect `json:"effect"`
	// Text says what the second does, and what the first did: "may no longer run".
	Text string `json:"text"`
	// Items are what Text is about, where it is a list: patterns, hosts, names.
	Items []string `json:"items,omitempty"`
	// Lines are the changed lines of a text, with + or - in front.
	Lines []string `json:"lines,omitempty"`
	// Pointers (RFC 6901) are the fields that the entry is about, with all that is in them.
	Pointers []string `json:"pointers"`
}

// Between says what the second manifest does differently. Both are JSON; they
// need not be valid manifests, but only then everything is worded well.
func Between(first, second []byte) ([]Entry, error) {
	a, err := object(first)
	if err != nil {
		return nil, err
	}
	b, err := object(second)
	if err != nil {
		return nil, err
	}
	c := &comparison{}
	secrets(c, a, b)
	top := &scope{comparison: c, a: a, b: b, fields: manifestFields()}
	top.walk("", "", a, b)
	Sort(c.entries)
	return c.entries, nil
}

// Sort puts entries in the order of their groups, what is wider first.
func Sort(entries []Entry) {
	slices.SortStableFunc(entries, func(x, y Entry) int {
		if d := slices.Index(groups, x.Group) - slices.Index(groups, y.Group); d != 0 {
			return d
		}
		return x.Effect.rank() - y.Effect.rank()
	})
}

func (e Effect) rank() int { return slices.Index([]Effect{Wider, Fresh, Narrower, Neutral}, e) }

func object(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("reading a manifest: %w", err)
	}
	return v, nil
}

type comparison struct{ entries []Entry }

// scope is the manifest, or a part of it that is worded alike: a delegate, a server.
type scope struct {
	*comparison
	a, b    map[string]any // the part in the first and in the second
	fields  map[string]handler
	subject string // who does it: "the delegate `critic`"; empty for the agent itself
	group   Group  // of all entries; empty: of each its own
	at      string // pointer of the part
}

// handler words the change of one field. Absent values are nil.
type handler func(s *scope, at change)

// change is a field of the scope that differs.
type change struct {
	path    string // dotted, from the scope; a * for the name in a map
	name    string // what the last * stands for
	pointer string
	a, b    any
}

// walk finds what differs, down to where a handler words it.
func (s *scope) walk(path, name string, a, b any) { s.visit(change{path, name, s.at, a, b}) }

func (s *scope) visit(c change) {
	if same(c.a, c.b) {
		return
	}
	if say, ok := s.fields[c.path]; ok {
		say(s, c)
		return
	}
	s.inside(c)
}

// inside goes through the members of an object, or words the change plainly.
func (s *scope) inside(c change) {
	a, aIsObject := c.a.(map[string]any)
	b, bIsObject := c.b.(map[string]any)
	if !aIsObject || !bIsObject || isSecret(a) || isSecret(b) {
		s.plain(c)
		return
	}
	_, free := s.fields[join(c.path, "*")]
	names := keys(a, b)
	slices.SortStableFunc(names, func(x, y string) int { return weight(x) - weight(y) })
	for _, key := range names {
		below := change{join(c.path, key), c.name, c.pointer + "/" + escape(key), a[key], b[key]}
		if free {
			below.path, below.name = join(c.path, "*"), key
		}
		s.visit(below)
	}
}

// leading fields are those that the others of their section follow from.
var leading = []string{"mode", "default", "ref", "name", "type", "command", "strategy", "enabled", "thresholdTokens"}

func weight(key string) int {
	if i := slices.Index(leading, key); i >= 0 {
		return i
	}
	return len(leading)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// same compares values; numbers by how they are written, as canonical JSON does.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }

func keys(a, b map[string]any) []string {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// say adds an entry; text goes on from the subject.
func (s *scope) say(group Group, effect Effect, c change, format string, args ...any) *Entry {
	text := diag.Sprintf(format, args...)
	if s.subject != "" {
		text = s.subject + " " + text
	}
	if s.group != "" {
		group = s.group
	}
	s.entries = append(s.entries, Entry{Group: group, Effect: effect, Text: text, Pointers: []string{c.pointer}})
	return &s.entries[len(s.entries)-1]
}

// plain words a field that nothing more is known of.
func (s *scope) plain(c change) {
	group := groupOf(c.path)
	field := diag.Quote(strings.ReplaceAll(c.path, "*", c.name))
	switch {
	case c.b == nil:
		s.say(group, Neutral, c, "no longer sets %s (was %s)", field, shown(c.a))
	case c.a == nil:
		s.say(group, Neutral, c, "sets %s to %s", field, shown(c.b))
	default:
		s.say(group, Neutral, c, "sets %s to %s (was %s)", field, shown(c.b), shown(c.a))
	}
}

func groupOf(path string) Group {
	section, _, _ := strings.Cut(path, ".")
	switch section {
	case "permissions":
		return Permissions
	case "tools":
		return Tools
	case "sandbox":
		return Sandbox
	case "mcpServers":
		return Servers
	case "hooks":
		return Hooks
	case "subagents":
		return Delegates
	case "skills":
		return Skills
	case "web":
		return Web
	case "model":
		return Model
	case "context":
		return Context
	case "prompts":
		return Prompts
	case "workflows":
		return Workflows
	case "memory":
		return Memory
	case "limits":
		return Limits
	case "session":
		return Session
	}
	return Identity
}
