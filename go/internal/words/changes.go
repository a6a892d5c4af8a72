package words

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
)

// Effect is the effect of a change on what the agent may do.
type Effect = grant.Effect

const (
	Wider    = grant.Wider
	Narrower = grant.Narrower
	Neutral  = grant.Neutral
	// Fresh is of grants alone: not consented to, and no wider than in the built-in role.
	Fresh Effect = "fresh"
)

// Group is the subject of an entry.
type Group string

// The groups, in the order in which a reviewer wants them.
const (
	Permissions Group = "Permissions"
	Tools       Group = "Tools"
	Sandbox     Group = "Sandbox"
	Secrets     Group = "Secrets"
	Servers     Group = "MCP servers"
	Hooks       Group = "Hooks"
	Subagents   Group = "Subagents"
	Skills      Group = "Skills"
	Web         Group = "Web"
	Model       Group = "Model"
	Context     Group = "Context"
	Prompts     Group = "Prompts"
	Workflows   Group = "Workflows"
	Memory      Group = "Memory"
	Limits      Group = "Limits"
	Settings    Group = "Settings of runtimes"
	Session     Group = "Session"
	Identity    Group = "Identity"
)

var groups = []Group{Permissions, Tools, Sandbox, Secrets, Servers, Hooks, Subagents, Skills, Web, Model, Context,
	Prompts, Workflows, Memory, Limits, Settings, Session, Identity}

// Entry is one thing that differs.
type Entry struct {
	Group  Group  `json:"group"`
	Effect Effect `json:"effect"`
	// Text describes the second manifest's behavior relative to the first: "may no longer
	// run".
	Text string `json:"text"`
	// Items are the elements that Text is about, if it is about a list: patterns, hosts,
	// names.
	Items []string `json:"items,omitempty"`
	// Lines are the changed lines of a text, with + or - in front.
	Lines []string `json:"lines,omitempty"`
	// Pointers (RFC 6901) are the fields that the entry is about, with all that is in them.
	Pointers []string `json:"pointers"`
}

// Between describes what the second of two manifests does differently, as a review note
// would. Both are JSON. They need not be valid manifests, but the wording is reliable
// only if they are. An entry covers every value that differs, and everything that the
// second grants beyond the first. Two equal manifests have no entries.
func Between(first, second []byte) ([]Entry, error) {
	a, err := difference.Decode(first)
	if err != nil {
		return nil, err
	}
	b, err := difference.Decode(second)
	if err != nil {
		return nil, err
	}
	c := &comparison{effects: grant.Between(first, second)}
	secrets(c, a, b, destinations(first), destinations(second))
	top := &scope{comparison: c, a: a, b: b, fields: manifestFields()}
	top.walk("", "", a, b)
	c.entries = append(c.entries, unsaid(c.effects.Rest())...)
	Sort(c.entries)
	return c.entries, nil
}

// unsaid are the entries for what no field said, such as a secret that goes
// elsewhere. Texts are worded by their lines and not marked.
func unsaid(changes []grant.Change) []Entry {
	var now grant.Set
	changes = slices.DeleteFunc(changes, func(c grant.Change) bool {
		return c.Grant.Kind == grant.Text || c.Grant.Kind == grant.ContextFile
	})
	for _, c := range changes {
		if !c.Gone {
			now = append(now, c.Grant)
		}
	}
	return entries(now, changes, func(grant.Change) Effect { return Wider })
}

// Sort puts entries in the order of their groups, what is wider first.
func Sort(entries []Entry) {
	slices.SortStableFunc(entries, func(x, y Entry) int {
		if d := slices.Index(groups, x.Group) - slices.Index(groups, y.Group); d != 0 {
			return d
		}
		return rank(x.Effect) - rank(y.Effect)
	})
}

func rank(e Effect) int { return slices.Index([]Effect{Wider, Fresh, Narrower, Neutral}, e) }

type comparison struct {
	effects *grant.Effects
	entries []Entry
}

// scope is the manifest, or a part of it that is worded alike: a subagent, a server.
type scope struct {
	*comparison
	a, b    map[string]any // the part in the first and in the second
	fields  map[string]handler
	subject string // who does it: "the subagent `critic`"; empty for the agent itself
	group   Group  // of all entries; empty: of each its own
	at      string // pointer of the part
}

// handler words the change of one field. Absent values are nil.
type handler func(s *scope, at change)

// change is a field of the scope that differs.
type change struct {
	path    string // dotted, from the scope; a * for the name in a map
	name    string // the text that the last * matches
	pointer string
	a, b    any
}

// walk finds what differs, down to where a handler words it.
func (s *scope) walk(path, name string, a, b any) { s.visit(change{path, name, s.at, a, b}) }

func (s *scope) visit(c change) {
	if difference.Same(c.a, c.b) {
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
	_, free := s.fields[join(c.path, "*")]
	if free && len(a)+len(b) > 0 && (c.a == nil || c.b == nil) {
		// A map that is absent has no entries; what is said of the others is said of the map.
		aIsObject, bIsObject = true, true
		defer func(from int) {
			for i := range s.entries[from:] {
				s.entries[from+i].Pointers = append(s.entries[from+i].Pointers, c.pointer)
			}
		}(len(s.entries))
	}
	if !aIsObject || !bIsObject || difference.IsWhole(a) || difference.IsWhole(b) {
		s.plain(c)
		return
	}
	names := difference.Keys(a, b)
	slices.SortStableFunc(names, func(x, y string) int { return weight(x) - weight(y) })
	for _, key := range names {
		below := change{join(c.path, key), c.name, c.pointer + "/" + difference.Escape(key), a[key], b[key]}
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

// say adds an entry; text continues after the subject.
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
	case "subagents", "delegation":
		return Subagents
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
	case "runtimes":
		return Settings
	case "session":
		return Session
	}
	return Identity
}
